"""Soft assertions: a test checks many facts, each fact counts by itself, and a false one fails the test at its end."""

import threading

import pytest


class ChecksFailed(pytest.fail.Exception):
    """The failure of a test some of whose facts did not hold; its message names each of them."""


class Checks:
    """Collects the facts of the test that runs now. Threads of a test may check facts as well."""

    def __init__(self):
        self._lock = threading.Lock()
        # The first words of each printed fact: the test file's name without its prefix.
        self.group = ""
        self._passed, self._failures, self._lines = 0, [], []

    def __call__(self, fact, holds, why=""):
        """Counts the fact and returns whether it holds; `why` tells what was found instead."""
        with self._lock:
            if holds:
                self._passed += 1
                self._lines.append((2, f"ok {self.group}: {fact}"))
            else:
                self._failures.append(f"{fact}\n    {one_line(why)}".rstrip())
                self._lines.append((2, f"FAIL {self.group}: {fact} {one_line(why)}"))
        return bool(holds)

    def note(self, text):
        """Prints a figure that no fact depends on, such as a duration."""
        with self._lock:
            self._lines.append((0, f"# {self.group}: {text}"))

    def take(self):
        """Since the last call: the number of passed facts, the failed facts, and lines with their least verbosity."""
        with self._lock:
            taken = self._passed, self._failures, self._lines
            self._passed, self._failures, self._lines = 0, [], []
        return taken


class CheckPlugin:
    """Connects the checks with pytest: fails tests, counts facts, and prints `N passed, N failed` as the last line.

    A test that ends by an exception counts as one failed fact. A test without any fact counts as one.
    """

    def __init__(self, config):
        self._config = config
        self._passed = self._failed = 0
        self._facts_of_test = 0
        self.checks = Checks()

    # One test

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item):
        self.checks.group = item.path.stem.removeprefix("test_")
        self._facts_of_test = 0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        passed, failures, lines = self.checks.take()
        error = call.excinfo and call.excinfo.value
        if failures:
            message = f"{len(failures)} of {passed + len(failures)} checks failed:\n" + "\n".join(failures)
            if error is None:
                call.excinfo = failure(message)
            else:
                error.add_note(message)
        report = yield
        self._facts_of_test += passed + len(failures)
        died = report.failed and error is not None
        if died:
            report.sections += [("the service's log ends", text) for text in log_tails(item)]
        is_plain = report.when == "call" and report.passed and self._facts_of_test == 0
        # Both are read where the report is logged, which is another process under pytest-xdist.
        report.lines = lines
        report.checks = [passed + is_plain, len(failures) + died]
        return report

    # The run

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report):
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        for verbosity, line in getattr(report, "lines", ()):
            if reporter and reporter.verbosity >= verbosity:
                reporter.ensure_newline()
                reporter.write_line(line)
        passed, failed = getattr(report, "checks", (0, 0))
        self._passed += passed
        self._failed += failed

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        report = yield
        # A test that is not named as one would be lost without a word. `--last-failed` leaves files out on purpose.
        is_whole = not self._config.getoption("lf")
        if is_whole and isinstance(collector, pytest.Module) and report.passed and not report.result:
            report.outcome, report.longrepr = "failed", f"{collector.nodeid} has no tests"
        return report

    def pytest_collectreport(self, report):
        self._failed += report.failed

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config):
        is_worker = hasattr(config, "workerinput")
        if not is_worker and not config.option.collectonly:
            print(f"{self._passed} passed, {self._failed} failed", flush=True)


def failure(message):
    """The failure as if the test had raised it."""
    try:
        raise ChecksFailed(message, pytrace=False)
    except ChecksFailed:
        return pytest.ExceptionInfo.from_current()


def log_tails(item):
    """The last lines of the log of each service that the test used."""
    services = {id(value): value for value in getattr(item, "funcargs", {}).values() if hasattr(value, "log_tail")}
    return [one_line(service.log_tail(), 3000) for service in services.values() if service.process]


def one_line(value, limit=900):
    """The value as text without line breaks, cut at the limit."""
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[:limit] + "…"
