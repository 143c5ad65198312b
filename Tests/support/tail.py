"""The command `waybill tail` as a process."""

import signal
import subprocess
import threading

from support.waiting import wait_for


class Tail:
    """The command, and the lines that it has printed so far."""

    def __init__(self, service, *arguments, **environment):
        self.process = service.command(
            "tail", "--url", f"http://127.0.0.1:{service.port}", *arguments, stderr=subprocess.PIPE, **environment
        )
        self.lines, self.notes = [], []
        self._threads = [
            threading.Thread(target=self._read, args=pair, daemon=True)
            for pair in ((self.process.stdout, self.lines), (self.process.stderr, self.notes))
        ]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _read(pipe, lines):
        for line in pipe:
            lines.append(line.rstrip("\n"))

    def wait_for(self, count, seconds=60):
        wait_for(lambda: len(self.lines) >= count, seconds, f"{count} lines of tail")
        return self.lines

    def end(self, number=signal.SIGINT):
        """Sends the signal, or none where it is None; returns the exit status."""
        if number is not None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        for thread in self._threads:
            thread.join(10)
        return status
