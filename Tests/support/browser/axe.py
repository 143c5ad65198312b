"""axe-core, which finds faults of accessibility in a page that Chromium shows."""

from axe_playwright_python.sync_playwright import Axe

# The rules of WCAG 2.2 AA and what axe calls best practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page):
    """The rules that the page breaks, each with the first elements that break it."""
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": TAGS}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {[node['html'][:160] for node in rule['nodes'][:3]]}" for rule in found]


def sound(check, name, page):
    """Checks that a page breaks no rule as it is now."""
    found = violations(page)
    check(f"axe finds nothing: {name}", not found, found)
