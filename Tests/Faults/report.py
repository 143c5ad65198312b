"""What was checked, one line each."""
import sys
import threading


class Report:
    """Collects checks and prints each as it falls."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self._lock = threading.Lock()

    def check(self, name, holds, why=""):
        """Prints `ok name` or `FAIL name why`; returns whether it holds."""
        with self._lock:
            if holds:
                self.passed += 1
                print(f"ok {name}", flush=True)
            else:
                self.failed += 1
                print(f"FAIL {name} {one_line(why)}", flush=True)
        return bool(holds)

    def note(self, text):
        print(f"# {text}", file=sys.stderr, flush=True)

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed else 0


class Group:
    """A report whose checks share the first word of their names."""

    def __init__(self, report, name):
        self._report = report
        self._name = name

    def check(self, name, holds, why=""):
        return self._report.check(f"{self._name}: {name}", holds, why)

    def note(self, text):
        self._report.note(f"{self._name}: {text}")


def one_line(value, limit=900):
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[:limit] + "…"
