"""The run explorer: sort, filter, choose, curves, and a state in the address that can be sent to someone."""

import re

import pytest
from opened_page import Opener, require
from playwright.sync_api import Locator, Page, expect

TABLE = "#explorer table:not([class*=u-]):has(tbody input[type=checkbox])"
ROWS = f"{TABLE} tbody tr"
DRAWN = """canvases => canvases.some(c => c.width && c.height &&
    c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v, i) => i % 4 === 3 && v))"""


@pytest.fixture
def page(opened: Opener) -> Page:
    page = opened()
    require(page, "#explorer")
    expect(page.locator(TABLE)).to_be_visible()
    return page


def texts(rows: Locator) -> list[str]:
    return [text.strip() for text in rows.locator("visible=true").all_inner_texts()]


def choose(page: Page, count: int) -> None:
    for box in page.locator(f"{ROWS} input[type=checkbox]:not(:checked)").all()[:count]:
        box.check()


def chosen(page: Page) -> set[str]:
    return set(texts(page.locator(f"{ROWS}:has(input:checked)")))


def test_a_click_on_a_column_sorts_and_a_second_one_turns_it_round(page: Page) -> None:
    heading = page.locator(f"{TABLE} thead th").filter(has_text="accuracy").first
    button = heading.locator("button").first if heading.locator("button").count() else heading
    before = texts(page.locator(ROWS))
    button.click()
    first, order = heading.get_attribute("aria-sort"), texts(page.locator(ROWS))
    button.click()
    second, reverse = heading.get_attribute("aria-sort"), texts(page.locator(ROWS))
    assert {first, second} == {"ascending", "descending"}
    assert sorted(order) == sorted(reverse) == sorted(before)
    assert order[0] != reverse[0]


def test_the_filter_leaves_the_rows_that_hold_the_word(page: Page) -> None:
    field = page.locator("#explorer input[type=search], #explorer input[type=text]").first
    every = texts(page.locator(ROWS))
    field.fill("dropout")
    kept = texts(page.locator(ROWS))
    assert 0 < len(kept) < len(every)
    field.fill("no run has this name")
    assert texts(page.locator(ROWS)) == []
    field.fill("")
    assert texts(page.locator(ROWS)) == every


def test_choosing_runs_draws_their_curves_and_writes_the_address(page: Page) -> None:
    choose(page, 2)
    expect(page.locator("#explorer canvas").first).to_be_visible()
    assert page.eval_on_selector_all("#explorer canvas", DRAWN)
    assert "#runs=" in page.url


def test_an_address_that_was_sent_to_someone_shows_the_same_runs(page: Page, opened: Opener) -> None:
    choose(page, 2)
    expect(page).to_have_url(re.compile("#runs="))
    other = opened("#" + page.url.split("#", 1)[1])
    expect(other.locator("#explorer canvas").first).to_be_visible()
    assert chosen(other) == chosen(page)
    assert len(chosen(other)) == 2
    assert other.eval_on_selector_all("#explorer canvas", DRAWN)


def test_an_address_with_an_unknown_run_does_no_harm(opened: Opener) -> None:
    other = opened("#runs=no_such_run,%3Cimg%20src%3Dx%3E")
    require(other, "#explorer")
    expect(other.locator(TABLE)).to_be_visible()
    assert other.locator("#explorer img[src=x]").count() == 0
