"""Dark scheme, print, no scripts, and screenshots."""

import os
import re
from collections.abc import Callable

import pytest
from opened_page import HERE, PAGE, PROJECT, QUICK, SCREENS, Opener, expect_none, require
from pictures import brightness
from playwright.sync_api import Page

A4_WIDTH = 718  # pixels, with margins of 1 cm
QUARTER = 0.25
TILE = 16  # pixels of the quarter-size picture: squares of 64 pixels of the page
# The share of the first screen that may differ from the kept picture. Other digits differ in 0 %, another font
# in 0.4 to 3 %, a larger heading in 6 % or more.
TOLERANCE = 0.045

WORDS = """() => { const main = document.querySelector('main').cloneNode(true)
    main.querySelectorAll('#explorer, script, noscript').forEach(e => e.remove())
    return main.textContent.replace(/\\s+/g, ' ') }"""


def test_without_scripts_everything_but_the_explorer_is_there(desktop: Page, opened: Opener) -> None:
    bare = opened(java_script_enabled=False)
    assert bare.evaluate(WORDS) == desktop.evaluate(WORDS)
    for part in ["main table", "figure", "svg", "img", ".card", "[popovertarget]", "#gallery"]:
        outside = f"{part}:not(#explorer *)"
        shown = "all => all.filter(e => e.checkVisibility()).length"
        assert bare.eval_on_selector_all(outside, shown) == desktop.eval_on_selector_all(outside, shown)


def test_without_scripts_the_explorer_shows_no_control_that_does_nothing(opened: Opener) -> None:
    bare = opened(java_script_enabled=False)
    require(bare, "#explorer")
    assert bare.locator("#explorer :is(input, select, button:not([popovertarget])):visible").count() == 0


def test_nothing_is_white_in_the_dark(opened: Opener) -> None:
    page = opened(color_scheme="dark", device_scale_factor=QUARTER)
    grid = brightness(page, page.screenshot(full_page=True), TILE)
    squares = [(x, y) for y, row in enumerate(grid) for x, value in enumerate(row) if value > 0.7]
    side = TILE / QUARTER
    under = """([squares, side]) => [...new Set(squares.map(([x, y]) => {
        scrollTo(0, y * side - 300)
        const e = document.elementFromPoint((x + 0.5) * side, (y + 0.5) * side - scrollY)
        if (e?.matches('i[role=img]')) return null  // a photograph of something white
        return e?.closest('figure, table, pre, section')?.id || e?.outerHTML.slice(0, 80) || `${x * side}, ${y * side}`
    }))].filter(Boolean)"""
    expect_none(page.evaluate(under, [squares, side]))


def test_the_page_prints(opened: Opener, note: Callable[[str], None]) -> None:
    page = opened()
    pdf = page.pdf(format="A4")
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    note(f"Printed from Chromium: {pages} pages")
    assert pdf.startswith(b"%PDF")
    assert pages > 1


def test_on_paper_nothing_is_cut_off_or_leads_nowhere(opened: Opener) -> None:
    page = opened(viewport={"width": A4_WIDTH, "height": 1000})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH
    cut = """() => [...document.querySelectorAll('pre, table, .wide')].filter(e => e.checkVisibility()
        && e.scrollWidth > e.clientWidth + 1).map(e => e.id || e.textContent.trim().slice(0, 60))"""
    expect_none(page.evaluate(cut))
    assert page.locator("nav:visible, input:visible, select:visible").count() == 0


@pytest.mark.parametrize("name", SCREENS)
def test_the_first_screen_looks_as_it_was_kept(opened: Opener, name: str) -> None:
    """Writes a picture for a human to look at; `make test-browser KEEP=1` keeps a small one of the quick page."""
    page = opened(**SCREENS[name])
    screens = PAGE.parents[1] / "screens"
    screens.mkdir(exist_ok=True)
    page.screenshot(path=screens / f"{name}.png")
    small = page.screenshot(type="jpeg", quality=40, scale="css")
    kept = HERE / "screens" / f"{name}.jpg"
    if PAGE != PROJECT / QUICK:
        pytest.skip("only the quick page is compared")
    if os.environ.get("KEEP"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(small)
    if not kept.exists():
        pytest.skip("no picture is kept yet: make test-browser KEEP=1")
    assert different(page, small, kept.read_bytes()) <= TOLERANCE


def different(page: Page, one: bytes, other: bytes) -> float:
    """Return the share of squares of 32 pixels whose brightness differs by more than a tenth."""
    pairs = [
        (a, b)
        for rows in zip(brightness(page, one, 32), brightness(page, other, 32), strict=True)
        for a, b in zip(*rows, strict=True)
    ]
    return sum(abs(a - b) > 0.1 for a, b in pairs) / len(pairs)
