"""Clients that mean harm, each in processes of its own, and a well-behaved caller whose waits tell what they cost.

Every attack comes from other addresses of this machine than the well-behaved caller, 127.0.0.1.
"""

import asyncio
import contextlib
import datetime
import errno
import json
import multiprocessing
import resource
import selectors
import signal
import socket
import time

from support.orders import order
from support.raw_stream import request

_processes = multiprocessing.get_context("fork")
# Connections that one process begins in a turn of its loop.
_AT_ONCE = 200


class Attack:
    """Runs `clients`, objects with `run(stopping, tally)`, until stopped. The tally counts their answers by kind."""

    def __init__(self, clients):
        self._stopping = _processes.Event()
        self._tallies = [_processes.Array("q", 8) for _ in clients]
        self._processes = [
            _processes.Process(target=_attack, args=(client, self._stopping, tally), daemon=True)
            for client, tally in zip(clients, self._tallies, strict=True)
        ]
        for process in self._processes:
            process.start()

    def count(self, kind):
        """The number of answers of a kind: a class of status, from 2 to 5, `"held"`, `"lost"` or `"busy"`."""
        index = _kind(kind)
        return sum(tally[index] for tally in self._tallies)

    def processor_time(self):
        """Seconds of processor time so far."""
        ticks = 0
        for process in self._processes:
            with contextlib.suppress(OSError), open(f"/proc/{process.pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / 100

    def stop(self):
        self._stopping.set()
        for process in self._processes:
            process.join(20)
            if process.is_alive():
                process.kill()


def _kind(kind):
    return {"held": 0, "lost": 1, "busy": 6}.get(kind, kind)


def _attack(client, stopping, tally):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    client.run(stopping, tally)


class _Connections:
    """Holds connections in one epoll loop and begins a lost one again."""

    def __init__(self, port, count, addresses):
        self.port, self.count, self.addresses = port, count, addresses

    def run(self, stopping, tally):
        self.tally, self._selector, self._turn = tally, selectors.EpollSelector(), 0
        missing = self.count
        while not stopping.is_set():
            begun = min(missing, _AT_ONCE)
            missing += sum(not self._begin() for _ in range(begun)) - begun
            for key, events in self._selector.select(0.01 if missing else 0.1):
                if self._handle(key.fileobj, key.data, events):
                    missing += 1
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()

    def _begin(self):
        self._turn += 1
        connection = socket.socket()
        try:
            connection.setblocking(False)
            # The port is chosen by `connect`, so that each address has all of them.
            connection.setsockopt(socket.SOL_IP, socket.IP_BIND_ADDRESS_NO_PORT, 1)
            connection.bind((self.addresses[self._turn % len(self.addresses)], 0))
            if connection.connect_ex(("127.0.0.1", self.port)) not in (0, errno.EINPROGRESS):
                raise OSError
            self._selector.register(connection, selectors.EVENT_WRITE, self.state())
            return True
        except OSError:
            connection.close()
            return False

    def _handle(self, connection, state, events):
        """Returns true where the connection is lost."""
        try:
            if events & selectors.EVENT_WRITE:
                if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    raise OSError
                self._selector.modify(connection, selectors.EVENT_READ, state)
                self.tally[0] += 1
                state["held"] = True
                self.begun(connection, state)
                return False
            received = connection.recv(1 << 16)
            if not received or not self.received(connection, state, received):
                raise OSError
            return False
        except BlockingIOError:
            return False
        except OSError:
            self._selector.unregister(connection)
            connection.close()
            if state.get("held"):
                self.tally[0] -= 1
            self.tally[1] += 1
            return True

    def state(self):
        return {}


class Silent(_Connections):
    """Connections that send `sent` and nothing more."""

    def __init__(self, port, count, addresses, sent=b""):
        super().__init__(port, count, addresses)
        self.sent = sent

    def begun(self, connection, state):
        if self.sent:
            connection.send(self.sent)

    def received(self, connection, state, received):
        return True


class Flood(_Connections):
    """Requests as fast as they are answered, several on the way on each connection.

    - make: makes one of the requests by its number; a process makes `kinds` of them and sends them in turn.
    """

    def __init__(self, port, count, addresses, make, kinds=256, ahead=8):
        super().__init__(port, count, addresses)
        self.make, self.kinds, self.ahead = make, kinds, ahead

    def run(self, stopping, tally):
        self._requests, self._sent = [self.make(number) for number in range(self.kinds)], 0
        super().run(stopping, tally)

    def begun(self, connection, state):
        self._send(connection, state)

    def _send(self, connection, state):
        first = self._sent % self.kinds
        batch = (self._requests + self._requests[: self.ahead])[first : first + self.ahead]
        self._sent += self.ahead
        state["owed"] = self.ahead
        connection.send(b"".join(batch))

    def received(self, connection, state, received):
        pieces = received.split(b"HTTP/1.1 ")
        for piece in pieces[1:]:
            self.tally[_class(piece)] += 1
            self.tally[6] += piece.startswith(b"429")
        state["owed"] -= len(pieces) - 1
        if state["owed"] <= 0:
            self._send(connection, state)
        return True


def _class(status):
    """The class of a status; of one that was cut in two, the class of no status."""
    return int(status[:1]) if status[:1] in (b"1", b"2", b"3", b"4", b"5") else 7


class Opener(_Connections):
    """Streams without end: one that is refused is asked for again at once, whatever `retry` says."""

    def __init__(self, port, count, addresses, asked):
        super().__init__(port, count, addresses)
        self.asked = asked

    def begun(self, connection, state):
        connection.send(self.asked)

    def received(self, connection, state, received):
        if received.startswith(b"HTTP/1.1 "):
            self.tally[_class(received[9:10])] += 1
            self.tally[6] += received[9:12] == b"429"
        self.tally[6] += received.count(b"event: bye")
        # The last chunk, or the answer to a request that may not have a stream.
        if received.endswith(b"\r\n0\r\n\r\n") or (not received.startswith(b"HTTP/1.1 2") and b"problem" in received):
            connection.send(self.asked)
        return True


class Observer:
    """A backend that places orders by the clock and follows them by a stream, in a process of its own.

    Each sample is (moment, kind, seconds); the seconds count from the time for which the command was intended, or from
    the event's `recordedAt`. Kinds: `commands` on connections that are kept, `newcomers` with a connection for each
    command, `deliveries`, and `failures`.
    """

    def __init__(self, port, token, kept=40, newcomers=20):
        self.port, self.token, self.rates = port, token, {"commands": kept, "newcomers": newcomers}
        self._stopping, self._results = _processes.Event(), _processes.SimpleQueue()
        self._process = _processes.Process(target=self._run, daemon=True)
        self._process.start()

    def stop(self):
        """Ends the process and returns its samples."""
        self._stopping.set()
        samples = self._results.get()
        self._process.join(10)
        return samples

    def _run(self):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._samples, self._free = [], []
        asyncio.run(self._observe())
        self._results.put(self._samples)

    async def _observe(self):
        follower = asyncio.create_task(self._follow())
        senders = [asyncio.create_task(self._send(kind, rate)) for kind, rate in self.rates.items()]
        while not self._stopping.is_set():
            await asyncio.sleep(0.05)
        for task in senders:
            task.cancel()
        # Requests under way still count.
        await asyncio.sleep(0.5)
        follower.cancel()
        await asyncio.gather(follower, *senders, return_exceptions=True)

    async def _send(self, kind, rate):
        began, count, under_way = time.monotonic(), 0, set()
        while True:
            intended = began + count / rate
            await asyncio.sleep(max(0, intended - time.monotonic()))
            task = asyncio.create_task(self._command(kind, intended))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            count += 1

    async def _command(self, kind, intended):
        connection = None
        try:
            async with asyncio.timeout(60):
                if kind == "commands" and self._free:
                    connection = self._free.pop()
                else:
                    connection = await asyncio.open_connection("127.0.0.1", self.port)
                body = json.dumps(order()).encode()
                headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
                connection[1].write(request("/v1/orders", self.token, "POST", headers) + body)
                head = await connection[0].readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                await connection[0].readexactly(length)
            good = head.startswith(b"HTTP/1.1 201 ")
            self._note(kind if good else "failures", time.monotonic() - intended)
            if good and kind == "commands":
                self._free.append(connection)
                connection = None
        except (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError):
            self._note("failures", time.monotonic() - intended)
        finally:
            if connection:
                connection[1].close()

    async def _follow(self):
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
            writer.write(request("/v1/stream", self.token))
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    line = await reader.readuntil(b"\n")
                    if line.startswith(b"data: {") and b'"recordedAt":"' in line:
                        text = line.partition(b'"recordedAt":"')[2].partition(b'"')[0].decode()
                        age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(text)
                        self._note("deliveries", age.total_seconds())
            self._note("failures", 0)
            writer.close()

    def _note(self, kind, seconds):
        self._samples.append((time.monotonic(), kind, seconds))
