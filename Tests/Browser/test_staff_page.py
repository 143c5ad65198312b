"""The staff's board in Chromium: live, filtered, searched, commanded, by keyboard, and under a fast feed."""

import csv
import io
import json
import threading
import time
import uuid

from support import roles
from support.browser.axe import sound
from support.browser.feed import append, place_many
from support.browser.staff import HOSTILE, Visit, row, visit
from support.client import Client
from support.orders import order
from support.waiting import wait_for

# Orders, events a second, and seconds; 10,000 a minute are 167 a second.
FAST = {"small": (150, 167, 5), "full": (500, 167, 60)}

# The milliseconds of processor time of the longest task that a fast feed may cause. A page is felt to stop from about
# 100 on; by the clock a task takes longer where other work has the processor.
LONGEST = 150

WATCH = """() => {
    window.tasks = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.tasks.push(entry.duration);
    }).observe({ type: "longtask" });
}"""

# A task that is long, so that a browser which measures none is found out.
BUSY = """() => new Promise((done) => {
    setTimeout(() => { for (const end = performance.now() + 80; performance.now() < end;); }, 0);
    setTimeout(() => { done(window.tasks.length); window.tasks = []; }, 500);
})"""

STATUS = "([id, word]) => document.querySelector(`#rows [data-order='${id}'] .chip`)?.textContent === word"


def test_only_a_token_of_staff_or_an_operator_opens_the_board(service, bench, staff, chromium, check):
    stranger = Visit(chromium, service.url)
    page = stranger.page
    check("the page asks for a token", page.is_visible("#sign-in-token") and not page.is_visible("#board"))
    sound(check, "the form", page)
    said = {}
    for name, token in {
        "wrong": "abc",
        "customer": bench.tokens[roles.OWN],
        "backend": bench.tokens[roles.BACKEND],
    }.items():
        stranger.sign_in(token)
        wait_for(lambda: page.is_visible("#sign-in-error"), 10, f"the form refuses a {name} token")
        wait_for(lambda: page.is_enabled("#sign-in button"), 10, "the form takes another token")
        said[name] = page.inner_text("#sign-in-error")
    check("a wrong token is said plainly", "not a whole token" in said["wrong"], said)
    check("so is a role that may not", "role" in said["customer"] and "role" in said["backend"], said)
    stranger.sign_in(f"Bearer {staff}\n")
    page.wait_for_selector("#board:not([hidden])")
    check("a token of staff opens the board, however it was pasted", page.is_visible("#filters"))
    page.reload()
    page.wait_for_selector("#board:not([hidden])")
    check("the session outlives the page", not page.is_visible("#sign-in-token"))
    check("no script can read the session", "waybill" not in page.evaluate("document.cookie"))
    page.click("[data-session='sign-out']")
    page.wait_for_selector("#sign-in-token:visible")
    check("signing out closes the board", not page.is_visible("#board"))
    check("nothing went wrong in the page", not stranger.errors, stranger.errors)
    stranger.close()


def test_the_board_shows_each_change_within_a_second(service, bench, staff, chromium, check):
    with visit(chromium, service, staff) as page:
        page.wait_for_selector("#live[data-state=live]")
        shown = []
        for number in range(3):
            began = time.monotonic()
            placed = bench.place(number=f"LIVE-{number}")
            page.wait_for_function(STATUS, arg=[placed["orderId"], "Placed"])
            shown.append(time.monotonic() - began)
            began = time.monotonic()
            bench.send("POST", f"/v1/orders/{placed['orderId']}/confirm")
            page.wait_for_function(STATUS, arg=[placed["orderId"], "Preparing"])
            shown.append(time.monotonic() - began)
        check.note(f"from the command to the row: {', '.join(f'{seconds * 1000:.0f} ms' for seconds in shown)}")
        check("new orders and changes are in the list within a second", min(shown) < 1, shown)
        page.wait_for_selector("#feed-list li:first-child >> text=Order confirmed")
        first = page.inner_text("#feed-list li:first-child")
        check("the newest event goes first in the feed", "LIVE-2" in first, first)
        page.wait_for_function(
            "() => document.querySelector('#statuses [data-status=preparing] .count').textContent >= 3"
        )
        check("the counts follow", True)
        chart = page.get_attribute("#events-chart svg", "role"), page.inner_html("#events-chart title")
        check("the chart says in words what it draws", chart[0] == "img" and "in this minute" in chart[1], chart)


