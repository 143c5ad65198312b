"""The systemd units: systemd itself takes them, finds little exposure, and they are true of the binary."""

import re
import subprocess

import pytest

from support.deployment import DEPLOY, LONGEST_END, known_variables, program, unknown_flags

UNITS = ("waybill.service", "waybill-edge.service")
# systemd's own scale ends at 10; 2 and less is "OK". A network service cannot be without a network (0.5) or, in
# general, name every client's address (0.2).
MOST_EXPOSURE = 1.5


def text(unit):
    return (DEPLOY / "systemd" / unit).read_text(encoding="utf-8")


def values(unit, key):
    return re.findall(rf"^{key}=(.*)$", text(unit), re.M)


def analyze(*arguments):
    done = subprocess.run(
        [program("systemd-analyze"), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_the_unit(unit, binary, check, tmp_path):
    program("systemd-analyze")
    installed = tmp_path / unit
    # The program is not installed where the test runs.
    installed.write_text(text(unit).replace("/usr/bin/waybill", binary))
    status, said = analyze("verify", "--man=no", str(installed))
    check(f"{unit}: valid, without a warning", status == 0 and not said.strip(), said)
    _, said = analyze("security", "--offline=true", "--no-pager", str(installed))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    check(f"{unit}: exposure", found and float(found[1]) <= MOST_EXPOSURE, said[-300:])
    check.note(f"{unit}: exposure {found and found[1]} of 10")


@pytest.mark.parametrize("unit", UNITS)
def test_units_are_true_of_the_binary(unit, binary, check):
    (command,) = values(unit, "ExecStart")
    check(f"{unit}: serves", command.split()[:2] == ["/usr/bin/waybill", "serve"], command)
    strange = unknown_flags(binary, command)
    check(f"{unit}: flags", not strange, strange)
    check(f"{unit}: only an edge is one", ("--edge" in command) == ("edge" in unit), command)
    credential, _, path = values(unit, "LoadCredential")[0].partition(":")
    check(f"{unit}: the credential is what is read", f"--database-url-file %d/{credential}" in command, command)
    check(f"{unit}: and its absence is told", values(unit, "AssertPathExists") == [path], path)
    state = f"/var/lib/{values(unit, 'StateDirectory')[0]}"
    settings = values(unit, "Environment")
    check(f"{unit}: the state is the data directory", f"WAYBILL_DATA_DIR={state}" in settings, settings)
    check(f"{unit}: time to end in order", int(values(unit, "TimeoutStopSec")[0]) > LONGEST_END)
    check(f"{unit}: descriptors for streams", int(values(unit, "LimitNOFILE")[0]) >= 32_768)
    packaged = {f"-/etc/waybill/{path.name}" for path in (DEPLOY / "debian").glob("*.env")}
    check(f"{unit}: its settings are files of the package", set(values(unit, "EnvironmentFile")) <= packaged, packaged)


def test_units_differ_in_what_an_edge_is_alone(check):
    def settings(unit):
        edge = {
            "Description",
            "Documentation",
            "After",
            "AssertPathExists",
            "LoadCredential",
            "ExecStart",
            "EnvironmentFile",
        }
        lines = [line for line in text(unit).splitlines() if "=" in line and not line.startswith("#")]
        return [line for line in lines if line.partition("=")[0] not in edge]

    check("both are hardened in the same way", settings(UNITS[0]) == settings(UNITS[1]))


@pytest.mark.parametrize("name", ["waybill.env", "waybill-edge.env"])
def test_settings_of_the_package_are_comments(name, binary, check):
    lines = (DEPLOY / "debian" / name).read_text(encoding="utf-8").splitlines()
    active = [line for line in lines if line.strip() and not line.startswith("#")]
    check(f"{name}: nothing is set", not active, active)
    named = [match[1] for line in lines if (match := re.match(r"#(\w+)=", line))]
    strange = sorted(set(named) - known_variables(binary))
    check(f"{name}: variables", bool(named) and not strange, strange)
    check(f"{name}: each once", len(named) == len(set(named)), named)
