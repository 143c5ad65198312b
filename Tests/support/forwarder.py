"""An address that can be switched from one server to another, as the virtual address of a failover is."""

import contextlib
import pathlib
import socket
import subprocess
import sys
import threading


class Forwarder:
    """Hands every connection on to the port that it is switched to."""

    def __init__(self, port):
        self._target = port
        self._lock = threading.Lock()
        self._open = set()
        # Cleared while nothing is handed on, and nobody is told.
        self._flows = threading.Event()
        self._flows.set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def switch(self, port):
        """Breaks the open connections and sends new ones to the port."""
        with self._lock:
            self._target = port
        self._break()

    def redirect(self, port):
        """Sends new connections to the port, and lets open ones go on."""
        with self._lock:
            self._target = port

    def swallow(self):
        """Hands nothing on from now on, as a network does that loses every packet; connections stay open."""
        self._flows.clear()

    def flow(self):
        """Hands on again, also what was swallowed."""
        self._flows.set()

    def close(self):
        self._listener.close()
        self.flow()
        self._break()

    def _break(self):
        with self._lock:
            broken = list(self._open)
        for one in broken:
            self._shut(one)

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                # Noted under the same lock, or a switch could miss it.
                with self._lock:
                    server = socket.create_connection(("127.0.0.1", self._target))
                    self._open |= {client, server}
            except OSError:
                # Nobody listens there: the client sees its connection end.
                client.close()
                continue
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()

    def _copy(self, source, sink):
        try:
            while received := source.recv(65536):
                self._flows.wait()
                sink.sendall(received)
        except OSError:
            # Broken on either side: both end.
            pass
        self._shut(source)
        self._shut(sink)
        with self._lock:
            self._open.discard(source)
        source.close()

    @staticmethod
    def _shut(one):
        # A connection that has ended by itself raises.
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


class ForwarderProcess:
    """The same in a process of its own, so that a busy test does not slow it down."""

    def __init__(self, port):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.forwarder", str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=pathlib.Path(__file__).parent.parent,
        )
        self.port = int(self._process.stdout.readline())

    def switch(self, port):
        self._process.stdin.write(f"{port}\n")
        self._process.stdin.flush()

    def close(self):
        self._process.communicate(timeout=10)


def main():
    forwarder = Forwarder(int(sys.argv[1]))
    print(forwarder.port, flush=True)
    for line in sys.stdin:
        forwarder.switch(int(line))


if __name__ == "__main__":
    main()
