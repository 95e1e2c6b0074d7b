-- What only the PDF needs: text alternatives, Korean letters, cards kept whole, numbers that stay with their units.
-- PDF/UA-1 asks for a text alternative of every drawing and formula.

-- Typst keeps a figure whole; a table longer than this may run on over pages.
local LONGEST_WHOLE_TABLE = 10
local UNITS = pandoc.List { "point", "points", "s", "min", "h", "seed", "seeds", "epoch", "epochs", "trainings" }

local function inline(text) return pandoc.RawInline("typst", text) end
local function block(text) return pandoc.RawBlock("typst", text) end
local function quoted(text) return '"' .. text:gsub('[\\"]', "\\%0"):gsub("%s+", " ") .. '"' end

local function wrapped(open, content, close)
  local blocks = pandoc.List { block(open) }
  blocks:extend(content)
  blocks:insert(block(close))
  return blocks
end

local function described(kind, text, element)
  return { inline("#[#set " .. kind .. "(alt: " .. quoted(text) .. ");"), element, inline("];") }, false
end

-- A formula in Typst's notation, which is nearly words: sqrt(1 + 1/n), plus.minus, theta.
local function spoken(math)
  local text = pandoc.write(pandoc.Pandoc { pandoc.Plain { math } }, "typst")
  return (text:gsub("[$\\]", ""):gsub("#?%f[%a]h%b()", ""):gsub("%f[%a]thin%f[%A]", ""):gsub("upright", ""):gsub("#scale%b()", ""))
end

-- crossref.lua has said where the numbers of a drawing are.
local function alternative(figure)
  local text = pandoc.utils.stringify(figure.caption.long)
  figure:walk { Image = function(image) text = image.attributes.alt or text end }
  return text
end

-- A list of claims below an experiment becomes one paragraph.
local function run_in(division)
  local words = pandoc.List()
  for _, element in ipairs(division.content) do
    if element.t ~= "BulletList" then words:extend(pandoc.utils.blocks_to_inlines({ element })) end
    for _, item in ipairs(element.t == "BulletList" and element.content or {}) do
      words:insert(pandoc.Space())
      words:extend(pandoc.utils.blocks_to_inlines(item))
    end
  end
  return wrapped("#small[", { pandoc.Para(words) }, "]")
end

-- The original's sentence follows the verdict on its line.
local function quoted_beside(blocks)
  local kept = pandoc.List()
  for _, element in ipairs(blocks) do
    if element.t == "Div" and element.attributes.lang == "ko" then
      local words = pandoc.utils.blocks_to_inlines(element.content[1].content)
      local quote = pandoc.List { inline(' · #text(size: 9pt, lang: "ko")[“') } .. words .. { inline("”];") }
      kept[#kept].content:extend(quote)
    else
      kept:insert(element)
    end
  end
  return kept
end

local function division(element)
  local class = element.classes
  if class:includes("test") then return wrapped("#beside[", element.content, "]") end
  if class:includes("numbers") then return wrapped("][", element.content, "") end
  if class:includes("card") then return wrapped("#card[", quoted_beside(element.content), "]") end
  if class:includes("details") then return wrapped("#small[", element.content, "]") end
  if class:includes("of-claims") then return run_in(element) end
end

-- The names in the first column keep a third of a wide table, or it would shrink most.
local function table_of_names(element)
  if not element.classes:includes("names") then return end
  for place, column in ipairs(element.colspecs) do
    column[2] = place == 1 and 0.32 or nil
    element.colspecs[place] = column
  end
end

-- Whether a line must not break between two words: 0.5 points, ± 0.26, p = 0.03.
local function belong_together(before, after)
  if before:match("%d[%)]?$") and (after:match("^%%") or UNITS:includes(after:match("^%a+") or "")) then return true end
  if before:match("^[=<×]$") or before == "±" then return true end
  return after:match("^[=<×]$") ~= nil or after == "±"
end

local function with_units(inlines)
  for place = 2, #inlines - 1 do
    local before, gap, after = inlines[place - 1], inlines[place], inlines[place + 1]
    if gap.t == "Space" and before.t == "Str" and after.t == "Str" and belong_together(before.text, after.text) then
      inlines[place] = pandoc.Str("\u{a0}")
    end
  end
  return inlines
end

-- A line break behind an image makes pandoc take it for no figure; here it would be an empty line.
local function without_last_break(paragraph)
  if paragraph.content[#paragraph.content].t ~= "LineBreak" then return nil end
  paragraph.content:remove()
  return paragraph
end

-- A line in bold stays with the list below it.
local function introducing(blocks)
  local all = pandoc.List()
  for place, line in ipairs(blocks) do
    local list = blocks[place + 1]
    local bold = line.t == "Para" and #line.content == 1 and line.content[1].t == "Strong"
    if bold and list and list.t == "BulletList" then
      all:extend(wrapped("#block(sticky: true)[", { line }, "]"))
    else
      all:insert(line)
    end
  end
  return all
end

return {
  { Inlines = with_units, Para = without_last_break, Blocks = introducing },
  {
    traverse = "topdown",
    Math = function(math) return described("math.equation", spoken(math), math) end,
    Image = function(image) return described("image", pandoc.utils.stringify(image.caption), image) end,
    Figure = function(figure)
      local open = "#[#set image(alt: " .. quoted(alternative(figure)) .. ");"
      if figure.classes:includes("here") then open = open .. "\n#show figure: set figure(placement: none)" end
      return wrapped(open, { figure }, "]"), false
    end,
    Table = function(element)
      table_of_names(element)
      local rows = 0
      for _, body in ipairs(element.bodies) do rows = rows + #body.body end
      if rows <= LONGEST_WHOLE_TABLE then return element, false end
      return wrapped("#reserve(5cm)\n#[\n#show figure: set block(breakable: true)", { element }, "]"), false
    end,
    Span = function(span)
      if span.attributes.lang ~= "ko" then return nil end
      return pandoc.List { inline('#text(lang: "ko")[') } .. span.content .. { inline("];") }
    end,
  },
  { Div = division },
}
