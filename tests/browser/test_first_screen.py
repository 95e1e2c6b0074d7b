"""What a reader sees first, and how the page is built."""

from collections.abc import Callable
from itertools import pairwise

from opened_page import PAGE, Opener, expect_none, require
from playwright.sync_api import Page, expect

MEGABYTE = 1e6


def above_the_fold(page: Page, selector: str) -> bool:
    box = page.locator(selector).first.bounding_box()
    assert box
    assert page.viewport_size
    return box["y"] < page.viewport_size["height"]


def test_the_first_screen_has_the_question_three_numbers_and_the_opening_table(screen: Page) -> None:
    require(screen, "#answer", "table.opening")
    assert above_the_fold(screen, "h1")
    assert above_the_fold(screen, "table.opening")
    assert screen.locator("#answer > ul li, #answer .three li").count() == 3


def test_every_row_of_the_opening_table_has_a_name_a_picture_with_a_text_and_a_word(desktop: Page) -> None:
    require(desktop, "table.opening")
    rows = desktop.locator("table.opening tr:has(svg)")
    assert rows.count() > 5
    for row in rows.all():
        assert row.locator("th[scope=row]").inner_text().strip()
        assert row.locator("svg").get_attribute("aria-label")
        assert row.locator("td").last.inner_text().strip()


def test_there_is_one_h1_and_no_heading_skips_a_level(desktop: Page) -> None:
    levels = desktop.eval_on_selector_all("h1, h2, h3, h4, h5, h6", "all => all.map(h => Number(h.tagName[1]))")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []


def test_the_first_tab_stop_is_a_link_that_skips_to_the_text(opened: Opener) -> None:
    page = opened()
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert (link.get_attribute("href") or "").startswith("#")
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector(':target').matches('main, main *')")


def test_every_link_within_the_page_has_a_target(desktop: Page) -> None:
    missing = """links => links.map(a => decodeURIComponent(a.getAttribute('href').slice(1)))
        .filter(id => id && !id.includes('=') && !document.getElementById(id))"""
    expect_none(desktop.eval_on_selector_all("main a[href^='#'], nav a[href^='#']", missing))


def test_the_page_is_small_and_loads_fast(opened: Opener, note: Callable[[str], None]) -> None:
    page = opened()
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000
    size = PAGE.stat().st_size
    note(f"{PAGE.name}: {size / MEGABYTE:.2f} MB, loaded in {loaded:.2f} s")
    assert size <= 2.5 * MEGABYTE


def test_nothing_is_asked_for_from_outside_while_one_scrolls_and_opens_everything(opened: Opener) -> None:
    page = opened()
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate("document.querySelectorAll('[popover]').forEach(p => { p.showPopover(); p.hidePopover() })")
    height = page.evaluate("document.documentElement.scrollHeight")
    for y in range(0, height, 4 * 900):
        page.evaluate(f"scrollTo(0, {y})")
    page.wait_for_timeout(200)
    assert opened.foreign == []
