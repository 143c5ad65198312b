"""A service of our own, on a port and a cluster of its own."""
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import urllib.request


class Service:
    def __init__(self, binary):
        self.binary = binary
        self.scratch = tempfile.TemporaryDirectory(prefix="waybill-conformance-")
        # PostgreSQL does not run as root: its own account must be able to enter.
        pathlib.Path(self.scratch.name).chmod(0o755)
        self.data_dir = f"{self.scratch.name}/data"

    def __enter__(self):
        self.log = open(f"{self.scratch.name}/log", "w+")
        self.process = subprocess.Popen([self.binary, "serve", "--port", "0", "--data-dir", self.data_dir],
                                        stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"serving on (http://\S+)", pathlib.Path(self.log.name).read_text())
            if found:
                self.url = found[1]
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=10):
                    return self
            time.sleep(0.2)
        raise SystemExit("the service did not start:\n" + pathlib.Path(self.log.name).read_text())

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
            self.log.close()
            self.scratch.cleanup()

    def token(self, role, shop, subject=None):
        command = [self.binary, "token", "--role", role, "--shop", shop, "--data-dir", self.data_dir]
        return subprocess.run(command + (["--subject", subject] if subject else []),
                              check=True, capture_output=True, text=True).stdout.strip()
