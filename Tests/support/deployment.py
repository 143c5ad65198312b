"""The files of deploy/ and what the binary says of its own options."""

import functools
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
# Options of several processes, by what brings them. A binary from before them has none of a family, which is no mistake
# of the files; a binary that has one must have all.
FAMILIES = (("--edge", "--redis-url", "--redis-url-file"), ("--durable-on",))
# Seconds within which `waybill serve` ends after SIGTERM, as docs/operations.md promises.
LONGEST_END = 10


def program(name):
    """The path of a program that a check needs; skips the test where Debian's package is not installed."""
    found = shutil.which(name, path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def command(*words, **options):
    """Runs a program to its end; returns its status and all that it prints."""
    settings = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": 120, **options}
    done = subprocess.run(words, check=False, **settings)
    return done.returncode, done.stdout + done.stderr


@functools.cache
def serve_help(binary):
    return subprocess.run([binary, "serve", "--help"], capture_output=True, text=True, timeout=60, check=True).stdout


def known_flags(binary):
    known = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", serve_help(binary)))
    return known.union(*(family for family in FAMILIES if not known & set(family)))


def has_flag(binary, flag):
    return flag in serve_help(binary)


def known_variables(binary):
    """The variables of `serve`, and those that stand in docs/operations.md since they have no flag."""
    # The help breaks lines, and a word with them.
    named = set(re.findall(r"\[(WAYBILL_[A-Z_]+)", serve_help(binary)))
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    known = named | set(re.findall(r"^\| `((?:WAYBILL|OTEL)_[A-Z_]+)`", page, re.M))
    families = [{f"WAYBILL{flag[1:].replace('-', '_').upper()}" for flag in family} for family in FAMILIES]
    return known.union(*(family for family in families if not known & family))


def unknown_flags(binary, text):
    """The flags of `serve` that a text uses and that the binary does not have."""
    return sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - known_flags(binary))


def documents(path):
    """The documents of a YAML file."""
    return [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]
