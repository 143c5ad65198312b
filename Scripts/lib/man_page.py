"""Writes the manual page waybill(1) from what the binary says of itself: `man_page.py BINARY SECONDS` prints it.

SECONDS is the page's date, since 1970, so that the same sources make the same page.
"""

import re
import subprocess
import sys
import time

# Words of the help that no command line needs a second time.
COMMON = ("--version", "-h, --help")


def said(binary, *command):
    """The help of a command, as (overview, lines of usage, entries by title)."""
    done = subprocess.run([binary, *command, "--help"], capture_output=True, text=True, timeout=60, check=True)
    text = done.stdout
    head, _, rest = text.partition("USAGE: ")
    usage, _, rest = rest.partition("\n\n")
    tables = {title: body for title, body in re.findall(r"^([A-Z]+):\n(.*?)(?:\n\n|\Z)", rest, re.M | re.S)}
    overview = head.removeprefix("OVERVIEW: ").strip()
    named = {"ARGUMENTS": [], "OPTIONS": [], "SUBCOMMANDS": []}
    return overview, usage.split("\n"), {title: entries(tables.get(title, "")) for title in named}


def entries(table):
    """The entries of a table of options or commands, as (name, text). A text may go on in lines that are further in."""
    found = []
    for line in table.split("\n"):
        if re.match(r"  \S", line):
            found.append(split_name(line.strip()))
        elif line.strip() and found:
            name, text = found[-1]
            found[-1] = name, f"{text} {line.strip()}".strip()
    return found


def split_name(line):
    """An entry's first line, cut where its text begins."""
    wide = re.split(r"\s{2,}", line, maxsplit=1)
    if len(wide) == 2:
        return wide[0], wide[1]
    narrow = re.match(r"((?:-\S+, )*--?\S+(?: <[^>]+>)?)(?: (.*))?$", line)
    return (narrow[1], narrow[2] or "") if narrow else (line, "")


def escaped(text):
    """Text for roff: a hyphen is one that can be copied, and no line is a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def paragraphs(text):
    for index, paragraph in enumerate(re.split(r"\n\s*\n", text)):
        if index:
            yield ".PP"
        yield escaped(" ".join(paragraph.split()))


def options(named):
    for title in ("ARGUMENTS", "OPTIONS"):
        for name, text in named[title]:
            if name in COMMON:
                continue
            yield ".TP"
            yield f".B {escaped(name)}"
            yield escaped(text)


def commands(binary, path):
    """(path, overview, usage, tables) of each command below a path, in the order of the help."""
    for name, _ in said(binary, *path)[2]["SUBCOMMANDS"]:
        name = name.split()[0]
        if name == "help":
            continue
        overview, usage, named = said(binary, *path, name)
        yield (*path, name), overview, usage, named
        yield from commands(binary, (*path, name))


def page(binary, seconds):
    version = subprocess.run(
        [binary, "--version"], capture_output=True, text=True, timeout=60, check=True
    ).stdout.strip()
    overview, usage, _ = said(binary)
    first, _, rest = overview.partition("\n\n")
    summary = escaped(" ".join(first.split()).rstrip("."))
    date = time.strftime("%Y-%m-%d", time.gmtime(seconds))
    yield f'.TH WAYBILL 1 "{date}" "waybill {version}" "User Commands"'
    yield ".SH NAME"
    yield f"waybill \\- {summary[0].lower()}{summary[1:]}"
    yield ".SH SYNOPSIS"
    yield ".B waybill"
    yield escaped(" ".join(usage).removeprefix("waybill "))
    yield ".SH DESCRIPTION"
    yield from paragraphs(rest)
    yield ".SH COMMANDS"
    yield "Each command also takes"
    yield ".B \\-\\-help"
    yield "and"
    yield ".BR \\-\\-version ."
    for path, overview, usage, named in commands(binary, ()):
        yield f'.SS "waybill {escaped(" ".join(path))}"'
        yield escaped(" ".join(" ".join(usage).split()))
        yield ".PP"
        yield from paragraphs(overview)
        yield from options(named)
    yield ".SH FILES"
    for name, text in (
        ("/etc/waybill/waybill.env", "Settings of waybill.service and waybill-edge.service, as variables."),
        ("/etc/waybill/database-url", "The URL of the database of waybill.service; root's, mode 600."),
        ("/etc/waybill/edge-database-url", "The same for waybill-edge.service."),
        ("/var/lib/waybill", "The state of both services."),
    ):
        yield ".TP"
        yield f".I {escaped(name)}"
        yield escaped(text)
    yield ".SH SEE ALSO"
    yield escaped("/usr/share/doc/waybill/operations.md, and the pages beside it.")


def main():
    print("\n".join(page(sys.argv[1], int(sys.argv[2]))))


if __name__ == "__main__":
    main()
