"""Writes docs/answers.md from a fresh service: `python3 -m support.answers.write --binary .build/debug/waybill`.

Leaves the page alone where nothing has changed except ids, times and the like.
"""

import argparse

from support.answers.normal import normal
from support.answers.page import PAGE, answered_sections
from support.service import Service


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    options = parser.parse_args()
    service = Service(options.binary)
    try:
        service.start()
        text = "\n".join(part for _, part in answered_sections(service))
    finally:
        service.close()
    written = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if normal(text) != normal(written):
        PAGE.write_text(text, encoding="utf-8")
        print(f"{PAGE.name}: written")


if __name__ == "__main__":
    main()
