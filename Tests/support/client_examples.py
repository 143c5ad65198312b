"""The examples of docs/clients.md."""

import pathlib
import re

PAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "clients.md"


def example(heading, language):
    """The code of this language below this heading. Raises LookupError unless there is exactly one."""
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", section[1], re.M | re.S) if section else []
    if len(blocks) != 1:
        raise LookupError(f"{PAGE.name} has {len(blocks)} examples in {language} below {heading!r}")
    return blocks[0]
