-- Numbers figures, tables and sections, and writes the text of links to them.
-- `[](#fig-x)`, `[](#tbl-x)` and `[](#sec-x)` become "Figure 1", "Table 1", "Section 1".
-- One pass collects the numbers, so that a link may stand before what it names.

local labels = {}
local counts = { Figure = 0, Table = 0 }
local headings = { 0, 0, 0, 0, 0, 0 }
local html = FORMAT:match("html")

-- A table without a caption belongs to a card and has no number.
local function name(kind, element)
  local caption = element.caption.long[1]
  if not caption then return element end
  counts[kind] = counts[kind] + 1
  local label = kind .. " " .. counts[kind]
  if element.identifier ~= "" then labels[element.identifier] = label end
  local before = { pandoc.Strong { pandoc.Str(label .. ".") }, pandoc.Space() }
  element.caption.long[1] = pandoc.Plain(pandoc.List(before) .. caption.content)
  return element
end

-- A frame of its own lets a wide table scroll, by keyboard too.
local function framed(element)
  local caption = element.caption.long[1]
  if not caption then return pandoc.Div({ element }, pandoc.Attr("", { "wide" }, { { "tabindex", "0" } })) end
  local label = pandoc.utils.stringify(caption):match("^(.-)%.")
  local attributes = { { "tabindex", "0" }, { "aria-label", label } } -- in this order in every run
  return pandoc.Div({ element }, pandoc.Attr("", { "section", "wide" }, attributes)) -- pandoc writes <section>
end

-- The text alternative of a drawing: where its numbers are, `tbl-x` for `fig-x`, or
-- `tbl-effects-x`, which a full grid's figure draws; its caption is read anyway.
local function with_numbers(figure)
  local drawn = figure.identifier:gsub("^fig%-", "tbl-")
  local held = labels[drawn:gsub("^tbl%-exp%-", "tbl-effects-")] or labels[drawn]
  if not held then return nil end
  return figure:walk {
    Image = function(image)
      image.attributes.alt = "A drawing of the numbers in " .. held
      return image
    end,
  }
end

local function division(element)
  local class = element.classes
  if class:includes("only-pdf") then return html and {} or element.content end
  if class:includes("only-page") then return html and element.content or {} end
  if element.identifier:match("^slot%-") and not html then return {} end
  if class:includes("details") and html then
    local open, close = "<details><summary>More</summary>", "</details>"
    return pandoc.List { pandoc.RawBlock("html", open) } .. element.content .. { pandoc.RawBlock("html", close) }
  end
end

local collect = {
  traverse = "topdown",
  Header = function(header)
    headings[header.level] = headings[header.level] + 1
    for level = header.level + 1, 6 do headings[level] = 0 end
    local number = table.concat(headings, ".", 1, header.level)
    labels[header.identifier] = "Section " .. number
    if not html then return nil end
    if header.level < 3 and not header.classes:includes("unnumbered") then
      header.content:insert(1, pandoc.Space())
      header.content:insert(1, pandoc.Span({ pandoc.Str(number) }, { class = "header-section-number" }))
    end
    header.level = header.level + 1 -- the page's title is its only h1
    return header
  end,
  Figure = function(figure)
    if html then figure.attributes.tabindex = "0" end -- on a phone, drawings and listings scroll
    return name("Figure", figure), false
  end,
  Para = function(paragraph)
    local formula = paragraph.content[1]
    if not html or #paragraph.content > 1 or formula.t ~= "Math" or formula.mathtype ~= "DisplayMath" then return nil end
    return pandoc.Div({ paragraph }, pandoc.Attr("", { "formula" }, { { "tabindex", "0" } })), false
  end,
  CodeBlock = function(listing)
    if html then listing.attributes.tabindex = "0" end
    return listing
  end,
  Table = function(element)
    element = name("Table", element)
    return html and framed(element) or element, false
  end,
}

-- Drawings become part of the page: their text can be read, and takes the page's colour.
local function inlined(image)
  if not html or not image.src:match("%.svg$") then return nil end
  local _, svg = pandoc.mediabag.fetch(image.src)
  local caption = (image.attributes.alt or pandoc.utils.stringify(image.caption)):gsub('[<>&"]', "")
  local open = '<svg role="img" aria-label="' .. (caption ~= "" and caption or "Figure") .. '"'
  return pandoc.RawInline("html", (svg:gsub("^.-<svg", function() return open end, 1)))
end

local resolve = {
  Div = division,
  Span = function(span)
    if span.classes:includes("only-page") then return html and span.content or {} end
  end,
  Image = inlined,
  Link = function(link)
    if #link.content > 0 then return nil end
    if link.target:sub(1, 1) ~= "#" then return nil end
    local label = labels[link.target:sub(2)]
    if not label then error("the report refers to " .. link.target .. ", which it does not hold") end
    link.content = { pandoc.Str((label:gsub(" ", "\u{a0}"))) }
    return link
  end,
}

return { collect, { Figure = with_numbers }, resolve }
