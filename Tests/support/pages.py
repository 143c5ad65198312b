"""Hand-written pages of the documentation, and the code that they show."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def page(name):
    """The text of a page, named by its path in the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def section(text, heading):
    """The part of a page from a second-level heading to the next one. Raises LookupError where there is none."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if not found:
        raise LookupError(f"no section {heading!r}")
    return found[1]


def blocks(text):
    """(language, code) of each block of code, in order."""
    return re.findall(r"^```([a-z]*)\n(.*?)^```$", text, re.M | re.S)


def shown_line(line):
    """A pattern for a line of output as a page shows it: `…` stands for anything, and positions differ."""
    pattern = re.escape(line).replace("…", ".*")
    pattern = re.sub(r"(?<![a-z0-9])[a-z2-7]{8}\\-(\d+)", r"[a-z2-7]{8}\\-\1", pattern)
    return re.compile(re.sub(r"(?<![\w-])A(?:\w|\\-){22}(?![\w-])", r"A[\\w-]{22}", pattern))
