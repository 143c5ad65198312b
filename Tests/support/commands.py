"""Single commands of the binary, with their output, errors and exit status."""

import os
import subprocess

from support.service import clean_environment


class Commands:
    """Runs the binary in a folder; relative paths are inside it."""

    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = str(folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content):
        """Writes a file and returns its path."""
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def run(self, *arguments, seconds=60, **options):
        """Runs a command to its end. `environment` adds variables; other options are those of `subprocess.run`."""
        environment = {**clean_environment(), **options.pop("environment", {})}
        defaults = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        if "input" in options:
            del defaults["stdin"]
        return subprocess.run(
            [self.binary, *arguments],
            timeout=seconds,
            cwd=self.folder,
            env=environment,
            check=False,
            **{**defaults, **options},
        )

    def shell(self, script, seconds=60):
        """Runs a Bash script in which `$WAYBILL` is the binary."""
        return subprocess.run(
            ["bash", "-c", script],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            cwd=self.folder,
            env={**os.environ, "WAYBILL": self.binary},
            check=False,
        )
