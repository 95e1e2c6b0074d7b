"""The report as one Markdown file: Jinja2 fills its sections from the results."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from fmnist import markdown

FILTERS = {
    "code": markdown.code,
    "counted": markdown.counted,
    "decimals": markdown.decimals,
    "duration": markdown.duration,
    "integer": markdown.integer,
    "listing": markdown.listing,
    "loss": markdown.loss,
    "percent": markdown.percent,
    "signed": markdown.signed,
    "word": markdown.word,
}


def render_sections(sections: Sequence[Path], context: Mapping[str, Any]) -> str:
    """Fill the section templates and join them, in the order given, into one document.

    Sections can include or import templates that lie in their folder or below it. What a
    template prints is escaped for Markdown, unless a helper has made Markdown of it; a name
    that the context lacks is an error (jinja2.UndefinedError), never a gap.
    """
    environment = _environment(sections[0].parent)
    texts = [environment.get_template(section.name).render(context).strip() for section in sections]
    return "\n\n".join(texts) + "\n"


def _environment(folder: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder, encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        # Escaping happens in `finalize`, for Markdown; autoescape marks what macros return
        # as escaped already, so that it is not escaped twice.
        autoescape=True,
        finalize=markdown.escape,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals |= {"compared": markdown.compared, "spread": markdown.spread}
    return environment
