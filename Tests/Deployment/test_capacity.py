"""docs/capacity.md shows what Scripts/capacity reckons from the published figures."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]


def test_the_page_shows_the_present_sums(check):
    done = subprocess.run(
        [sys.executable, ROOT / "Scripts" / "capacity"], capture_output=True, text=True, timeout=60, check=False
    )
    check("the sums: done", done.returncode == 0, done)
    page = (ROOT / "docs" / "capacity.md").read_text(encoding="utf-8")
    check("docs/capacity.md: has the output of Scripts/capacity", done.stdout.strip() in page, done.stdout)