def test_filters_and_search_find_orders_and_stand_in_the_address(service, bench, staff, chromium, check):
    aurora = bench.place(number="FIND-1", customer="c-find")
    held = bench.place(number="FIND-2")
    bench.send("POST", f"/v1/orders/{held['orderId']}/hold", {"holdId": "h", "reason": "fraud"})
    for name, body in (
        ("confirm", {}),
        (
            "pack",
            {
                "parcelId": "p",
                "lines": [{"lineId": "l1", "quantity": 1}],
                "carrier": "dhl",
                "trackingNumber": "00340-434 161",
            },
        ),
    ):
        bench.send("POST", f"/v1/orders/{aurora['orderId']}/{name}", body)
    with visit(chromium, service, staff, "/staff?status=onHold") as page:
        page.wait_for_selector(row(held))
        check("the address says the filter", not page.is_visible(row(aurora)))
        other = bench.place(number="FIND-3")
        bench.send("POST", f"/v1/orders/{other['orderId']}/hold", {"holdId": "h", "reason": "payment"})
        page.wait_for_selector(row(other))
        bench.send("POST", f"/v1/orders/{other['orderId']}/release-hold", {"holdId": "h"})
        page.wait_for_selector(row(other), state="detached")
        check("orders come into a filtered list and leave it as they change", True)
        page.click("#clear")
        for text in ("FIND-1", "find-1", "c-find", "00340434161", aurora["orderId"]):
            page.fill("#query", text)
            page.wait_for_selector(row(aurora))
            page.wait_for_function("() => document.querySelectorAll('#rows > *').length === 1")
            check(f"the search finds {text}", "q=" in page.url, page.url)
        page.fill("#query", "no such order")
        page.wait_for_selector("#orders-empty:not([hidden])")
        check("a search without a result says so", "no such order" in page.inner_text("#orders-empty"))
        page.click("#clear")
        page.wait_for_function("() => location.search === ''")
        check("filters are cleared together", page.input_value("#query") == "")
        page.click("#statuses [data-status=onHold]")
        page.select_option("#shop", "aurora")
        page.wait_for_function("() => location.search === '?shop=aurora&status=onHold'")
        page.go_back()
        page.wait_for_function("() => location.search === '?status=onHold'")
        page.wait_for_function("() => document.querySelector('#shop').value === ''")
        page.go_forward()
        page.wait_for_function("() => document.querySelector('#shop').value === 'aurora'")
        check("going back undoes one filter, and going forward brings it again", "shop=aurora" in page.url)
        page.select_option("#type", "NoteAdded")
        page.wait_for_function("() => document.querySelector('#orders-state').textContent === ''")
        bench.send("POST", f"/v1/orders/{held['orderId']}/ship-to", {"contactRef": "contact-3", "country": "DE"})
        bench.send("POST", f"/v1/orders/{held['orderId']}/note", {"text": "look twice", "visibility": "staff"})
        page.wait_for_selector("#feed-list li")
        check(
            "the feed has a filter of types",
            "look twice" in page.inner_text("#feed-list") and page.locator("#feed-list li").count() == 1,
            page.inner_text("#feed-list"),
        )


def test_the_attention_queue_tells_age_and_reason(service, bench, staff, chromium, check):
    placed = bench.place(number="OWED-1")
    pay = {"paymentId": "p", "kind": "captured", "amount": {"amount": 9000, "currency": "EUR"}, "providerRef": "r"}
    with visit(chromium, service, staff, "/staff?attention=true") as page:
        page.wait_for_selector("#live[data-state=live]")
        bench.send("POST", f"/v1/orders/{placed['orderId']}/payment", pay)
        item = f"#attention-list [data-order='{placed['orderId']}']"
        page.wait_for_selector(item)
        text = page.inner_text(item)
        check(
            "an order that needs attention comes with its reasons",
            "Paid more than is due" in text and "refund is owed" in text,
            text,
        )
        check("and with its age", "second" in text or "now" in text, text)
        page.wait_for_selector(row(placed))
        check("the list of such orders has it too", True)
        late = {"earliest": "2026-01-01T08:00:00Z", "latest": "2026-01-02T08:00:00Z"}
        overdue = bench.place(number="LATE-1", promised=late)
        page.click("#clear")
        page.wait_for_selector(f"{row(overdue)} .order-mark[data-kind=late]")
        check("an order whose promise has passed is marked as late", True)


