"""The Debian package: built by Scripts/package from the tested binary, installed into a folder, upgraded and purged."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from support.deployment import ROOT, program

# A tested binary comes from the toolchain of this machine, and a test packs without compressing.
TOLERATED = "custom-library-search-path,uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball"


def run(*command, environment=None):
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "LC_ALL": "C", **(environment or {})},
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def package(binary, tmp_path_factory):
    for name in ("dpkg-deb", "dpkg-shlibdeps", "chrpath", "strip", "man"):
        program(name)
    output = tmp_path_factory.mktemp("package")
    options = ("--binary", binary, "--toolchain", "--quick", "--output", str(output))
    status, said = run(str(ROOT / "Scripts/package"), *options, environment={"DEBEMAIL": "packages@iana.org"})
    assert status == 0, said
    path = pathlib.Path(said.splitlines()[-1])
    yield path
    shutil.rmtree(output)


def field(package, name):
    return run("dpkg-deb", "--field", str(package), name)[1].strip()


def test_package_holds_what_belongs_together(package, binary, check):
    number = run(binary, "--version")[1].strip()
    version, depends = field(package, "Version"), field(package, "Depends")
    check("its version is the binary's, or comes before it", version.partition("~")[0] == number, version)
    check(
        "libraries come from packages", {"libc6", "libpq5", "zlib1g"} <= set(re.findall(r"[\w.+-]+", depends)), depends
    )
    listing = run("dpkg-deb", "--contents", str(package))[1]
    files = {line.split()[-1].removeprefix("."): line for line in listing.splitlines()}
    for path in (
        "/usr/bin/waybill",
        "/lib/systemd/system/waybill.service",
        "/lib/systemd/system/waybill-edge.service",
        "/usr/lib/sysusers.d/waybill.conf",
        "/usr/share/man/man1/waybill.1.gz",
        "/usr/share/doc/waybill/copyright",
        "/usr/share/doc/waybill/operations.md",
        "/usr/share/doc/waybill/examples/grafana/dashboards/waybill.json",
        "/usr/share/doc/waybill/examples/postgres/pg_hba.conf",
        "/usr/share/doc/waybill/examples/prometheus/alerts.yml",
    ):
        check(f"it holds {path}", path in files, sorted(files)[:40])
    owners = {line.split()[1] for line in files.values()}
    check("everything is root's", owners == {"root/root"}, owners)
    writable = [path for path, line in files.items() if line[5] == "w" or line[8] == "w"]
    check("nobody else may write it", not writable, writable)


def test_lintian_finds_no_error(package, check):
    # With its many packages it is not installed for this alone.
    status, said = run(program("lintian"), "--fail-on", "error,warning", "--suppress-tags", TOLERATED, str(package))
    check("lintian finds neither an error nor a warning", status == 0, said)


def test_copyright_names_every_package_that_is_inside(check):
    text = (ROOT / "deploy/debian/copyright").read_text(encoding="utf-8")
    manifest = (ROOT / "Package.swift").read_text(encoding="utf-8")
    named = set(re.findall(r'\.package\(url: "[^"]*/([^"/]+)"', manifest))
    missing = [name for name in sorted(named) if not re.search(rf"(?<![\w-]){name}(?![\w-])", text)]
    check("packages", named and not missing, missing)


def test_package_is_installed_upgraded_and_purged(package, binary, check, tmp_path):
    if os.getuid() != 0:
        pytest.skip("dpkg installs as root alone")
    root = tmp_path / "root"
    for folder in ("info", "updates", "triggers"):
        (root / "var/lib/dpkg" / folder).mkdir(parents=True)
    for file in ("status", "available"):
        (root / "var/lib/dpkg" / file).touch()
    # Its dependencies are this machine's; its scripts work on the folder by DPKG_ROOT.
    dpkg = (program("dpkg"), f"--root={root}", "--force-script-chrootless", "--force-depends")
    status, said = run(*dpkg, "--install", str(package))
    check("it is installed", status == 0, said)
    installed = str(root / "usr/bin/waybill")
    check("the program runs", run(installed, "--version") == run(binary, "--version"), run(installed, "--version"))
    check("and knows its options", run(installed, "serve", "--help") == run(binary, "serve", "--help"))
    page = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", str(root / "usr/share/man/man1/waybill.1.gz"))
    missing = [
        word for word in ("waybill serve", "waybill log import", "--database-url-file") if word not in plain(page[1])
    ]
    check("the manual page tells of every command", page[0] == 0 and not missing, missing)
    users = (root / "etc/passwd").read_text()
    check("the user is there, and cannot log in", re.search(r"^waybill:.*:/usr/sbin/nologin$", users, re.M), users)

    settings, data = root / "etc/waybill/waybill.env", root / "var/lib/waybill"
    settings.write_text("WAYBILL_PORT=8090\n")
    data.mkdir()
    (data / "dev-key.pem").touch()
    status, said = run(*dpkg, "--force-confold", "--install", str(package))
    check("it is installed again over itself", status == 0, said)
    check("the administrator's settings stay", settings.read_text() == "WAYBILL_PORT=8090\n")
    check("there is one user", (root / "etc/passwd").read_text() == users)

    status, said = run(*dpkg, "--remove", "waybill")
    check("it is removed; settings and data stay", status == 0 and settings.exists() and data.exists(), said)
    status, said = run(*dpkg, "--purge", "waybill")
    check("purging keeps the data and says so", status == 0 and "is kept" in said and data.exists(), said)
    check("and removes the settings", not settings.exists())
    run(*dpkg, "--install", str(package))
    status, said = run(*dpkg, "--purge", "waybill", environment={"WAYBILL_PURGE_DATA": "yes"})
    check("purging removes the data where it is asked to", status == 0 and not data.exists(), said)
    check("and leaves nothing in /etc", not (root / "etc/waybill").exists())


def plain(text):
    """The text without the overstrikes and line breaks of a terminal."""
    return re.sub(r"\s+", " ", re.sub(r".\x08|\x1b\[\d*m", "", text)).replace("\u2010", "-").replace("\u2212", "-")
