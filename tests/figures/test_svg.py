"""Small SVG: what is drawn stays, and a page can hold many."""

import re
from pathlib import Path

import matplotlib.pyplot as plt

from fmnist.figures.style import use_style
from fmnist.figures.svg import light_svg, save_svg

SVG = (
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    "<style>*{stroke: red}</style>"
    '<defs><path id="used" d="M 1.23456 2.0 L 5 5"/><path id="unused" d="M 0 0 L 1 1"/></defs>'
    '<g><g><use xlink:href="#used" x="0.333333" y="1"/></g></g>'
    '<text x="1" style="fill: #262626">0.0016 &amp; more</text></svg>'
)


def test_text_stays_ink_follows_the_page_and_numbers_are_short() -> None:
    light = light_svg(SVG, "rate")
    assert ">0.0016 &amp; more</text>" in light
    assert 'fill="currentColor"' in light
    assert 'x="0.33"' in light
    assert "1.23456" not in light


def test_styles_that_would_reach_the_page_go_and_so_do_unused_ids_and_groups() -> None:
    light = light_svg(SVG, "rate")
    assert "<style" not in light
    assert "<g" not in light
    (used,) = re.findall(r' id="([^"]+)"', light)
    assert f' href="#{used}"' in light


def test_ids_of_two_figures_differ_even_where_their_names_nearly_agree() -> None:
    ids = [re.findall(r' id="([^"]+)"', light_svg(SVG, stem)) for stem in ("batch_norm", "batch-norm")]
    assert ids[0] != ids[1]


def test_the_same_figure_is_the_same_bytes(tmp_path: Path) -> None:
    use_style()
    for name in ("a", "b"):
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3], [0.5, 0.25, 1], "o-")
        (tmp_path / name).mkdir()
        save_svg(figure, tmp_path / name / "figure.svg")
    assert (tmp_path / "a/figure.svg").read_bytes() == (tmp_path / "b/figure.svg").read_bytes()
