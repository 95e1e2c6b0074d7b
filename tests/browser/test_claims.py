"""The cards of claims, their filter, and the popovers behind values."""

from opened_page import Opener, expect_none, require
from playwright.sync_api import Page, expect

SHOWN = "cards => cards.filter(c => c.checkVisibility()).map(c => c.dataset.verdict)"
ALL = {"", "all", "any", "on"}


def shown(page: Page) -> list[str]:
    return page.eval_on_selector_all(".card[data-verdict]", SHOWN)


def choose(page: Page, value: str) -> None:
    """Choose the verdict as a reader does: with a click on its label, or with a key where the input has none."""
    field = page.locator(f"input[name=verdict][value='{value}']")
    label = page.locator(f"label:has(input[name=verdict][value='{value}']), label[for='{field.get_attribute('id')}']")
    label.first.click()


def check_filter(page: Page) -> None:
    require(page, ".card[data-verdict]", "input[name=verdict]")
    all_cards = page.eval_on_selector_all(".card[data-verdict]", "cards => cards.map(c => c.dataset.verdict)")
    values = page.eval_on_selector_all("input[name=verdict]", "fields => fields.map(f => f.value)")
    assert shown(page) == all_cards
    assert set(all_cards) <= set(values)
    for value in [value for value in values if value not in ALL]:
        choose(page, value)
        assert shown(page) == [verdict for verdict in all_cards if verdict == value]
    for value in ALL.intersection(values):
        choose(page, value)
        assert shown(page) == all_cards


def test_the_filter_shows_the_claims_with_the_chosen_verdict_only(opened: Opener) -> None:
    check_filter(opened())


def test_the_filter_works_without_scripts(opened: Opener) -> None:
    check_filter(opened(java_script_enabled=False))


def test_a_card_has_a_heading_and_its_verdict_in_a_word(desktop: Page) -> None:
    require(desktop, ".card[data-verdict]")
    for card in desktop.locator(".card[data-verdict]").all():
        assert card.locator("h2, h3, h4").count() >= 1
        assert card.get_attribute("id")
        assert len(card.inner_text().split()) > 10


def test_a_popover_opens_by_mouse_and_by_key_and_closes_by_both(opened: Opener) -> None:
    page = opened()
    require(page, "[popovertarget]")
    button = page.locator("[popovertarget]:visible").first
    popover = page.locator(f"[id='{button.get_attribute('popovertarget')}']")
    expect(popover).to_be_hidden()
    button.click()
    expect(popover).to_be_visible()
    page.keyboard.press("Escape")
    expect(popover).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(popover).to_be_visible()
    page.keyboard.press("Escape")
    expect(popover).to_be_hidden()
    expect(button).to_be_focused()


def test_every_button_of_a_popover_has_one_and_every_popover_has_words(desktop: Page) -> None:
    require(desktop, "[popovertarget]")
    without = """buttons => buttons.map(b => b.getAttribute('popovertarget')).filter(id => {
        const target = document.getElementById(id)
        return !target || !target.popover || !target.textContent.trim() })"""
    expect_none(desktop.eval_on_selector_all("[popovertarget]", without))


def test_popovers_stay_on_the_screen_of_a_phone(opened: Opener) -> None:
    page = opened(viewport={"width": 390, "height": 844})
    require(page, "[popovertarget]")
    outside = """popovers => popovers.filter(p => {
        p.showPopover(); const r = p.getBoundingClientRect(); p.hidePopover()
        return r.left < 0 || r.right > innerWidth || r.top < 0 || r.bottom > innerHeight }).map(p => p.id)"""
    expect_none(page.eval_on_selector_all("[popover]", outside))
