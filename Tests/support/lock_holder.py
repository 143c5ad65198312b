"""A database session that holds locks, so that a replay waits at a known point."""

import subprocess


class Holder:
    """A session that holds the locks of its statements until its scope ends."""

    def __init__(self, service, *statements):
        command, options = service.psql("waybill")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)
        self.process.stdin.write("begin;\n" + "".join(f"{line};\n" for line in statements) + "\\echo held\n")
        self.process.stdin.flush()
        while (line := self.process.stdout.readline()) != "held\n":
            if not line:
                raise RuntimeError(f"the holder ended: {statements}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate("rollback;\n", timeout=30)
