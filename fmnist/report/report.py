"""The report, from the files of the results to one Markdown file, one HTML page and one PDF."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fmnist.common.files import atomic, write_text
from fmnist.common.wording import percent
from fmnist.report.claims import verdict_filter
from fmnist.report.context import build_context
from fmnist.report.korean import write_korean
from fmnist.report.opening import opening_table
from fmnist.report.rendering import write_html, write_pdf
from fmnist.report.sections import render_sections


def write_report(files: Mapping[str, Any], outputs: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Write the report to `outputs`, from `files`: outputs and inputs of rule report by name.

    Where there is a catalogue of Korean sentences, write the summary, too.
    """
    markdown = Path(outputs["markdown"])
    context = build_context(files, config, markdown.parent)
    write_text(markdown, _markdown(files, context))
    with atomic(Path(outputs["html"])) as html:
        write_html(markdown, html, files, html_parts(context))
    with atomic(Path(outputs["pdf"])) as pdf:
        write_pdf(markdown, pdf, files)
    if files["korean"]:
        write_korean(context, files, outputs)


def markdown_report(files: Mapping[str, Any], config: Mapping[str, Any], folder: Path) -> str:
    """Return the report's Markdown, with figures referred to as from `folder`."""
    return _markdown(files, build_context(files, config, folder))


def _markdown(files: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    return render_sections([Path(path) for path in files["sections"]], context, files.get("section_folders"))


def html_parts(context: Mapping[str, Any]) -> dict[str, str]:
    """Return the HTML that Markdown cannot hold, by the name of its slot: `::: {#slot-NAME}` in a section."""
    base = context["runs"].get("lenet5")
    caption = "What one change of LeNet-5’s settings does to its test accuracy, in points"
    return {
        "opening": opening_table(
            context["changes"],
            context["margins"]["accuracy"].margin,
            f"{caption} (base: {percent(base['accuracy'])} %)" if base else caption,
        ),
        "filter": verdict_filter(context["claims"]),
        "explorer": context["explorer_html"],
        "gallery": context["gallery_html"],
        "style": f"<style>{context['gallery_css']}</style>",
        "popovers": context["provenance_of"].popovers(),
    }
