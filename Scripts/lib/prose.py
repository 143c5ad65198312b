"""Checks the prose of tracked files that no linter knows: `prose.py CHECK`. Prints each finding, then their number.

- first-words: comments and docstrings that begin with a question word; more than --limit of them fail.
- long-comments: comment lines in Swift, Python, JavaScript and shell that are longer than 120 columns.
- private-pages: references to pages that readers of the repository cannot open.
"""

import argparse
import ast
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LONGEST = 120
QUESTION_WORD = re.compile(r"(What|Who|Whoever|Whose|How|Why|Where|When|Whether)\b")
PRIVATE_PAGE = re.compile(
    r"(?<![\w/])(?:\.\./)?shared[/]|\b(?:house|contract|domain|design)\.md\b|\bcontract(?:'s)?,? (?:section|§)", re.I
)
# By ending, a pattern for the start of a comment: alone in its line, or behind code.
COMMENT = {
    ".swift": re.compile(r"(^|\s)//"),
    ".js": re.compile(r"(^|\s)//"),
    ".py": re.compile(r"^\s*#"),
    ".sh": re.compile(r"^\s*#"),
}
# By ending, a pattern for a line that is a comment alone, with its text.
WHOLE_COMMENT = {
    ".swift": re.compile(r"\s*///?\s+(.*)"),
    ".js": re.compile(r"\s*//\s+(.*)"),
    ".py": re.compile(r"\s*#\s+(.*)"),
    ".sh": re.compile(r"\s*#\s+(.*)"),
}


def tracked_files():
    """(path, text) of each text file that is tracked, or that is new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        try:
            yield pathlib.Path(name), path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            # Binary data, a folder's link, or a file that is deleted but still in the index.
            continue


def kind(path, text):
    """The ending of the file's language; scripts without an ending are told by their first line."""
    is_script = re.match(r"#!.*\b(ba)?sh$", text.partition("\n")[0])
    return ".sh" if is_script else path.suffix


def first_words(path, text):
    """Comments and docstrings (Python) that begin with a question word."""
    lines = text.split("\n")
    pattern = WHOLE_COMMENT.get(kind(path, text))
    for number, line in enumerate(lines, 1):
        comment = pattern and pattern.match(line)
        goes_on = comment and number > 1 and pattern.match(lines[number - 2])
        if comment and not goes_on and QUESTION_WORD.match(comment[1]):
            yield number, line
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
            if isinstance(node, documented) and QUESTION_WORD.match(ast.get_docstring(node) or ""):
                yield node.body[0].lineno, lines[node.body[0].lineno - 1]


def long_comments(path, text):
    """Lines with a comment that are longer than the limit."""
    pattern = COMMENT.get(kind(path, text))
    for number, line in enumerate(text.split("\n"), 1):
        if pattern and len(line) > LONGEST and pattern.search(line):
            yield number, line


def private_pages(path, text):
    """Lines that name a page outside the repository."""
    for number, line in enumerate(text.split("\n"), 1):
        if PRIVATE_PAGE.search(line):
            yield number, line


CHECKS = {"first-words": first_words, "long-comments": long_comments, "private-pages": private_pages}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("check", choices=CHECKS)
    parser.add_argument("--limit", type=int, default=0, help="the most findings that are accepted")
    options = parser.parse_args()
    findings = [
        (path, number, line.strip())
        for path, text in tracked_files()
        for number, line in CHECKS[options.check](path, text)
    ]
    for path, number, line in findings:
        print(f"{path}:{number}: {line[:160]}")
    print(f"{options.check}: {len(findings)} found, at most {options.limit} accepted")
    sys.exit(len(findings) > options.limit)


if __name__ == "__main__":
    main()
