-- A number that knows where it comes from: [89.41]{.traced target="from-1-accuracy"}, as Provenance.mark writes it.
-- In HTML, a button that opens its popover; elsewhere, the number alone.

function Span(span)
  if not span.classes:includes("traced") then return nil end
  if not FORMAT:match("html") then return span.content end
  local open = '<button type="button" class="traced" popovertarget="' .. span.attributes.target .. '">'
  span.content:insert(1, pandoc.RawInline("html", open))
  span.content:insert(pandoc.RawInline("html", "</button>"))
  return span.content
end
