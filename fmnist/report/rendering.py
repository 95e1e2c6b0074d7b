"""From the report's Markdown to one offline HTML page, and to a PDF."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pypandoc
import typst

from fmnist.common.errors import FmnistError

# Raw HTML and TeX are switched off: nothing in a config or in data can become markup.
SOURCE_FORMAT = "markdown-raw_html-raw_tex-raw_attribute"
# Columns: wider than any line of a table, so that pandoc leaves column widths to the page.
_COMMON = ["--standalone", "--columns=4000"]
STYLE = ("crossref", "html_template", "css", "typst_template")  # files of report/style, as rule report names them


class RenderingError(FmnistError):
    """The report's text cannot be made into a page."""


def write_html(markdown: Path, html: Path, style: Mapping[str, Path]) -> None:
    """Write one self-contained HTML page: images, style and formulas (MathML) are inside it.

    Image paths in the Markdown are relative to its folder. `style` has the files named in STYLE.
    """
    options = [
        "--embed-resources",
        "--mathml",
        "--number-sections",
        "--toc",
        "--toc-depth=2",
        f"--template={style['html_template'].resolve()}",
        f"--css={style['css'].resolve()}",
    ]
    _convert(markdown, "html5", html, style, options)


def write_pdf(markdown: Path, pdf: Path, style: Mapping[str, Path]) -> None:
    """Write the PDF, by way of Typst and with the fonts that Typst carries.

    The same text gives the same PDF on every machine: no system font, no date.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "report.typ"
        write_typst(markdown, source, style)
        try:
            typst.compile(str(source), output=str(pdf), root=folder, format="pdf", ignore_system_fonts=True)
        except typst.TypstError as error:
            raise RenderingError(f"Typst cannot set {markdown}: {error}") from None


def write_typst(markdown: Path, source: Path, style: Mapping[str, Path]) -> None:
    """Write the report as Typst source; its images are copied beside it."""
    options = [
        f"--template={style['typst_template'].resolve()}",
        f"--extract-media={source.parent}",
    ]
    _convert(markdown, "typst", source, style, options)
    # Typst reads a path from the root folder, which is the source's own.
    text = source.read_text(encoding="utf-8").replace(f'"{source.parent}/', '"/')
    source.write_text(text, encoding="utf-8")


def _convert(markdown: Path, to: str, output: Path, style: Mapping[str, Path], options: list[str]) -> None:
    arguments = [
        *_COMMON,
        *options,
        f"--lua-filter={style['crossref'].resolve()}",
        f"--resource-path={markdown.parent.resolve()}",
    ]
    try:
        pypandoc.convert_file(
            str(markdown), to, format=SOURCE_FORMAT, outputfile=str(output), extra_args=arguments, sandbox=False
        )
    except RuntimeError as error:
        raise RenderingError(f"pandoc cannot make {output.name} of {markdown}: {error}") from None
