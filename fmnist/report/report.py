"""The report, from the files of the results to one Markdown file, one HTML page and one PDF."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fmnist.common.files import atomic, write_text
from fmnist.report.context import build_context
from fmnist.report.rendering import write_html, write_pdf
from fmnist.report.sections import render_sections


def write_report(files: Mapping[str, Any], outputs: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Write the report to `outputs` (markdown, html, pdf) from `files`, the inputs of rule report by their names."""
    markdown = Path(outputs["markdown"])
    write_text(markdown, markdown_report(files, config, markdown.parent))
    with atomic(Path(outputs["html"])) as html:
        write_html(markdown, html, files)
    with atomic(Path(outputs["pdf"])) as pdf:
        write_pdf(markdown, pdf, files)


def markdown_report(files: Mapping[str, Any], config: Mapping[str, Any], folder: Path) -> str:
    """Return the report's Markdown, with figures referred to as from `folder`."""
    return render_sections([Path(path) for path in files["sections"]], build_context(files, config, folder))
