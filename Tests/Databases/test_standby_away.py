"""A primary that is restarted while its only synchronous standby is away: what needs no commit goes on."""

import time

import pytest

from support.client import Client, read_log
from support.edges import metric
from support.shop import Shop
from support.sse import Stream
from support.standbys import Posting, positions, serving
from support.waiting import wait_for

# Told where no standby has confirmed a commit, or the database did not take it in time.
CODES = ("notDurable", "unavailable")
# Seconds for which one session has to lead. A session that cannot write down the restart leads for 5 s, or for 10 s.
TERM = 12
# Attempts to make a link, each of which would keep a server process if its commit waited.
LINKS = 12
PATHS = ("/v1/orders", "/v1/events?after=0", "/v1/stats")
WAITING = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'"
LEADER = """
    select pid, extract(epoch from clock_timestamp() - backend_start) > {}
    from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and mode = 'ExclusiveLock' and application_name = 'waybill projector'
"""

MODES = pytest.mark.parametrize("options", [(), ("--durable-on", "standby")], ids=["local", "standby"])


def restart_without_standby(standbys):
    standbys.standby.kill()
    standbys.primary.stop()
    standbys.primary.start()


@MODES
def test_a_restart_without_the_standby_leaves_reads_alone(binary, service, standbys, check, options):
    standbys.synchronous()
    with serving(binary, service, standbys.url, 2, options) as services:
        shop, staff = Shop(service), service.token("staff", "*")
        kept = [shop.place(f"KEPT-{number}") for number in range(3)]
        paths = (*PATHS, f"/v1/orders/{kept[0]['orderId']}", f"/v1/orders/{kept[0]['orderId']}/events")
        streams = [Stream(one.port, "/v1/stream?after=0", staff) for one in services]
        for stream in streams:
            stream.wait(lambda frames: any(f.id == kept[-1]["position"] for f in frames), 10, "the stream has all")
        restart_without_standby(standbys)
        for one in services:
            client = Client(one.port, staff)
            for path in paths:
                wait_for(lambda c=client, p=path: c.request("GET", p).status == 200, 20, f"{path} is answered")
        epochs = standbys.primary.sql("select count(*) from log_epochs", "waybill")
        check("the restart is written down", epochs == "2", epochs)
        wait_for(
            lambda: standbys.primary.sql(LEADER.format(TERM)).endswith("|t"), 60, f"one session leads for {TERM} s"
        )
        leaders = sum(metric(one, "waybill_leader") for one in services)
        check("one process leads", leaders == 1, leaders)

        refused = [Posting(Shop(one), f"REFUSED-{number}").wait(30) for number, one in enumerate(services)]
        told = {(answer.status, answer.json["code"] in CODES) for answer in refused}
        check("commands are told to come back", told == {(503, True)}, refused)
        reason = "standby of the database" if options else "synchronous standby"
        ready = [Client(one.port) for one in services]
        for one in ready:
            wait_for(
                lambda c=one: reason in c.request("GET", "/readyz").json.get("detail", ""), 20, "the reason is told"
            )
        grants(check, services, kept[0]["orderId"])
        held = int(standbys.primary.sql(WAITING))
        check("few server processes wait for the standby", held <= len(services), held)
        answers = [Client(one.port, staff).request("GET", path, timeout=3) for one in services for path in paths]
        check("reads go on all the time", {answer.status for answer in answers} == {200}, answers)

        if not options:
            # A process that starts now reads as well; with the flag it knows nothing of what a standby has.
            status, _ = service.terminate(15)
            check("a process ends in order meanwhile", status == 0, status)
            service.process = service.spawn()
            answers = [Client(service.port, staff).insist("GET", path, seconds=30) for path in paths]
            check("a process that starts now reads", {answer.status for answer in answers} == {200}, answers)
        standbys.standby.start()
        for one in services:
            wait_for(one.is_ready, 60, "ready again by itself")
        last = [Shop(one).place(f"AFTER-{number}") for number, one in enumerate(services)][-1]["position"]
        log = positions(read_log(service.port, staff))
        for stream in streams[0 if options else 1 :]:
            stream.wait(lambda frames: any(f.id == last for f in frames), 20, "the stream has all")
            shown = [frame.id for frame in stream.stop().frames if frame.is_log_event]
            check("its stream went on, without a gap", shown == log and stream.connections == 1, shown)
        status, output = service.run("verify", "--database-url", standbys.url)
        check("`waybill verify` finds nothing", status == 0, output)


