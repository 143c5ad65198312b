"""Commits that everybody sees and a failover loses: the wait for a synchronous standby cancelled, or none at all.

Without `--durable-on standby` the service tells of them; with it nobody hears of them before a standby has them.
"""

import contextlib
import json
import re

import pytest

from support.client import Client, epoch, read_log, seq
from support.edges import metric
from support.exactly_once import check_log
from support.orders import SHOPS, order
from support.paced import PacedLoad
from support.shop import Shop
from support.sse import Stream
from support.standbys import GIVEN_UP, Posting, Told, positions, serving
from support.waiting import wait_for

# Told where the outcome is not known: no standby has confirmed the commit, or the database did not answer in time.
CODES = ("notDurable", "unavailable")
# Kills of the primary under load.
ROUNDS = 2


def cancelled(standbys):
    end_wait(standbys, "pg_cancel_backend")


def terminated(standbys):
    end_wait(standbys, "pg_terminate_backend")


def end_wait(standbys, function):
    (pid,) = wait_for(standbys.waiting_commits, 10, "a commit waits for the standby")
    standbys.primary.sql(f"select {function}({pid})")


def test_a_cancelled_wait_is_told_and_lost_without_the_flag(binary, service, standbys, check):
    standbys.synchronous()
    with serving(binary, service, standbys.url, 1, options=()):
        shop, staff = Shop(service), service.token("staff", "*")
        kept = [shop.place(f"KEPT-{n}")["position"] for n in range(3)]
        stream = Stream(service.port, "/v1/stream?after=0", staff)
        posting = standbys.losing(lambda: Posting(shop, "SECRET-1"))
        cancelled(standbys)
        answer = posting.wait()
        check("the command is acknowledged", answer.status == 201, answer)
        lost = answer.json["position"]
        stream.wait(lambda frames: any(frame.id == lost for frame in frames), 10, "the event is shown")
        standbys.promote()
        wait_for(service.is_ready, 60, "the service is ready again")
        check("it is not in the log any more", positions(read_log(service.port, staff)) == kept)
        stream.wait(lambda frames: any(frame.event == "reset" for frame in frames), 30, "the stream is told")
        stream.stop()


def test_commits_that_wait_for_a_standby_have_one_reason(binary, service, standbys, check):
    standbys.synchronous()
    with serving(binary, service, standbys.url, 1, options=()):
        client = Client(service.port, service.token("backend", "aurora"))
        ready = Client(service.port)
        standbys.standby.kill()
        client.request("POST", "/v1/orders", order(number="FIRST"), timeout=30)
        wait_for(
            lambda: "synchronous standby" in ready.request("GET", "/readyz").json.get("detail", ""), 10, "it is told"
        )
        told = set()
        # They take longer than the deadline of one attempt to append.
        for number in range(8):
            answer = client.request("POST", "/v1/orders", order(number=f"NEXT-{number}"), timeout=30)
            told.add((answer.status, ready.request("GET", "/readyz").json.get("detail", "")))
        check("one reason is told all the time", len(told) == 1 and "synchronous standby" in str(told), told)
        check("the metric has it", metric(service, 'waybill_unready{reason="standbyMissing"}') == 1)
        lines = [line for line in service.log_tail(1_000_000).splitlines() if '"reason":"standbyMissing"' in line]
        check("the log tells once", len(lines) == 1, lines)
        standbys.standby.start()
        wait_for(service.is_ready, 30, "ready again by itself")


def test_a_wait_that_ends_early_tells_nobody(binary, service, standbys, check):
    standbys.synchronous()
    with serving(binary, service, standbys.url) as services:
        shop = Shop(service)
        kept = [shop.place(f"KEPT-{n}") for n in range(3)]
        told = Told(services, kept[0]["orderId"])
        for number, end in enumerate((cancelled, terminated), 1):
            posting = standbys.losing(lambda name=f"SECRET-{number}": Posting(shop, name))
            end(standbys)
            nobody_hears(check, services, standbys, told, posting, kept)
            # The standby comes back, with it the truth.
            standbys.standby.start()
            kept += goes_on(check, services, told, posting, kept, replayed=True)
        told.stop()


@pytest.mark.parametrize("names", ["walreceiver", ""])
def test_a_promotion_loses_nothing_that_was_told(binary, service, standbys, check, names):
    standbys.synchronous(names)
    with serving(binary, service, standbys.url) as services:
        shop = Shop(service)
        kept = [shop.place(f"KEPT-{n}") for n in range(3)]
        links = f"/v1/orders/{kept[0]['orderId']}/tracking-links"
        link = f"{links}/{shop.client.insist('POST', links, {}).json['linkId']}"
        told = Told(services, kept[0]["orderId"])
        posting = standbys.losing(lambda: Posting(shop, "SECRET-1"))
        if names:
            cancelled(standbys)
        nobody_hears(check, services, standbys, told, posting, kept)
        if not names:
            revoked = shop.client.request("DELETE", link)
            told_to_return = revoked.status == 503 and revoked.json["code"] == "notDurable"
            check("nobody is told that a link is revoked, which no standby knows", told_to_return, revoked)
            an_archive_is_no_standby(check, service, standbys)
        standbys.promote()
        without_standby(check, services, kept)
        standbys.standby = standbys.follow()
        goes_on(check, services, told, posting, kept, replayed=False)
        told.stop()
        revoked = shop.client.insist("DELETE", link)
        check("the link lives until it is revoked again", revoked.status == 204, revoked)
        status, output = service.run("verify", "--database-url", standbys.url)
        check("`waybill verify` finds nothing", status == 0, output)


