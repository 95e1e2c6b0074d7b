"""The report as one Markdown file: Jinja2 fills its sections from the results."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from fmnist.common import wording
from fmnist.report import markdown
from fmnist.report.claims import verdict_markup
from fmnist.training.settings import format_value

_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    verdict_markup,
    *(markdown.code, markdown.listing, markdown.metadata),
    *(wording.counted, wording.decimals, wording.duration, wording.integer, wording.listed, wording.loss),
    *(wording.percent, wording.ranges, wording.setting, wording.signed, wording.word),
)
FILTERS: dict[str, Callable[..., Any]] = {
    **{function.__name__: function for function in _FUNCTIONS},
    "setting_text": lambda value: wording.word(format_value(value)) if value is not None else None,
}


def render_sections(
    sections: Sequence[Path], context: Mapping[str, Any], folders: Sequence[str | Path] | None = None
) -> str:
    """Fill the section templates and join them, in the order given, into one document.

    `folders` are where they lie; of two templates of one name, the first folder's counts.

    A section that prints nothing, such as extensions that were not run, leaves no trace.
    Sections can include or import templates that lie in their folder or below it. What a
    template prints is escaped for Markdown, unless a helper has made Markdown of it; a name
    that the context lacks is an error (jinja2.UndefinedError), never a gap.
    """
    folders = folders or [sections[0].parent]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders, encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        # Escaping happens in `finalize`, for Markdown; autoescape marks what macros return
        # as escaped already, so that it is not escaped twice.
        autoescape=True,
        finalize=markdown.escape,
        # Pandoc writes anchors as {#name}, where Jinja2 would see a comment.
        comment_start_string="{//",
        comment_end_string="//}",
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    # A remark is about one report's experiment, so that only the report's own folder counts.
    remarks = {path.name.removesuffix(".md.j2") for path in Path(folders[0], "remarks").glob("*.md.j2")}
    environment.globals |= {"spread": wording.spread, "remarks": remarks}
    texts = [environment.get_template(section.name).render(context).strip() for section in sections]
    return "\n\n".join(text for text in texts if text) + "\n"
