"""The report of made-up results, and how to read in it."""

import re

from fmnist.report.report import markdown_report, write_report


def build(results):
    """Write the report of the results; return its files by name."""
    files = {"markdown": "report.md", "html": "index.html", "pdf": "report.pdf"}
    files |= {"korean_markdown": "ko.md", "korean_html": "ko.html", "korean_pdf": "ko.pdf"}
    outputs = {name: results.folder / "report" / file for name, file in files.items()}
    write_report(results.write(), outputs, results.config)
    return outputs


def text(results):
    """Return only the report's Markdown, which is where all words are, without the links to where numbers come from."""
    markdown = markdown_report(results.write(), results.config, results.folder / "report").replace("\\ ", " ")
    return re.sub(r'\[([^\[\]]*)\]\{\.traced target="[^"]*"\}', r"\1", markdown)


def section(markdown, anchor):
    """Return the text under the heading with this anchor, up to the next heading."""
    after = markdown.split(f"{{#{anchor}}}\n", 1)[1]
    return re.split(r"\n#+ ", after)[0]


def prose(markdown, anchor):
    """Return the same on one line."""
    return " ".join(section(markdown, anchor).split())


def summary(markdown):
    """Return the report's summary on one line."""
    return " ".join(markdown.split("# Claims")[0].split())
