"""The staff's pages in Chromium: signing in, and what both tests of them ask."""

import contextlib

# Errors that a page writes to the console where a request is refused on purpose.
REFUSED = "Failed to load resource"

# A name that is markup, turns the direction of what follows, and is as long as names may be.
HOSTILE = (
    '<img src=x onerror="window.hacked=1">\u202e<script>window.hacked=1</script>' + "A\u0301 very long name " * 30
)[:500]


class Visit:
    """A page of staff, with what went wrong in it."""

    def __init__(self, browser, url, path="/staff", **options):
        options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **options}
        self.url = url
        self.context = browser.new_context(**options)
        self.errors = []
        self.page = self.open(path)

    def open(self, path):
        """Opens another tab."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._listen)
        page.goto(f"{self.url}{path}")
        return page

    def _listen(self, message):
        if message.type == "error" and not message.text.startswith(REFUSED):
            self.errors.append(message.text)

    def sign_in(self, token):
        self.page.fill("#sign-in-token", token)
        self.page.click("#sign-in button[type=submit]")
        self.page.wait_for_function("() => !document.querySelector('#sign-in button').disabled")
        return self

    def close(self):
        self.context.close()


@contextlib.contextmanager
def visit(browser, service, token, path="/staff", **options):
    """A page of somebody who is signed in."""
    visit = Visit(browser, service.url, path, **options).sign_in(token)
    try:
        yield visit.page
        if visit.errors:
            raise AssertionError(f"{path}: {visit.errors[:3]}")
    finally:
        visit.close()


def row(order):
    """The selector of an order's row on the board."""
    return f"#rows [data-order='{order['orderId']}']"
