"""The page in Debian's Chromium. `make test-browser` runs these tests in an environment of their own.

Each test opens the file that the variable PAGE names. Elements are named by the ids and classes below,
on which the page and its tests agree.
"""

import os
import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
QUICK = "results/quick/report/index.html"
PAGE = PROJECT / (os.environ.get("PAGE") or QUICK)
AXE = HERE / "node_modules/axe-core/axe.min.js"
# Parts that the page does not have yet. Delete a line when the page has the part: from then on it must stay.
NOT_YET = [
    "#answer",
    "table.opening",
    ".card[data-verdict]",
    "input[name=verdict]",
    "#explorer",
    "#gallery",
    "[popovertarget]",
]

DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
SCREENS: dict[str, dict[str, Any]] = {
    "desktop": DESKTOP,
    "desktop-dark": DESKTOP | {"color_scheme": "dark"},
    "phone": PHONE,
    "phone-dark": PHONE | {"color_scheme": "dark"},
}
# Without Playwright, as in .venv, there is nothing to collect.
collect_ignore_glob = [] if find_spec("playwright") else ["test_*.py"]
_summary: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured."""
    for line in _summary:
        terminalreporter.write_line(line)


def require(page: "Page", *parts: str) -> None:
    """Fail where the page lacks one of the parts; expect that failure of parts that are not built yet."""
    for part in parts:
        if page.locator(part).count() == 0:
            (pytest.xfail if part in NOT_YET else pytest.fail)(f"the page has no {part}")


def expect_none(faults: list[str]) -> None:
    """Fail with the number of faults and the first of them, one a line."""
    assert not faults, "\n".join([f"{len(faults)} faults:", *faults[:40]])


class Opener:
    """Opens the page in new contexts, stops every request for anything else and keeps a list of those."""

    def __init__(self, browser: "Browser") -> None:
        self.browser = browser
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self._contexts: list[BrowserContext] = []

    def __call__(self, fragment: str = "", **options: Any) -> "Page":
        context = self.browser.new_context(**(DESKTOP | options))
        self._contexts.append(context)
        context.route(re.compile(".*"), self._answer)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.goto(PAGE.as_uri() + fragment)
        return page

    def _answer(self, route: Any) -> None:
        if route.request.url.split("#")[0] == PAGE.as_uri():
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Debian's Chromium, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        _summary.append(f"Chromium {browser.version}")
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: "Browser") -> Iterator[Opener]:
    """Opens pages that a test may change; every test checks that none of them asked for another file or failed."""
    opener = Opener(browser)
    yield opener
    opener.close()
    assert opener.foreign == [], "the page must be one file"
    assert opener.errors == [], "a script failed"


@pytest.fixture(scope="session")
def still(browser: "Browser") -> Iterator[Callable[[str], "Page"]]:
    """Pages that tests only look at, by the name of the screen."""
    opener = Opener(browser)
    pages: dict[str, Page] = {}

    def page(name: str) -> "Page":
        if name not in pages:
            pages[name] = opener(**SCREENS[name])
        return pages[name]

    yield page
    opener.close()


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest, still: Callable[[str], "Page"]) -> "Page":
    """The page on each screen."""
    return still(request.param)


@pytest.fixture
def desktop(still: Callable[[str], "Page"]) -> "Page":
    return still("desktop")


@pytest.fixture
def phone(still: Callable[[str], "Page"]) -> "Page":
    return still("phone")


@pytest.fixture
def note() -> Callable[[str], None]:
    """Adds a line to what is printed after the tests."""
    return _summary.append
