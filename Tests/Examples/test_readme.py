"""The five minutes with curl of README.md, run as a reader would paste them."""

import os
import pathlib
import signal
import subprocess

import pytest

from support.pages import blocks, page, section, shown_line
from support.service import clean_environment, free_port, is_alive
from support.waiting import Overdue, wait_for


class Terminals:
    """A reader's terminals: one for the service, one for commands, one for the stream."""

    def __init__(self, binary, folder):
        self.folder, self.port = folder, free_port()
        self._binary = binary
        self._variables = ""
        self._running = []
        self._services = []
        # Every line that was printed, without those of the service.
        self.outputs = []

    def _here(self, code):
        return (
            code.replace(".build/debug/waybill", self._binary)
            .replace("127.0.0.1:8080", f"127.0.0.1:{self.port}")
            .replace("/tmp/waybill-stream.txt", str(self.folder / "stream.txt"))
        )

    def _environment(self):
        return {**clean_environment(), "WAYBILL_PORT": str(self.port), "LC_ALL": "C.UTF-8"}

    def paste(self, code):
        """Runs a block in the terminal that the page names."""
        if code.startswith(".build/debug/waybill serve"):
            self._serve(code)
        elif code.startswith("URL="):
            self._variables = self._here(code)
        elif "/stream" in code:
            self._follow(code)
        else:
            self._run(code)

    def _start(self, code, output):
        with open(output, "wb") as file:
            process = subprocess.Popen(
                ["bash", "-c", code],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.DEVNULL,
                cwd=self.folder,
                env=self._environment(),
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def _serve(self, code):
        output = self.folder / f"service-{len(self._services)}"
        self._services.append(self._start("exec " + self._here(code), output))
        wait_for(lambda: "serving on" in output.read_text(), 60, "the service takes requests")

    def _follow(self, code):
        output = self.folder / f"follower-{len(self.outputs)}"
        self.outputs.append(output)
        self._start(self._variables + self._here(code), output)
        wait_for(lambda: "data:" in output.read_text(), 30, "the stream shows something")

    def _run(self, code):
        output = self.folder / f"output-{len(self.outputs)}"
        done = subprocess.run(
            ["bash", "-c", self._variables + self._here(code)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self.folder,
            env=self._environment(),
            check=True,
        )
        output.write_text(done.stdout)
        self.outputs.append(output)
        if "kill -9" in code:
            self._services[-1].wait(10)

    def lines(self):
        """Every line that the commands and streams have printed so far."""
        return [line for output in self.outputs for line in output.read_text().splitlines()]

    def prints(self, line):
        """True where a line of the page is among the printed lines, or soon will be."""
        pattern = shown_line(line)
        try:
            return wait_for(lambda: any(map(pattern.fullmatch, self.lines())), 10, line)
        except Overdue:
            return False

    def close(self):
        for process in reversed(self._running):
            if process in self._services and is_alive(process.pid):
                process.send_signal(signal.SIGTERM)
                process.wait(15)
            elif process not in self._services:
                try:
                    os.killpg(process.pid, signal.SIGTERM)
                except ProcessLookupError:
                    continue
                process.wait(10)


@pytest.fixture
def terminals(service):
    # The service fixture brings a folder that PostgreSQL's own account can enter, and the binary.
    terminals = Terminals(service.binary, pathlib.Path(service.root))
    yield terminals
    terminals.close()


def test_the_five_minutes_work_as_pasted(terminals, check):
    for language, code in blocks(section(page("README.md"), "Five minutes with curl")):
        if language == "sh":
            terminals.paste(code)
            continue
        for line in filter(None, code.splitlines()):
            check(f"printed as shown: {line[:60]}", terminals.prints(line), terminals.lines())
    events = [line for line in terminals.lines() if line.startswith("event: ")]
    check(
        "the stream shows the snapshot and two events, then exactly the missed one",
        events == ["event: snapshot", "event: status", "event: update", "event: status"],
        events,
    )
    answers = [line for line in terminals.lines() if '"type":"ParcelDispatched"' in line and line.startswith("{")]
    check("the second dispatch gets the first answer", len(answers) == 2 and len(set(answers)) == 1, answers)


def test_the_readme_is_short(check):
    lines = page("README.md").count("\n")
    check("the README has at most 150 lines", lines <= 150, lines)