def test_a_pause_counts_what_waits(service, bench, staff, chromium, check):
    placed = bench.place(number="PAUSE-1")
    with visit(chromium, service, staff) as page:
        page.wait_for_selector(row(placed))
        page.wait_for_selector("#live[data-state=live]")
        page.click("#feed-pause")
        bench.send("POST", f"/v1/orders/{placed['orderId']}/confirm")
        page.wait_for_function("() => /1 event waits/.test(document.querySelector('#feed-waiting').textContent)")
        page.wait_for_function(STATUS, arg=[placed["orderId"], "Preparing"])
        check("the feed pauses alone, with the count of what waits", page.locator("#feed-list li").count() == 0)
        page.click("#feed-pause")
        page.wait_for_selector("#feed-list li")
        check("what waited comes when the pause ends", "PAUSE-1" in page.inner_text("#feed-list"))
        page.click("#pause")
        for number in range(2):
            bench.place(number=f"PAUSE-{number + 2}")
        page.wait_for_function("() => /2 waiting/.test(document.querySelector('#pause').textContent)")
        check("a pause holds the whole board", page.locator("#rows >> text=PAUSE-3").count() == 0)
        page.click("#pause")
        page.wait_for_selector("#rows >> text=PAUSE-3")
        check("and the board is up to date again afterwards", page.inner_text("#pause") == "Pause")


def test_one_command_goes_to_many_orders_with_a_result_for_each(service, bench, staff, chromium, check):
    placed = [bench.place(number=f"BULK-{number}", customer="c-bulk") for number in range(4)]
    bench.send("POST", f"/v1/orders/{placed[1]['orderId']}/confirm")
    with visit(chromium, service, staff, "/staff?q=c-bulk") as page:
        page.wait_for_selector(row(placed[3]))
        page.check(f"{row(placed[0])} input")
        page.click(f"{row(placed[3])} input", modifiers=["Shift"])
        check("a range is selected by Shift", page.inner_text("#selection-count") == "4 selected")
        page.click("#command")
        page.wait_for_selector("#bulk[open] option[value=confirmOrder]", state="attached")
        words = page.inner_text("#bulk option[value=confirmOrder]")
        check("each command says how many orders take it", "3 of 4" in words, words)
        page.select_option("#bulk-command", "confirmOrder")
        page.click("#bulk [data-run]")
        page.wait_for_function(
            "() => /3 accepted, 1 refused/.test(document.querySelector('#bulk [data-state]').textContent)"
        )
        refused = page.inner_text(f"#bulk [data-order='{placed[1]['orderId']}']")
        check("a refusal stands at its order, as it is written", "alreadyConfirmed" in refused, refused)
        sound(check, "the dialog", page)
        page.click("#bulk [data-close]")
        page.wait_for_function(STATUS, arg=[placed[0]["orderId"], "Preparing"])
        check("the list shows what the command did", True)
    answer = bench.send("GET", f"/v1/orders/{placed[0]['orderId']}/events").json["events"]
    check(
        "each order had it once, by the one who signed in",
        [event["type"] for event in answer] == ["OrderPlaced", "OrderConfirmed"]
        and answer[1]["actor"] == "staff:staff",
        answer,
    )


