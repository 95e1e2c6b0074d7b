"""The report's files as a reader opens them: one HTML page that works offline, and a PDF."""

import re

import pytest
import typst
from made_up_results import Results, only
from report_builders import STYLE_FILES, build

from fmnist.report import rendering
from fmnist.report.rendering import RenderingError

EVIL = '<script>alert("1")</script> *a* $x$ | `b` [c](http://d.example) #e'
BANNER = b"#7a1f1f"  # the only red of the PDF is the banner's ground


def small(folder, **changes):
    return build(Results(folder, only("pooling") | changes))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A report whose title, banner and experiment have hostile names."""
    evil = only(pooling={"section": "4", "title": EVIL, "sweep": {"pooling": ["average", "max"]}})
    report = {"title": EVIL, "banner": EVIL}
    return build(Results(tmp_path_factory.mktemp("hostile"), {**evil, "report": report}))


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
    assert html.count('<math display="block"') >= 9


def test_markup_in_titles_and_banners_is_shown_as_text(hostile):
    html = hostile.output.html.read_text()
    assert "<script" not in html
    assert 'href="http' not in html
    body = html.split("</title>")[1]
    # Banner, title, contents, heading, and the captions of figure and table.
    assert len(re.findall(r"&lt;script&gt;.*?\*a\*\s+\$x\$\s+\|\s+`b`", body, re.DOTALL)) >= 6


def pages(job, folder):
    """Return the PDF's pages, each as SVG."""
    source = folder / "report.typ"
    rendering.write_typst(job.output.markdown, source, STYLE_FILES)
    made = typst.compile(str(source), root=str(folder), format="svg", ignore_system_fonts=True)
    return made if isinstance(made, list) else [made]


def test_the_banner_stays_in_view_and_is_on_every_page_of_the_pdf(hostile, tmp_path):
    rule = re.search(r"\.banner \{(.*?)\}", hostile.output.html.read_text(), re.DOTALL)[1]
    assert "position: sticky" in rule
    found = pages(hostile, tmp_path)
    assert len(found) > 5
    assert all(BANNER in page for page in found)


def test_without_a_banner_no_page_has_one(tmp_path):
    job = small(tmp_path)
    assert 'class="banner"' not in job.output.html.read_text()
    assert not any(BANNER in page for page in pages(job, tmp_path))


def test_the_same_results_give_the_same_three_files(tmp_path):
    first, second = small(tmp_path / "a"), small(tmp_path / "b")
    files = sorted(first.output.html.parent.iterdir())
    assert [path.name for path in files] == ["index.html", "report.md", "report.pdf"]
    assert [(second.output.html.parent / path.name).read_bytes() for path in files] == [p.read_bytes() for p in files]
    assert first.output.pdf.read_bytes().startswith(b"%PDF")


def test_a_reference_to_nothing_is_an_error(tmp_path):
    (tmp_path / "a.md").write_text("See [](#fig-missing).\n")
    with pytest.raises(RenderingError, match="#fig-missing"):
        rendering.write_html(tmp_path / "a.md", tmp_path / "a.html", STYLE_FILES)
