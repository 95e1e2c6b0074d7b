"""The report of made-up results, and how to read in it."""

import re

from made_up_results import ROOT, script, shipped_config

from fmnist.report.rendering import Style
from fmnist.report.sections import render_sections

STYLE = Style(
    crossref=ROOT / "report/style/crossref.lua",
    html_template=ROOT / "report/style/page.html",
    css=ROOT / "report/style/page.css",
    typst_template=ROOT / "report/style/paper.typ",
)


def build(results):
    """Run the report script on the results; return its job."""
    job = results.write()
    script("report").main(job)
    return job


def text(results):
    """Render only the Markdown, which is where all words are."""
    job = results.write()
    report = script("report")
    context = report.build_context(report._inputs(job, job.output.markdown))
    return render_sections(job.input.sections, context).replace("\\ ", " ")


def section(markdown, anchor):
    """Return what stands under the heading with this anchor, up to the next heading."""
    after = markdown.split(f"{{#{anchor}}}\n", 1)[1]
    return re.split(r"\n#+ ", after)[0]


def prose(markdown, anchor):
    """Return the same with its line breaks as spaces, as a reader sees it."""
    return " ".join(section(markdown, anchor).split())


def prose_of(job):
    """Return the whole report with its line breaks as spaces."""
    return " ".join(job.output.markdown.read_text().split())


def only(*names, **more):
    config = shipped_config()
    config["experiments"] = {name: config["experiments"][name] for name in names} | more
    return config
