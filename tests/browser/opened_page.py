"""The page under test, the screens, and what tests ask of both.

Elements are named by the ids and classes on which the page and its tests agree.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
QUICK = "results/quick/report/index.html"
PAGE = PROJECT / (os.environ.get("PAGE") or QUICK)
AXE = HERE / "node_modules/axe-core/axe.min.js"
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
SCREENS: dict[str, dict[str, Any]] = {
    "desktop": DESKTOP,
    "desktop-dark": DESKTOP | {"color_scheme": "dark"},
    "phone": PHONE,
    "phone-dark": PHONE | {"color_scheme": "dark"},
}


def require(page: Page, *parts: str) -> None:
    """Fail where the page lacks one of the parts."""
    for part in parts:
        if page.locator(part).count() == 0:
            pytest.fail(f"the page has no {part}")


def expect_none(faults: list[str]) -> None:
    """Fail with the number of faults and the first of them, one a line."""
    assert not faults, "\n".join([f"{len(faults)} faults:", *faults[:40]])


class Opener:
    """Opens the page in new contexts, stops every request for anything else and keeps a list of those."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self._contexts: list[BrowserContext] = []

    def __call__(self, fragment: str = "", **options: Any) -> Page:
        context = self.browser.new_context(**(DESKTOP | options))
        self._contexts.append(context)
        context.route(re.compile(".*"), self._answer)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.goto(PAGE.as_uri() + fragment)
        return page

    def _answer(self, route: Route) -> None:
        if route.request.url.split("#")[0] == PAGE.as_uri():
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()

    def close(self) -> None:
        for context in self._contexts:
            context.close()
