"""From the report's Markdown to one offline HTML page, and to a PDF."""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import matplotlib
import pypandoc
import typst

from fmnist.common.errors import FmnistError

# Raw HTML and TeX are switched off: nothing in a config or in data can become markup.
SOURCE_FORMAT = "markdown-raw_html-raw_tex-raw_attribute"
# Text of a figure keeps matplotlib's font; Typst itself has none without serifs.
FIGURE_FONTS = f"{matplotlib.get_data_path()}/fonts/ttf"
STANDARD: Literal["ua-1"] = "ua-1"  # PDF/UA-1: tagged, with text alternatives; Typst fails where one is missing


class RenderingError(FmnistError):
    """The report's text cannot be made into a page."""


def write_html(markdown: Path, html: Path, files: Mapping[str, Any], parts: Mapping[str, str] | None = None) -> None:
    """Write one self-contained HTML page: images, style and formulas (MathML) are inside it.

    Image paths in the Markdown are relative to its folder; `files` has the files of rule report by name.
    `parts` is HTML by the name of the slot that it fills.
    """
    options = [
        "--embed-resources",
        "--mathml",
        "--toc",
        "--toc-depth=3",
        f"--template={Path(files['html_template']).resolve()}",
        *(f"--css={Path(path).resolve()}" for path in files["css"]),
    ]
    _convert(markdown, "html5", html, files, options)
    page = html.read_text(encoding="utf-8").replace('<style type="text/css">', "<style>")  # as HTML 5 has it
    for name, part in (parts or {}).items():
        # Only a section template can write this: in values, its characters are escaped.
        page = part.join(re.split(rf'<(?:div|style) id="slot-{name}">\s*</(?:div|style)>', page))
    html.write_text(page, encoding="utf-8")


def write_pdf(markdown: Path, pdf: Path, files: Mapping[str, Any]) -> None:
    """Write an accessible PDF (PDF/UA-1), by way of Typst, with its fonts, matplotlib's and those of `korean_fonts`.

    The same text gives the same PDF on every machine: no system font, no date. Raises RenderingError.
    """
    fonts = [FIGURE_FONTS, *sorted({str(Path(font).parent) for font in files["korean_fonts"]})]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "report.typ"
        write_typst(markdown, source, files)
        try:
            typst.compile(
                str(source),
                output=str(pdf),
                root=folder,
                font_paths=[*fonts],
                ignore_system_fonts=True,
                pdf_standards=STANDARD,
            )
        except typst.TypstError as error:
            raise RenderingError(f"Typst cannot make {pdf.name} of {markdown}: {error.diagnostic}") from None


def write_typst(markdown: Path, source: Path, files: Mapping[str, Any]) -> None:
    """Write the report as Typst source; its images are copied beside it."""
    options = [f"--template={Path(files['typst_template']).resolve()}", f"--extract-media={source.parent}"]
    options.append(f"--lua-filter={Path(files['paper_filter']).resolve()}")
    _convert(markdown, "typst", source, files, options)
    # Typst reads a path from the root folder, which is the source's own.
    text = source.read_text(encoding="utf-8").replace(f'"{source.parent}/', '"/')
    source.write_text(text, encoding="utf-8")


def _convert(markdown: Path, to: str, output: Path, files: Mapping[str, Any], options: list[str]) -> None:
    arguments = [
        "--standalone",
        "--columns=4000",  # wider than any line of a table, so that pandoc leaves column widths to the page
        *(f"--lua-filter={Path(files[name]).resolve()}" for name in ("crossref", "traced")),
        *options,
        f"--resource-path={markdown.parent.resolve()}",
    ]
    try:
        pypandoc.convert_file(markdown, to, format=SOURCE_FORMAT, outputfile=output, extra_args=arguments)
    except RuntimeError as error:
        raise RenderingError(f"pandoc cannot make {output.name} of {markdown}: {error}") from None
