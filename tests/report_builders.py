"""The report of made-up results, and how to read in it."""

import re

from builders import ROOT, script

from fmnist.report.rendering import STYLE
from fmnist.report.report import markdown_report

_NAMES = ("crossref.lua", "page.html", "page.css", "paper.typ")
STYLE_FILES = {name: ROOT / "report/style" / file for name, file in zip(STYLE, _NAMES, strict=True)}


def build(results):
    """Run the report script on the results; return its job."""
    job = results.write()
    script("report").main(job)
    return job


def text(results):
    """Render only the Markdown, which is where all words are."""
    job = results.write()
    markdown = markdown_report(dict(job.input.items()), job.params.config, job.output.markdown.parent)
    return markdown.replace("\\ ", " ")


def section(markdown, anchor):
    """Return the text under the heading with this anchor, up to the next heading."""
    after = markdown.split(f"{{#{anchor}}}\n", 1)[1]
    return re.split(r"\n#+ ", after)[0]


def prose(markdown, anchor):
    """Return the same on one line."""
    return " ".join(section(markdown, anchor).split())


def summary(markdown):
    """Return the report's summary on one line."""
    return " ".join(markdown.split("# Environment")[0].split())
