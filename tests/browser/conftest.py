"""The page in Debian's Chromium. `make test-browser` runs these tests in an environment of their own."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from opened_page import SCREENS, Opener
from playwright.sync_api import Browser, Page, sync_playwright

_summary: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured."""
    for line in _summary:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        _summary.append(f"Chromium {browser.version}")
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opener]:
    """Opens pages that a test may change; every test checks that none of them asked for another file or failed."""
    opener = Opener(browser)
    yield opener
    opener.close()
    assert opener.foreign == [], "the page must be one file"
    assert opener.errors == [], "a script failed"


@pytest.fixture(scope="session")
def still(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Pages that tests only look at, by the name of the screen."""
    opener = Opener(browser)
    pages: dict[str, Page] = {}

    def page(name: str) -> Page:
        if name not in pages:
            pages[name] = opener(**SCREENS[name])
        return pages[name]

    yield page
    opener.close()


@pytest.fixture(params=SCREENS)
def screen(request: pytest.FixtureRequest, still: Callable[[str], Page]) -> Page:
    """The page on each screen."""
    return still(request.param)


@pytest.fixture
def desktop(still: Callable[[str], Page]) -> Page:
    return still("desktop")


@pytest.fixture
def phone(still: Callable[[str], Page]) -> Page:
    return still("phone")


@pytest.fixture
def note() -> Callable[[str], None]:
    """Adds a line to what is printed after the tests."""
    return _summary.append
