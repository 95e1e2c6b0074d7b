"""The report's files as a reader opens them: one HTML page that works offline, and a PDF."""

import re

import pytest
import typst
from made_up_results import STYLE, Results, only, shipped_config
from report_builders import build

from fmnist.report import rendering

pytestmark = pytest.mark.slow

EVIL = '<script>alert("1")</script> *a* $x$ | `b` [c](http://d.example) #e'
BANNER = b"#7a1f1f"  # the only red of the PDF is the banner's ground


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A report whose title, banner and experiment have hostile names."""
    evil = only(pooling={"section": "4", "title": EVIL, "sweep": {"pooling": ["average", "max"]}})
    report = {"title": EVIL, "banner": EVIL}
    return build(Results(tmp_path_factory.mktemp("hostile"), {**evil, "report": report}))


def pages(files, folder):
    """Return the PDF's pages, each as SVG."""
    rendering.write_typst(files["markdown"], folder / "report.typ", STYLE)
    return typst.compile(str(folder / "report.typ"), root=str(folder), format="svg", ignore_system_fonts=True)


def without_own_scripts(html):
    """Return the page without the explorer's two scripts: its data and its code."""
    rest, count = re.subn(
        r'<script(?: type="application/json" class="x-data")?>.*?</script>', "", html, count=2, flags=re.DOTALL
    )
    assert count == 2
    return rest


def test_the_page_needs_nothing_from_outside_and_its_links_lead_somewhere(tmp_path):
    html = without_own_scripts(build(Results(tmp_path, shipped_config()))["html"].read_text())
    links = re.findall(r'<a href="#([^"]+)"[^>]*>(.*?)</a>', html, re.DOTALL)
    assert len(links) > 60
    assert all(f'id="{target}"' in html and name.strip() for target, name in links)
    sources = re.findall(r"""(?<![\w-])(?:src|href|url|srcset|action|data)\s*[=(]\s*["']?([^"'\s)>]+)""", html)
    assert all(source.startswith(("#", "data:")) or source in ("report.pdf", "ko.html") for source in sources)
    assert "<script" not in html
    assert "@import" not in html
    assert html.count('<math display="block"') >= 9


def test_markup_in_titles_and_banners_is_shown_as_text(hostile):
    html = without_own_scripts(hostile["html"].read_text())
    assert "<script" not in html
    assert 'href="http' not in html
    # Banner, title, contents, heading, and the captions of figure and table.
    body = html.split("</title>")[1]
    assert len(re.findall(r"&lt;script&gt;.*?\*a\*\s+\$x\$\s+\|\s+`b`", body, re.DOTALL)) >= 6


def test_the_banner_is_on_every_page_of_the_pdf(hostile, tmp_path):
    found = pages(hostile, tmp_path)
    assert len(found) > 5
    assert all(BANNER in page for page in found)


def test_without_a_banner_no_page_has_one_and_the_same_results_give_the_same_files(tmp_path):
    first, second = (build(Results(tmp_path / folder, {**only("pooling"), "seeds": 3})) for folder in "ab")
    assert 'class="banner"' not in first["html"].read_text()
    assert not any(BANNER in page for page in pages(first, tmp_path))
    assert {name: path.read_bytes() for name, path in first.items()} == {
        name: path.read_bytes() for name, path in second.items()
    }
    pdf = first["pdf"].read_bytes()
    assert pdf.startswith(b"%PDF")
    assert re.search(rb"pdfuaid:part[ =>\"]+1", pdf)  # PDF/UA-1: Typst checks what it demands


def test_text_in_a_figure_keeps_its_font(tmp_path):
    figure = '<svg xmlns="http://www.w3.org/2000/svg"><text y="9" style="font-family: \'DejaVu Sans\'">a</text></svg>'
    (tmp_path / "figure.svg").write_text(figure)
    (tmp_path / "a.md").write_text("---\ntitle: A title\n---\n\n![A figure](figure.svg)\n")
    rendering.write_pdf(tmp_path / "a.md", tmp_path / "a.pdf", STYLE)
    assert b"DejaVuSans" in (tmp_path / "a.pdf").read_bytes()


def test_numbers_stay_with_their_units_and_drawings_have_text(tmp_path):
    (tmp_path / "figure.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    lines = [
        "It is 0.25 points, p = 0.03, 4 % of 5 seeds.\n",
        "![Caption](figure.svg){#fig-a}\n",
        "| A |\n|---|\n| 1 |\n\n: Numbers {#tbl-a}\n",
        "$\\sqrt{n}$ [한국어]{lang=ko}\n",
    ]
    (tmp_path / "a.md").write_text("---\ntitle: A title\n---\n\n" + "\n".join(lines))
    rendering.write_typst(tmp_path / "a.md", tmp_path / "a.typ", STYLE)
    source = (tmp_path / "a.typ").read_text()
    assert "0.25~points, p~=~0.03, 4~% of 5~seeds." in source
    assert 'image(alt: "A drawing of the numbers in Table 1")' in source
    assert 'equation(alt: "sqrt(n)")' in source
    assert '#text(lang: "ko")[한국어]' in source


def test_a_reference_to_nothing_is_an_error(tmp_path):
    (tmp_path / "a.md").write_text("See [](#fig-missing).\n")
    with pytest.raises(rendering.RenderingError, match="#fig-missing"):
        rendering.write_html(tmp_path / "a.md", tmp_path / "a.html", STYLE, {})