def test_the_board_works_by_keyboard_alone(service, bench, staff, chromium, check):
    placed = [bench.place(number=f"KEY-{number}", customer="c-key") for number in range(2)]
    with visit(chromium, service, staff, "/staff?q=c-key") as page:
        for order in placed:
            page.wait_for_selector(row(order))
        page.keyboard.press("?")
        page.wait_for_selector("#keys[open]")
        check("the keys are listed", "Next order" in page.inner_text("#keys"))
        # The browser closes a dialog a moment after the key.
        page.keyboard.press("Escape")
        page.wait_for_selector("#keys:not([open])", state="attached")
        page.keyboard.press("j")
        page.keyboard.press("j")
        check("j moves down the list, and the address says where", placed[0]["orderId"] in page.url, page.url)
        page.keyboard.press("x")
        page.keyboard.press("k")
        page.keyboard.press("x")
        check("x selects", page.inner_text("#selection-count") == "2 selected")
        page.keyboard.press("c")
        page.wait_for_selector("#bulk[open] option[value=holdOrder]", state="attached")
        page.keyboard.press("Escape")
        page.wait_for_selector("#bulk:not([open])", state="attached")
        page.keyboard.press("Escape")
        check("Escape closes, then clears the selection", not page.is_visible("#selection"))
        page.keyboard.press("/")
        page.keyboard.type("?")
        check(
            "keys are letters where somebody writes",
            page.input_value("#query").endswith("?") and not page.is_visible("#keys"),
        )
        page.fill("#query", "c-key")
        page.keyboard.press("Escape")
        page.wait_for_selector(row(placed[1]))
        page.keyboard.press("?")
        page.uncheck("#keys [data-switch]")
        page.keyboard.press("Escape")
        page.wait_for_selector("#keys:not([open])", state="attached")
        page.keyboard.press("p")
        check("single keys can be switched off", page.inner_text("#pause") == "Pause")
        page.keyboard.press("Tab")
        seen = set()
        for _ in range(90):
            seen.add(page.evaluate("document.activeElement.id || document.activeElement.className"))
            page.keyboard.press("Tab")
        check(
            "the tabulator reaches filters, rows and the feed",
            {"query", "shop", "attention", "export", "order-number", "feed-pause", "feed-list"} <= seen,
            seen,
        )


def test_the_export_has_what_is_shown_and_no_formula(service, bench, staff, chromium, check):
    bench.place(number='=HYPERLINK("http://evil")', customer="c-csv")
    bench.place(number="CSV-2, “quoted”", customer="c-csv")
    with visit(chromium, service, staff, "/staff?q=c-csv") as page:
        page.wait_for_function("() => document.querySelectorAll('#rows > *').length === 2")
        with page.expect_download() as download:
            page.click("#export")
        with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
            text = file.read()
    rows = list(csv.DictReader(io.StringIO(text)))
    check("the file has the shown orders", [r["customer"] for r in rows] == ["c-csv"] * 2, text)
    check("a text that a spreadsheet would run is no formula", rows[1]["number"].startswith("'="), rows[1])
    amount = rows[0]["total"], rows[0]["currency"]
    check("amounts are numbers with all their digits", amount == ("77.00", "EUR"), rows[0])
    with visit(chromium, service, staff) as page:
        cells = page.evaluate(
            """async (texts) => {
                const folder = document.querySelector("script[type=module]").src;
                const { cell } = await import(folder.replace("staff.js", "csv.js"));
                return texts.map(cell);
            }""",
            ["+1", "-1", "@a", "\t=1", " =1", "＝1", 'a"b', "a,b", "plain", -5],
        )
    check(
        "so it is in each form",
        cells == ['"\'+1"', '"\'-1"', '"\'@a"', '"\'\t=1"', '"\' =1"', '"\'＝1"', '"a""b"', '"a,b"', "plain", "-5"],
        cells,
    )


def test_names_that_attack_are_shown_harmlessly(service, bench, staff, chromium, check):
    placed = bench.place(number=HOSTILE, customer="c-hostile", metadata={"a": HOSTILE[:400]})
    for scheme, size in (("light", {"width": 1280, "height": 800}), ("dark", {"width": 320, "height": 640})):
        with visit(chromium, service, staff, "/staff?q=c-hostile", color_scheme=scheme, viewport=size) as page:
            page.wait_for_selector(row(placed))
            bench.send("POST", f"/v1/orders/{placed['orderId']}/note", {"text": HOSTILE[:400], "visibility": "staff"})
            page.wait_for_selector("#feed-list li")
            check(f"{scheme}: the name is text", page.text_content(f"{row(placed)} .order-number bdi") == HOSTILE)
            check(f"{scheme}: nothing of it ran", page.evaluate("window.hacked") is None)
            width = page.evaluate("document.documentElement.scrollWidth")
            check(f"{scheme}: the page does not scroll sideways at {size['width']} px", width <= size["width"], width)
            sound(check, scheme, page)


