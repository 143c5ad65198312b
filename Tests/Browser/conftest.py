"""Chromium, which is the system's, driven by Playwright, and Firefox where it is installed."""

import pytest
from playwright.sync_api import sync_playwright

from support import roles
from support.browser import firefox as firefox_support

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="package")
def launch():
    """Starts a browser with further options of Chromium; each is closed at the end."""
    with sync_playwright() as playwright:
        browsers = []

        def launched(*options):
            browsers.append(playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *options]))
            return browsers[-1]

        yield launched
        for browser in browsers:
            browser.close()


@pytest.fixture
def browser(launch):
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def chromium(launch):
    """One browser for all tests of a module."""
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def staff(bench):
    """A token of staff of all shops."""
    return bench.tokens[roles.STAFF]


@pytest.fixture(scope="package")
def firefox():
    if reason := firefox_support.missing():
        pytest.skip(reason)
    with firefox_support.firefox() as browser:
        yield browser


@pytest.fixture(params=["Chromium", "Firefox"])
def page(request):
    """A page in each browser, for certificates of any kind; only what both can do is called."""
    if request.param == "Firefox":
        page = request.getfixturevalue("firefox").new_page()
    else:
        page = request.getfixturevalue("browser").new_page(ignore_https_errors=True)
    yield page
    page.close()
