"""Access: axe-core, keyboard, phone, and two checkers of the HTML."""

import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from opened_page import AXE, HERE, PAGE, Opener, expect_none
from playwright.sync_api import Page

# What a press of Tab must reach: everything that is shown and takes the focus, and one radio button of each group.
CONTROLS = """() => {
    const groups = new Set()
    return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter(e => {
        const more = e.type !== 'radio' || !groups.has(e.name)
        if (e.type === 'radio') groups.add(e.name)
        return more && !e.disabled && e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true})
    })
}"""
WATCH = f"""() => {{
    window.controls = ({CONTROLS})()
    window.reached = new Set(); window.unmarked = new Set()
    addEventListener('focusin', ({{target}}) => {{
        const style = getComputedStyle(target)
        reached.add(target.type === 'radio' ? target.name : target)
        if (style.outlineStyle === 'none' && style.boxShadow === 'none') unmarked.add(target)
    }})
    return controls.length
}}"""
# Newer than the Nu checker: Chromium has them since 125, and the page asks for them with @supports.
NEW_CSS = re.compile("CSS: “(position-area|position-try-fallbacks)”: Property .* doesn't exist")
NAME = "e => e.outerHTML.slice(0, 120)"


def violations(page: Page) -> list[str]:
    """Return one line for each element that breaks a rule of axe-core."""
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{rule['id']}: {' '.join(map(str, node['target']))}" for rule in found for node in rule["nodes"]]


def test_axe_finds_nothing(screen: Page) -> None:
    expect_none(violations(screen))


def test_axe_finds_nothing_in_what_opens(opened: Opener) -> None:
    page = opened()
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate("document.querySelector('[popover]')?.showPopover()")
    expect_none(violations(page))


def test_the_tab_key_reaches_every_control_and_shows_where_it_is(opened: Opener) -> None:
    page = opened()
    # Scrollable frames take the focus too: allow for as many again.
    for _ in range(page.evaluate(WATCH) + page.locator("div, pre, math, nav").count()):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
    missed = f"controls.filter(e => !reached.has(e.type === 'radio' ? e.name : e)).map({NAME})"
    expect_none(page.evaluate(missed))
    expect_none(page.evaluate(f"[...unmarked].map({NAME})"))


def test_nothing_moves_the_focus_out_of_the_order_of_the_page(desktop: Page) -> None:
    assert desktop.locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").count() == 0


@pytest.mark.parametrize("width", [320, 390, 768])
def test_the_page_never_scrolls_sideways(opened: Opener, width: int) -> None:
    page = opened(viewport={"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_text_on_a_phone_has_12_pixels_or_more(phone: Page) -> None:
    small = """() => [...document.querySelectorAll('main *')].flatMap(e => {
        if (!e.checkVisibility() || e.closest('sup, sub, math, [popover], .u-legend')) return []
        if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) return []
        const drawn = e.getScreenCTM?.()
        const scale = drawn ? Math.sqrt(Math.abs(drawn.a * drawn.d - drawn.b * drawn.c)) : 1
        const size = parseFloat(getComputedStyle(e).fontSize) * scale
        return size < 11.9 ? [`${size.toFixed(1)} px: ${e.localName} in #${e.closest('[id]')?.id}`] : []
    })"""
    expect_none([f"{text} ({count} times)" for text, count in Counter(phone.evaluate(small)).items()])


def test_every_picture_has_a_text(desktop: Page) -> None:
    assert desktop.eval_on_selector_all("img:not([alt])", f"all => all.map({NAME})") == []
    silent = "svg:not([aria-hidden=true]):not([aria-label]):not([aria-labelledby]):not(:has(> title))"
    assert (
        desktop.eval_on_selector_all(silent, f"all => all.filter(e => !e.closest('[aria-hidden=true]')).map({NAME})")
        == []
    )


def checked(output: Path, *command: str) -> Any:
    """Return what a checker of HTML prints as JSON. Node.js cuts what it prints into a pipe: give it a file."""
    with output.open("w") as file:
        subprocess.run([*command, str(PAGE)], cwd=HERE, stdout=file, check=False)
    return json.loads(output.read_text())


def test_the_nu_checker_finds_nothing(tmp_path: Path) -> None:
    command = ["java", "-jar", "node_modules/vnu-jar/build/dist/vnu.jar", "--format", "json", "--stdout"]
    found = checked(tmp_path / "vnu.json", *command)["messages"]
    # "/>" at the end of an <img>, as pandoc writes it, has no effect: vnu only informs of it.
    faults = [m for m in found if (m["type"], m.get("subType")) != ("info", None) and not NEW_CSS.match(m["message"])]
    expect_none([f"line {m.get('lastLine')}: {m['message']}" for m in faults])


def test_html_validate_finds_nothing(tmp_path: Path) -> None:
    command = ["node_modules/.bin/html-validate", "--config", "htmlvalidate.json", "--formatter", "json"]
    found = checked(tmp_path / "html-validate.json", *command)
    expect_none([f"{m['ruleId']}: {m['message']} {m['selector']}" for file in found for m in file["messages"]])
