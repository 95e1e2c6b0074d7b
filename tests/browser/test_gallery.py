"""From a cell of a confusion matrix to the test images behind it."""

import pytest
from opened_page import Opener, require

OPENERS = "#gallery [popovertarget], #gallery summary, #gallery td a[href^='#'], #gallery td button"
SEEN = """() => [...document.querySelectorAll('img, [role=img], svg image')]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().width > 10).length"""


@pytest.mark.parametrize("scripts", [True, False])
def test_a_cell_opens_its_images(opened: Opener, scripts: bool) -> None:
    page = opened(java_script_enabled=scripts)
    require(page, "#gallery")
    before = page.evaluate(SEEN)
    cell = page.locator(OPENERS).locator("visible=true").first
    assert cell.count() or cell.is_visible(), "no cell opens anything"
    cell.click()
    assert page.evaluate(SEEN) > before


def test_pictures_are_as_sharp_as_their_pixels(opened: Opener) -> None:
    page = opened()
    require(page, "#gallery")
    rendering = page.eval_on_selector_all(
        "#gallery :is(img, i[role=img])", "all => all.map(e => getComputedStyle(e).imageRendering)"
    )
    assert set(rendering) <= {"pixelated", "crisp-edges"}
