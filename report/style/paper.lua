-- What only the PDF needs: text alternatives, Korean letters, cards kept whole, numbers that stay with their units.
-- PDF/UA-1 asks for a text alternative of every drawing and formula.

-- Typst keeps a figure whole; a table longer than this may run on over pages.
local LONGEST_WHOLE_TABLE = 24
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

-- A list of claims below an experiment becomes one paragraph.
local function run_in(division)
  local words = pandoc.List()
  for _, element in ipairs(division.content) do
    if element.t ~= "BulletList" then words:extend(pandoc.utils.blocks_to_inlines({ element })) end
    for place, item in ipairs(element.t == "BulletList" and element.content or {}) do
      words:extend { pandoc.Str(place == 1 and "" or ";"), pandoc.Space() }
      words:extend(pandoc.utils.blocks_to_inlines(item))
    end
  end
  return wrapped("#small[", { pandoc.Para(words) }, "]")
end

local DIVISIONS = {
  ["card"] = function(division) return wrapped("#card[", division.content, "]") end,
  ["details"] = function(division) return wrapped("#small[", division.content, "]") end,
  ["of-claims"] = run_in,
}

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

return {
  { Inlines = with_units },
  {
    traverse = "topdown",
    Math = function(math) return described("math.equation", math.text, math) end,
    Image = function(image) return described("image", pandoc.utils.stringify(image.caption), image) end,
    Figure = function(figure)
      local text = pandoc.utils.stringify(figure.caption.long)
      return wrapped("#[#set image(alt: " .. quoted(text) .. ");", { figure }, "]"), false
    end,
    Table = function(element)
      local rows = 0
      for _, body in ipairs(element.bodies) do rows = rows + #body.body end
      if rows <= LONGEST_WHOLE_TABLE then return nil end
      return wrapped("#[\n#show figure: set block(breakable: true)", { element }, "]")
    end,
    Div = function(division)
      for name, change in pairs(DIVISIONS) do
        if division.classes:includes(name) then return change(division) end
      end
    end,
    Span = function(span)
      if span.attributes.lang ~= "ko" then return nil end
      return pandoc.List { inline('#text(lang: "ko")[') } .. span.content .. { inline("];") }
    end,
  },
}
