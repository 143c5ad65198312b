"""Options and fixtures that all Python tests share."""

import pathlib
import signal

import pytest

from support.bench import Bench
from support.checks import CheckPlugin
from support.service import Service
from support.standbys import Standbys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def pytest_addoption(parser):
    group = parser.getgroup("waybill")
    group.addoption("--binary", default=str(ROOT / ".build/debug/waybill"), help="the waybill binary under test")
    group.addoption("--former-binary", help="the binary of a former version, which the tested one replaces")
    group.addoption(
        "--scale", choices=("small", "full"), default="small", help="the size of loads and the length of waits"
    )
    group.addoption("--half", type=int, choices=(1, 2), help="every other file alone: a room in two runs side by side")
    group.addoption("--fuzz-seconds", type=int, default=90, help="the length of fuzzing in the conformance tests")


def pytest_configure(config):
    config.pluginmanager.register(CheckPlugin(config), "waybill-checks")
    # Fixtures still stop their services and remove their folders when the run is ended from outside.
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("ended by SIGTERM", returncode=143))


def pytest_collection_modifyitems(config, items):
    half = config.getoption("--half")
    # Tests that have failed before are of this half already.
    if not half or config.getoption("--last-failed"):
        return
    files = sorted({item.path for item in items})
    kept = [item for item in items if files.index(item.path) % 2 == half - 1]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def check(pytestconfig):
    """Counts facts: `check("the order is there", found, answer)`."""
    return pytestconfig.pluginmanager.get_plugin("waybill-checks").checks


@pytest.fixture(scope="session")
def binary(pytestconfig):
    """The path of the waybill binary."""
    path = pathlib.Path(pytestconfig.getoption("--binary")).resolve()
    if not path.is_file():
        pytest.fail(
            f"no binary at {path}: run `swift build --product waybill`, or name a binary by --binary", pytrace=False
        )
    return str(path)


@pytest.fixture(scope="session")
def former_binary(pytestconfig, binary):
    """The path of the binary that the tested one replaces; by default the same."""
    named = pytestconfig.getoption("--former-binary")
    return str(pathlib.Path(named).resolve()) if named else binary


@pytest.fixture(scope="session")
def scale(pytestconfig):
    """`small` for every day, `full` for the sizes that the documentation names."""
    return pytestconfig.getoption("--scale")


@pytest.fixture(scope="module")
def service(binary):
    """A service with a scratch folder, a data directory and a port of its own; not started yet."""
    service = Service(binary)
    yield service
    service.close()


@pytest.fixture(scope="module")
def bench(service, check):
    """The started service with a token of each role."""
    if service.process is None:
        service.start()
    return Bench(service, check)


@pytest.fixture(scope="module")
def placed(bench):
    """An order of customer c-1 that was placed and nothing else."""
    return bench.place()


@pytest.fixture
def standbys():
    """A primary and its standby."""
    standbys = Standbys()
    try:
        yield standbys
    finally:
        standbys.close()
