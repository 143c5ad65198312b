"""The orders that a service places before and after a backup, and their facts once the backup is restored."""

from support.client import Client, epoch, read_log, seq
from support.orders import order
from support.resets import told
from support.shop import Shop
from support.sse import Stream


class Story:
    """A service on a database, with its orders of before the backup and of after it."""

    def __init__(self, service, server, midway=lambda: None):
        """- midway: is called while the service serves and half of the orders are there."""
        self.service = service
        self.kept, self.lost = [], []
        self.serve_from(server)
        self._shop = Shop(service)
        first = self._place("KEPT-0", self.kept)
        for number in range(1, 20):
            if number == 10:
                midway()
            self._place(f"KEPT-{number}", self.kept)
        self.kept.append(self._shop.note(first["orderId"], "kept")["position"])
        self.watched = first["orderId"]
        self.log = read_log(service.port, service.token("staff", "*"))

    def _place(self, number, positions):
        placed = self._shop.place(number, **{"Idempotency-Key": number})
        positions.append(placed["position"])
        return placed

    def goes_on(self):
        """Writes what the backup does not have, if it is no longer running by then."""
        for number in range(10):
            self._place(f"LOST-{number}", self.lost)

    def serve_from(self, server, login="postgres"):
        self.service.options = ["--database-url", server.url("waybill", login)]
        self.service.start()

    def stop(self):
        if self.service.process and self.service.process.poll() is None:
            self.service.terminate(15)

    def restored(self, check, server, name, login="postgres"):
        """Starts the service on the restored database, and checks its log, its ids, and what is appended to it."""
        self.serve_from(server, login=login)
        service, staff = self.service, self.service.token("staff", "*")
        log = read_log(service.port, staff)
        check(f"{name}: the log of before, byte for byte", log == self.log, f"{len(log)}, not {len(self.log)}")
        head = self.kept[-1]
        resumed = Stream(service.port, "/v1/stream", staff, last_event_id=head)
        if self.lost:
            told(service, check, {f"{name}: lost": ("/v1/stream", staff, self.lost[2])}, head, "before new events")
        client = Client(service.port, service.token("backend", "aurora"))
        again = client.insist("POST", "/v1/orders", order(number="KEPT-1"), {"Idempotency-Key": "KEPT-1"})
        check(f"{name}: a command of before is known", again.replayed and again.json["position"] == self.kept[1], again)
        shop = Shop(service)
        new = [shop.note(self.watched, "new")["position"], shop.place("NEW")["position"]]
        check(f"{name}: positions go on after the head", [seq(p) for p in new] == [seq(head) + 1, seq(head) + 2], new)
        check(f"{name}: in a new epoch", epoch(new[0]) not in {epoch(p) for p in self.kept + self.lost}, new)
        resumed.wait(lambda frames: any(frame.id == new[-1] for frame in frames), 30, f"{name}: the new events")
        frames = [frame for frame in resumed.stop().frames if frame.event is not None]
        shown = [frame.id for frame in frames]
        check(f"{name}: an id of before goes on with exactly them", shown == new, shown)
        listed = Client(service.port, staff).insist("GET", f"/v1/orders?limit=100&min_position={new[-1]}").json
        check(f"{name}: the list has every order", len(listed["orders"]) == 21, len(listed["orders"]))
        url = server.url("waybill", login)
        status, output = service.run("verify", "log", "--database-url", url)
        check(f"{name}: `verify log` finds nothing", status == 0, output)
        status, output = service.run("verify", "--database-url", url)
        check(f"{name}: `verify` finds nothing", status == 0, output)
        self.stop()
