"""Chromium, which is the system's, driven by Playwright."""

import pytest
from playwright.sync_api import sync_playwright

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