def grants(check, services, order_id):
    """Staff sign in, and a link is refused in a moment: its commit would keep a server process each time."""
    for one in services:
        staff = Client(one.port, one.token("staff", "*"))
        answer = staff.request("POST", "/session", timeout=5)
        check("staff sign in", answer.status == 204, answer)
        cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0], "Sec-Fetch-Site": "same-origin"}
        answer = Client(one.port).request("DELETE", "/session", headers=cookie, timeout=5)
        check("and out", answer.status == 204, answer)
        backend = Client(one.port, one.token("backend", "aurora"))
        links = [backend.request("POST", f"/v1/orders/{order_id}/tracking-links", {}, timeout=10) for _ in range(LINKS)]
        told = {(answer.status, answer.json["code"]) for answer in links}
        check("links are told to come back", told == {(503, "notDurable")}, told)


@MODES
def test_a_promoted_standby_without_the_epoch_is_no_former(binary, service, standbys, check, options):
    standbys.synchronous()
    with serving(binary, service, standbys.url, 2, options) as services:
        shop, staff = Shop(service), service.token("staff", "*")
        kept = [shop.place(f"KEPT-{number}") for number in range(3)]
        stream = Stream(service.port, "/v1/stream?after=0", staff)
        restart_without_standby(standbys)
        wait_for(
            lambda: standbys.primary.sql("select count(*) from log_epochs", "waybill") == "2",
            20,
            "the restart is written down",
        )
        for one in services:
            reader = Client(one.port, staff)
            wait_for(lambda c=reader: c.request("GET", "/v1/events?after=0").status == 200, 20, "reads are answered")
        lost = standbys.primary.sql("select epoch from log_epochs order by ordinal desc limit 1", "waybill")
        standbys.promote()
        for one in services:
            reader = Client(one.port, staff)
            wait_for(lambda c=reader: c.request("GET", "/v1/events?after=0").status == 200, 30, "reads go on there")
        standbys.standby = standbys.follow()
        for one in services:
            wait_for(one.is_ready, 30, "ready with the promoted server")
        new = [Shop(one).place(f"AFTER-{number}") for number, one in enumerate(services)]
        names = standbys.primary.sql("select epoch from log_epochs order by ordinal", "waybill").split()
        check("the promoted server never had the epoch", lost not in names and len(names) == 2, (lost, names))
        refused = [metric(one, "waybill_former_server_connections_total") for one in services]
        check("it is taken for no former one", refused == [0, 0], refused)
        wanted = [placed["position"] for placed in kept + new]
        check("the log has all, once", positions(read_log(service.port, staff)) == wanted, wanted)
        stream.wait(lambda frames: any(f.id == wanted[-1] for f in frames), 20, "the stream has all")
        shown = [frame.id for frame in stream.stop().frames if frame.event]
        check("the stream went on without reset", shown == wanted and stream.connections == 1, shown)


def test_a_read_waits_for_no_notification_of_others(binary, service, standbys, check):
    """A commit that waits for its standby keeps every other session of the server from notifying."""
    standbys.synchronous()
    with serving(binary, service, standbys.url, 2, ()) as services:
        shop = Shop(service)
        shop.place("KEPT")
        wait_for(lambda: any(metric(one, "waybill_leader") for one in services), 20, "one process leads")
        follower = next(one for one in services if not metric(one, "waybill_leader"))
        staff = Client(follower.port, follower.token("staff", "*"))
        # The models stay behind the log, so that a read for a position asks the leader to fold.
        with standbys.primary.session("waybill", "begin", "select from projections for update"):
            position = shop.place("NEWER")["position"]
            standbys.standby.kill()
            posting = Posting(shop, "WAITS")
            wait_for(standbys.waiting_commits, 10, "a commit waits for the standby")
            began = time.monotonic()
            answer = staff.request("GET", f"/v1/orders?min_position={position}", timeout=30)
            lasted = time.monotonic() - began
            check("the read is told that the list lags", answer.status == 503, answer)
            check("in the time that it has", lasted < 4, lasted)
        answer = staff.insist("GET", f"/v1/orders?min_position={position}", seconds=10)
        check("the list has caught up, while the commit waits", answer.status == 200, answer)
        check("which it does", standbys.waiting_commits())
        standbys.standby.start()
        answer = posting.again()
        check("the command is accepted in the end", answer.status == 201, answer)