def test_a_search_keeps_to_the_filters_and_shows_all(service, bench, staff, chromium, check):
    many = [order(orderId=str(uuid.uuid4()), number=f"MASS-{number}", customer="c-mass") for number in range(60)]
    held = many[7]
    bench.bulk([{"command": "placeOrder", **its} for its in many])
    bench.send("POST", f"/v1/orders/{held['orderId']}/hold", {"holdId": "h", "reason": "stock"})
    rows = "() => document.querySelectorAll('#rows > *').length === {}"
    with visit(chromium, service, staff, "/staff?q=c-mass") as page:
        page.wait_for_function(rows.format(50))
        check("a search says that there is more", page.inner_text("#orders-count") == "50+")
        page.click("#more")
        page.wait_for_function(rows.format(60))
        check("and shows it", page.inner_text("#orders-count") == "60" and not page.is_visible("#more"))
        page.click("#statuses [data-status=onHold]")
        page.wait_for_function(rows.format(1))
        check("a status leaves those of the search that have it", page.is_visible(row(held)), page.url)
        page.fill("#query", many[8]["orderId"])
        page.wait_for_selector("#orders-empty:not([hidden])")
        page.click("#statuses [data-status=onHold]")
        page.wait_for_selector(row(many[8]))
        page.check("#attention")
        page.wait_for_selector("#orders-empty:not([hidden])")
        check("so do an order's id and the need for attention", "q=" in page.url, page.url)
    with visit(chromium, service, bench.tokens[roles.OPERATOR], "/staff?q=c-mass") as page:
        page.wait_for_function(rows.format(50))
        check("an operator, who commands nothing, selects nothing", not page.is_visible("#rows input, #all"))


def test_the_board_keeps_its_rules_in_forced_colours_and_zoomed(service, staff, chromium, check):
    with visit(chromium, service, staff, forced_colors="active", viewport={"width": 640, "height": 400}) as page:
        page.wait_for_selector("#rows > *")
        width = page.evaluate("document.documentElement.scrollWidth")
        check("at 200 % the page does not scroll sideways", width <= 640, width)
        check(
            "forced colours keep a mark beside each status",
            page.evaluate("getComputedStyle(document.querySelector('#rows .chip'), '::before').clipPath !== 'none'"),
        )
        sound(check, "forced colours", page)


