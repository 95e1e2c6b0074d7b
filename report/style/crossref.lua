-- Numbers figures, tables and sections, and writes the text of links to them.
-- `[](#fig-x)`, `[](#tbl-x)` and `[](#sec-x)` become "Figure 1", "Table 1", "Section 1".
-- One pass collects the numbers, so that a link may stand before what it names.

local labels = {}
local counts = { Figure = 0, Table = 0 }
local headings = { 0, 0, 0, 0, 0, 0 }

-- Typst keeps a figure whole; a table longer than this may run on over pages.
local LONGEST_WHOLE_TABLE = 24

local function breakable(element)
  local rows = 0
  for _, body in ipairs(element.bodies) do rows = rows + #body.body end
  if FORMAT ~= "typst" or rows <= LONGEST_WHOLE_TABLE then return element end
  local open, close = "#[\n#show figure: set block(breakable: true)", "]"
  return { pandoc.RawBlock("typst", open), element, pandoc.RawBlock("typst", close) }
end

local function name(kind, element)
  counts[kind] = counts[kind] + 1
  local label = kind .. " " .. counts[kind]
  if element.identifier ~= "" then labels[element.identifier] = label end
  local caption = element.caption.long[1]
  if caption then
    local before = { pandoc.Strong { pandoc.Str(label .. ".") }, pandoc.Space() }
    element.caption.long[1] = pandoc.Plain(pandoc.List(before) .. caption.content)
  end
  return element
end

-- The PDF's fonts have no Korean letters, which would be boxes.
local function readable(element)
  if FORMAT == "typst" and element.attributes.lang == "ko" then return {} end
end

local collect = {
  traverse = "topdown",
  Header = function(header)
    if header.classes:includes("unnumbered") then return nil end
    headings[header.level] = headings[header.level] + 1
    for level = header.level + 1, 6 do headings[level] = 0 end
    labels[header.identifier] = "Section " .. table.concat(headings, ".", 1, header.level)
  end,
  Figure = function(figure) return name("Figure", figure), false end,
  Table = function(element)
    element = name("Table", element)
    if FORMAT:match("html") then return pandoc.Div({ element }, { class = "wide" }), false end
    return breakable(element), false
  end,
  Div = readable,
  Span = readable,
}

local resolve = {
  Link = function(link)
    if #link.content > 0 or link.target:sub(1, 1) ~= "#" then return nil end
    local label = labels[link.target:sub(2)]
    if not label then error("the report refers to " .. link.target .. ", which it does not hold") end
    link.content = { pandoc.Str((label:gsub(" ", "\u{a0}"))) }
    return link
  end,
}

return { collect, resolve }
