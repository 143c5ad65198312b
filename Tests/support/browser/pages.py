"""Pages that the cutting proxy serves, by path: text and media type."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
BROWSER = ROOT / "Tests" / "support" / "browser"
MODULE = ROOT / "docs" / "clients" / "waybill-stream.js"


def helper_pages():
    """The page of the helper for fetch, and the helper itself."""
    page = (BROWSER / "helper.html").read_text(encoding="utf-8")
    return {
        "/helper.html": (page, "text/html"),
        "/waybill-stream.js": (MODULE.read_text(encoding="utf-8"), "text/javascript"),
    }