def test_a_fast_feed_freezes_nothing(service, bench, staff, chromium, check, scale):
    count, rate, seconds = FAST[scale]
    orders = place_many(bench, count)
    with visit(chromium, service, staff) as page:
        page.wait_for_selector("#live[data-state=live]")
        page.wait_for_selector("#rows >> text=FAST-")
        page.evaluate(WATCH)
        check("the measure sees a task of 80 ms", page.evaluate(BUSY) > 0)
        client = Client(service.port, bench.tokens[roles.BACKEND])
        sent = threading.Thread(target=append, args=(client, orders, rate, seconds))
        chromium.start_tracing(page=page, categories=["toplevel"])
        sent.start()
        # The page answers meanwhile: each key moves the mark.
        pressed = []
        while sent.is_alive():
            began = time.monotonic()
            page.keyboard.press("j")
            pressed.append(time.monotonic() - began)
            page.wait_for_timeout(200)
        sent.join()
        tasks = processor_times(json.loads(chromium.stop_tracing())["traceEvents"])
        last = orders[(rate // 10 * seconds * 10 - 1) % count]
        end = bench.send("GET", f"/v1/orders/{last}/events").json["events"][-1]["position"]
        page.wait_for_selector(f"#feed-list li[data-position='{end}']")
        check("the feed has come to the last event", True)
        long = page.evaluate("window.tasks")
        nodes = page.evaluate("document.querySelectorAll('*').length")
        check.note(
            f"{rate * 60} events a minute for {seconds} s: longest task {max(tasks):.0f} ms of processor time, all "
            f"{sum(tasks) / 1000:.1f} s; by the clock {max(long, default=0):.0f} ms, {len(long)} of 50 ms or more; "
            f"slowest key {max(pressed) * 1000:.0f} ms; {nodes} elements"
        )
        check(f"no task takes {LONGEST} ms of the processor", tasks and max(tasks) < LONGEST, sorted(tasks)[-5:])
        check("the page stays small", nodes < 12_000, nodes)


def processor_times(events):
    """The milliseconds of processor time of each task of the page's main thread, by a trace of Chromium."""
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event.get("name") == "thread_name" and event["args"].get("name") == "CrRendererMain"
    }
    tasks = {}
    for event in events:
        if event.get("ph") == "X" and event["name"].endswith("::RunTask") and (event["pid"], event["tid"]) in threads:
            tasks.setdefault(event["pid"], []).append(event.get("tdur", 0) / 1000)
    # The tab that had the most to do is the board.
    return max(tasks.values(), key=sum, default=[])


# The answers of an `OrderList` to orders and events, without a page.
LIST = """async () => {
    const folder = document.querySelector("script[type=module]").src;
    const { OrderList } = await import(folder.replace("staff.js", "order-list.js"));
    const { Feed } = await import(folder.replace("staff.js", "staff-feed.js"));
    const order = (id, hour, status = "placed", version = 1) => ({
        orderId: id, number: id, shop: "aurora", customer: "c", status, version,
        placedAt: `2026-01-01T${hour}:00:00Z`, updatedAt: `2026-01-01T${hour}:00:00Z`,
    });
    const event = (id, type, status, version, hour = "12", data = {}) => ({
        orderId: id, number: id, shop: "aurora", customer: "c", type, status, version, data, position: `e-${version}`,
        occurredAt: `2026-01-01T${hour}:00:00Z`, recordedAt: `2026-01-01T${hour}:00:00Z`,
    });
    const ids = (list) => list.sorted.map((row) => `${row.orderId}:${row.status}`).join(" ");
    const all = new OrderList({}, 3), placed = new OrderList({ statuses: ["placed"] }), facts = [];
    all.replace([order("b", "10"), order("a", "09")], true);
    all.apply(event("a", "OrderConfirmed", "preparing", 3));
    all.apply(event("a", "OrderHeld", "onHold", 2));
    facts.push(ids(all));
    all.apply(event("old", "OrderPlaced", "placed", 1, "08"));
    all.apply(event("c", "OrderPlaced", "placed", 1, "11"));
    all.apply(event("d", "OrderPlaced", "placed", 1, "12"));
    facts.push(ids(all));
    placed.replace([order("a", "09")]);
    facts.push(placed.apply(event("x", "OrderReopened", "placed", 5)).read);
    placed.take(order("x", "08", "placed", 5));
    placed.apply(event("a", "OrderConfirmed", "preparing", 2));
    facts.push(ids(placed));
    const feed = new Feed(2);
    feed.add([event("a", "t", "s", 1), event("a", "t", "s", 2), event("a", "t", "s", 3)]);
    feed.add([event("a", "t", "s", 3)]);
    feed.pause();
    feed.add([{ ...event("a", "t", "s", 4), skipped: 2 }]);
    facts.push(`${feed.shown.map((one) => one.version)} ${feed.waiting}`);
    feed.resume();
    facts.push(`${feed.shown.map((one) => one.version)} ${feed.waiting}`);
    return facts;
}"""


def test_list_and_feed_are_bounded_and_never_go_back(service, staff, chromium, check):
    with visit(chromium, service, staff) as page:
        page.wait_for_selector("#board:not([hidden])")
        facts = page.evaluate(LIST)
    check("an event that is older than its row changes nothing", facts[0] == "b:placed a:preparing", facts)
    check("new orders go to their place, and the list keeps its bound", facts[1] == "d:placed c:placed b:placed", facts)
    check(
        "an order that comes into a filter is read, and one that leaves it goes", facts[2:4] == ["x", "x:placed"], facts
    )
    check(
        "a feed keeps its bound, knows each event once, and counts what waits", facts[4:] == ["3,2 3", "4,3 0"], facts
    )


def test_a_killed_service_leaves_no_stale_list(service, bench, staff, chromium, check):
    placed = bench.place(number="KILL-1")
    with visit(chromium, service, staff) as page:
        page.wait_for_selector(row(placed))
        page.wait_for_selector("#live[data-state=live]")
        service.kill()
        page.wait_for_selector("#live[data-state=reconnecting]")
        check("the board says that it is not live, and since when", "As of" in page.inner_text("#live"))
        service.start()
        bench.send("POST", f"/v1/orders/{placed['orderId']}/confirm")
        later = bench.place(number="KILL-2")
        page.wait_for_selector("#live[data-state=live]")
        page.wait_for_function(STATUS, arg=[placed["orderId"], "Preparing"])
        page.wait_for_selector(row(later))
        check("it comes back by itself with all that happened", True)