@pytest.mark.slow
def test_kills_of_the_primary_lose_nothing_that_was_acknowledged(binary, service, standbys, check):
    standbys.synchronous()
    with serving(binary, service, standbys.url) as services:
        staff, backend = service.token("staff", "*"), service.token("backend", ",".join(SHOPS))
        streams = [Stream(one.port, "/v1/stream?after=0", staff, reconnects=True) for one in services]
        loads = [PacedLoad(one, backend, 40) for one in services]
        for number in range(ROUNDS):
            count = sum(len(load.answers) for load in loads)
            wait_for(lambda n=count: sum(len(load.answers) for load in loads) > n + 60, 30, "the load is under way")
            with contextlib.ExitStack() as stack:
                situations = [stack.enter_context(load.during(f"kill {number}")) for load in loads]
                standbys.promote()
                standbys.standby = standbys.follow()
                standbys.synchronous()
            longest = max(situation.ended - situation.began for situation in situations)
            check.note(f"kill -9 of the primary, a new standby copied: over after {longest:.1f} s")
        check("every client ended in time", all([load.finish() for load in loads]))
        wrong = [text for load in loads for text in load.wrong]
        check("every answer was as the contract says", not wrong, f"{len(wrong)}: {wrong[:3]}")
        log = [json.loads(line) for line in read_log(service.port, staff)]
        answers = {key: answer for load in loads for key, answer in load.answers.items()}
        check_log(check, answers, {key: one for load in loads for key, one in load.sent.items()}, log)
        for stream in streams:
            shows(check, stream, [event["position"] for event in log])


def test_an_old_primary_that_still_answers_is_left(binary, service, standbys, check):
    standbys.synchronous("")
    old, new = standbys.primary, standbys.standby
    hosts = f"127.0.0.1:{old.port},127.0.0.1:{new.port}"
    url = f"postgresql://postgres@{hosts}/waybill?target_session_attrs=read-write"
    with serving(binary, service, url, 1):
        shop = Shop(service)
        kept = shop.place("KEPT")
        stream = Stream(service.port, "/v1/stream?after=0", service.token("staff", "*"))
        standbys.promote(kills=False)
        wait_for(lambda: not old.sql("select pid from pg_stat_replication"), 30, "the old primary has no standby")
        posting = Posting(shop, "LOST")
        answer = posting.wait()
        check("a command to the old primary is not acknowledged", answer.status == 503, answer)
        wait_for(
            lambda: new.sql("select count(*) from log_epochs", "waybill") == "2", 30, "the new primary has been found"
        )
        standbys.standby = standbys.follow()
        wait_for(service.is_ready, 60, "ready again")
        answer = posting.again()
        check("sent again it is accepted by the new one", answer.status == 201 and not answer.replayed, answer)
        wanted = [kept["position"], answer.json["position"]]
        check("which has it once", positions(read_log(service.port, service.token("staff", "*"))) == wanted, wanted)
        shows(check, stream, wanted)


def shows(check, stream, wanted):
    """The stream has shown every event of the log once, in order, and no reset."""
    stream.wait(lambda frames: any(frame.id == wanted[-1] for frame in frames), 30, "the stream shows the last event")
    shown = [frame.id for frame in stream.stop().frames if frame.event]
    check("the stream shows every event once, in order", shown == wanted, len(shown))
    check("on one connection", stream.connections == 1 and not stream.violations, stream.violations)


