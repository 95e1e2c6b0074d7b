"""The report's files as a reader opens them: one HTML page that works offline, and a PDF."""

import re
import shutil
import subprocess

import pytest
import typst
from made_up_results import Results, shipped_config
from report_builders import STYLE, build

from fmnist.report import rendering
from fmnist.report.rendering import RenderingError


def test_links_inside_the_page_lead_somewhere_and_say_where(one_seed_report):
    html = one_seed_report.output.html.read_text()
    links = re.findall(r'<a href="#([^"]+)"[^>]*>(.*?)</a>', html, re.DOTALL)
    assert len(links) > 60
    for target, name in links:
        assert f'id="{target}"' in html
        assert name.strip()


def test_the_page_needs_nothing_from_outside(one_seed_report):
    html = one_seed_report.output.html.read_text()
    sources = re.findall(r"""(?:src|href|url|srcset|action|data)\s*[=(]\s*["']?([^"'\s)>]+)""", html)
    assert sources
    assert [s for s in sources if not s.startswith(("#", "data:"))] == []
    assert "<script" not in html
    assert "@import" not in html


def test_formulas_are_mathml(one_seed_report):
    html = one_seed_report.output.html.read_text()
    assert html.count('<math display="block"') >= 9
    assert "LogSoftmax" in html


def test_markup_in_titles_and_banners_is_shown_as_text(tmp_path):
    evil = '<script>alert("1")</script> *a* $x$ | `b` [c](http://d.example) #e'
    config = shipped_config(report={"title": evil, "banner": evil})
    config["experiments"] = {"pooling": {**config["experiments"]["pooling"], "title": evil}}
    job = build(Results(tmp_path, config))
    html = job.output.html.read_text()
    assert "<script" not in html
    assert 'href="http' not in html
    assert "&lt;script&gt;" in html.split("</title>")[0]
    body = html.split("</title>")[1]
    # Banner, title, contents, heading, and the captions of figure and table.
    assert len(re.findall(r"&lt;script&gt;.*?\*a\*\s+\$x\$\s+\|\s+`b`", body, re.DOTALL)) >= 6
    assert job.output.pdf.read_bytes().startswith(b"%PDF")


def pages(job, tmp_path):
    """Return the PDF's pages, each as SVG."""
    source = tmp_path / "report.typ"
    rendering.write_typst(job.output.markdown, source, STYLE)
    made = typst.compile(str(source), root=str(tmp_path), format="svg", ignore_system_fonts=True)
    return made if isinstance(made, list) else [made]


BANNER = b"#7a1f1f"  # the only red of the PDF is the banner's ground


def test_banner_stands_on_every_page_of_the_pdf(three_seeds_with_banner, tmp_path):
    assert three_seeds_with_banner.output.pdf.read_bytes().startswith(b"%PDF")
    found = pages(three_seeds_with_banner, tmp_path)
    assert len(found) > 10
    assert all(BANNER in page for page in found)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext reads the PDF's words")
def test_banner_can_be_read_on_every_page_of_the_pdf(three_seeds_with_banner):
    command = ["pdftotext", str(three_seeds_with_banner.output.pdf), "-"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rstrip("\f").split("\f")
    assert len(found) > 10
    assert all("These numbers mean nothing." in page for page in found)


def test_banner_stays_in_view_on_the_page(three_seeds_with_banner):
    html = three_seeds_with_banner.output.html.read_text()
    assert re.search(r'<div class="banner"[^>]*>These numbers mean nothing\.</div>', html)
    rule = re.search(r"\.banner \{(.*?)\}", html, re.DOTALL)[1]
    assert "position: sticky" in rule
    assert "top: 0" in rule


def test_without_a_banner_no_page_has_one(one_seed_report, tmp_path):
    assert 'class="banner"' not in one_seed_report.output.html.read_text()
    assert not any(BANNER in page for page in pages(one_seed_report, tmp_path))


def test_the_same_results_give_the_same_files(one_seed_report, tmp_path):
    again = build(Results(tmp_path, shipped_config()))
    assert again.output.markdown.read_bytes() == one_seed_report.output.markdown.read_bytes()
    assert again.output.html.read_bytes() == one_seed_report.output.html.read_bytes()
    assert again.output.pdf.read_bytes() == one_seed_report.output.pdf.read_bytes()


def test_only_the_three_files_are_left_in_the_report_folder(one_seed_report):
    assert sorted(p.name for p in one_seed_report.output.html.parent.iterdir()) == [
        "index.html",
        "report.md",
        "report.pdf",
    ]


def test_a_reference_to_nothing_is_an_error(tmp_path):
    (tmp_path / "a.md").write_text("See [](#fig-missing).\n")
    with pytest.raises(RenderingError, match="#fig-missing"):
        rendering.write_html(tmp_path / "a.md", tmp_path / "a.html", STYLE)