def nobody_hears(check, services, standbys, told, posting, kept):
    """Everybody sees the commit in the database, and nobody hears of it from any service."""
    wait_for(
        lambda: (
            standbys.primary.sql(f"select count(*) from events where number = '{posting.number}'", "waybill") == "1"
        ),
        GIVEN_UP,
        "the commit is visible",
    )
    secret = seq(kept[-1]["position"]) + 1
    order_id = standbys.primary.sql(f"select order_id from events where number = '{posting.number}'", "waybill")
    found = told.reads(f"/v1/orders/{order_id}", f"/v1/orders/{order_id}/events")
    answer = posting.wait()
    check(
        "the command is told that its outcome is not known",
        answer.status == 503 and answer.json["code"] in CODES and "retry-after" in answer.headers,
        answer,
    )
    found += told.reads(f"/v1/orders/{order_id}", f"/v1/orders/{order_id}/events")
    check("no read tells of it", not [one for one in found if says(one[1].body, posting, secret)], found)
    check("the new order is not there", {a.status for p, a in found if order_id in p} <= {404, 503}, found)
    check(
        "reads are answered, or told to come back for this reason",
        all(a.status in (200, 404) or (a.status == 503 and a.json["code"] in CODES) for _, a in found),
        [(path, answer) for path, answer in found if answer.status not in (200, 404)],
    )
    # `/v1/projections` shows the log's end.
    statuses = {(path, answer.status) for path, answer in found if order_id not in path and path != "/v1/projections"}
    check("all that a standby has is still read", {status for _, status in statuses} == {200}, statuses)
    fresh = told.fresh(f"/v1/orders/{order_id}/stream")
    check("no stream that begins tells of it", not [raw for raw in fresh if says(raw, posting, secret)], fresh)
    check("no open stream tells of it", not [f.raw for f in told.frames() if says(f.raw, posting, secret)])
    for one in services:
        unready(check, one)
        refused = Posting(Shop(one), "REFUSED").wait()
        check("further commands are refused", refused.json["code"] == "notDurable", refused)
    check(
        "and nothing of them is written",
        standbys.primary.sql("select count(*) from events where number = 'REFUSED'", "waybill") == "0",
    )


def says(text, posting, secret):
    """True where a text shows the order's number, or a position at or beyond its event."""
    found = re.findall(rb"\b[a-z2-7]{8}-(\d+)(?![\w-])", text)
    return posting.number.encode() in text or any(int(number) >= secret for number in found)


def unready(check, service):
    def notices():
        answer = Client(service.port).request("GET", "/readyz")
        return answer.status == 503 and "No standby of the database confirms commits" in answer.json["detail"]

    wait_for(notices, 10, "/readyz tells the reason")
    metrics = Client(service.port, service.token("operator", "*")).insist("GET", "/metrics").body.decode()
    check("so does a metric", 'waybill_unready{reason="notDurable"} 1\n' in metrics)
    check("another tells the lag", "\nwaybill_durable_lag_seconds 0\n" not in metrics)


def an_archive_is_no_standby(check, service, standbys):
    """A program that receives the log of changes into files is not promoted, whatever it is called."""
    server = standbys.primary
    server.sql("select pg_create_physical_replication_slot('archive')")
    archive = server.begin(
        "pg_receivewal", "-D", server.folder("archive"), "-S", "archive", "-d", "application_name=me"
    )
    try:
        wait_for(
            lambda: server.sql(
                "select pid from pg_stat_replication where state = 'streaming' and flush_lsn is not null"
            ),
            20,
            "the archive has the log of changes",
        )
        looks = metric(service, "waybill_durable_looks_total")
        wait_for(lambda: metric(service, "waybill_durable_looks_total") > looks + 3, 20, "looks at the archive")
        check("an archive is no standby", metric(service, "waybill_durable_standbys") == 0)
    finally:
        archive.kill()
        archive.wait(10)
    unready(check, service)


def without_standby(check, services, kept):
    """The promoted server has no standby yet: what it had received is read, and commands are refused."""
    for one in services:
        staff = one.token("staff", "*")
        client = Client(one.port, staff)
        wait_for(lambda client=client: client.request("GET", "/v1/events?after=0").status == 200, 60, "reads go on")
        log = client.insist("GET", "/v1/events?after=0").json["events"]
        check("what was told is there", [e["position"] for e in log] == [k["position"] for k in kept], log)
        unready(check, one)


def goes_on(check, services, told, posting, kept, replayed):
    """Commands and streams go on, and the command that was left open gets its true answer."""
    for one in services:
        wait_for(one.is_ready, 60, "ready again")
    answer = posting.again()
    check("the command, sent again, is answered", answer.status == 201, answer)
    check("by what became of it", answer.replayed == replayed, answer)
    secret = answer.json["position"]
    check("it has the next place", seq(secret) == seq(kept[-1]["position"]) + 1, secret)
    if not replayed:
        check("in a new epoch", epoch(secret) != epoch(kept[-1]["position"]), secret)
    new = [answer.json, *(Shop(one).place(f"AFTER-{number}") for number, one in enumerate(services))]
    wanted = [placed["position"] for placed in kept + new]
    check("the log has all, once", positions(read_log(services[0].port, services[0].token("staff", "*"))) == wanted)
    for stream in told.streams:
        if "after=0" in stream.path:
            stream.wait(lambda frames: any(f.id == wanted[-1] for f in frames), 30, f"{stream.path} shows the last")
            shown = [frame.id for frame in stream.frames if frame.is_log_event]
            check("the stream shows every event once, in order", shown == wanted, shown)
    told.went_on(check, "open streams")
    for one in services:
        said = one.log_tail(1_000_000)
        began, over = (
            said.count(text) for text in ("commits do not become durable on", "over: commits become durable")
        )
        check("the log says once when it begins, and once when it is over", began == over > 0, (began, over))
    return new
