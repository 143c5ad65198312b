"""The customer's page of a tracking link in Chromium: live, without scripts, by keyboard, for everybody's eyes."""

import json
import time
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe

from support.browser.tracked import Tracked, moment, window
from support.forwarder import Forwarder
from support.orders import money, order
from support.service import free_port

LANGUAGES = ("en", "de", "es", "ar")
LIVE = "[data-live][data-state=live]"
RECONNECTING = "[data-live][data-state=reconnecting]"
HOSTILE = '<script>document.title="owned"</script><img src=x onerror=alert(1)>"\u0301 \u202e reversed '


@pytest.fixture
def open_page(browser):
    """Opens pages at a desk in British English, or as the options of a context say, and waits until they are live."""

    def opened(url, is_live=True, **options):
        known = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}}
        page = browser.new_context(**{**known, **options}).new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
        page.goto(url)
        if is_live:
            page.wait_for_selector(LIVE)
        return page

    return opened


def status(page):
    return page.text_content(".hero .chip").strip()


def wait_for_status(page, text, seconds=10):
    page.wait_for_function(
        "text => document.querySelector('.hero .chip').textContent.trim() === text", arg=text, timeout=seconds * 1000
    )


def overflow(page):
    """The pixels by which the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def rich(bench, **changes):
    """An order with something of everything: parcels that arrived, failed and come, a return, a refund, a note."""
    tracked = Tracked(bench, **changes).confirm()
    tracked.ship("p1", (("l2", 1),)).scan("delivered", "p1", proof={"kind": "photo"})
    tracked.ship("p2", (("l1", 1),)).scan("outForDelivery", "p2").scan("attemptFailed", "p2", reason="recipient")
    tracked.send("revise-eta", parcelId="p2", window=window(days=4), source="carrier", reason="A second attempt")
    tracked.send("cancel", lines=[{"lineId": "l2", "quantity": 1}], reason="stock")
    tracked.send("request-return", returnId="r1", lines=[{"lineId": "l2", "quantity": 1}], reason="Too bright")
    tracked.send("note", text="Thank you", visibility="customer")
    return tracked


def test_a_change_reaches_an_open_page_at_once(bench, open_page, check, service):
    tracked = Tracked(bench).confirm().ship().scan("inTransit")
    page = open_page(service.url + tracked.path)
    check("it begins on the way", status(page) == "On the way", status(page))
    page.click("#parcel-p1-history summary")
    icon = page.get_attribute("link[rel=icon]", "href")
    began = time.monotonic()
    tracked.scan("outForDelivery")
    answered = time.monotonic()
    wait_for_status(page, "Out for delivery")
    seen = time.monotonic()
    check.note(f"event to glass: {seen - answered:.3f} s after the answer, {seen - began:.3f} s after the request")
    check("a change is on the page within a second", seen - answered < 1, seen - answered)
    check("the title says it", page.title().startswith("Out for delivery · "), page.title())
    check("the icon is another one", page.get_attribute("link[rel=icon]", "href") != icon, icon)
    said = page.text_content("#said")
    check("screen readers hear it", "Out for delivery" in said, said)
    opened = page.evaluate("document.querySelector('#parcel-p1-history').open")
    focused = page.evaluate("document.activeElement.parentElement.id")
    check("what was open stays open, with its focus", opened and focused == "parcel-p1-history", focused)
    entries = page.locator("#parcel-p1-history li").count()
    check("its new entry is there", entries == 4, entries)
    tracked.scan("delivered", proof={"kind": "signature"})
    wait_for_status(page, "Delivered")
    page.wait_for_selector("[data-live][data-state=current]")
    check("nothing failed", not page.faults, page.faults)


def test_firefox_follows_as_well(bench, firefox, check, service):
    tracked = Tracked(bench).confirm().ship().scan("inTransit")
    page = firefox.new_page()
    try:
        page.goto(f"{service.url}{tracked.path}?lang=en")
        page.wait_for_function(f"document.querySelector('{LIVE}') !== null")
        tracked.scan("outForDelivery")
        page.wait_for_function("document.title.startsWith('Out for delivery')")
        found = page.evaluate("document.querySelector('.hero .chip').textContent")
        check("a change reaches a page in Firefox", found == "Out for delivery", found)
    finally:
        page.close()


def test_a_page_survives_a_cut_network(bench, open_page, check, service):
    tracked = Tracked(bench).confirm().ship().scan("inTransit")
    proxy = Forwarder(service.port)
    try:
        page = open_page(f"http://127.0.0.1:{proxy.port}{tracked.path}")
        # Nobody listens there.
        proxy.switch(free_port())
        page.wait_for_selector(RECONNECTING)
        tracked.scan("outForDelivery")
        check("the last state stays on the page", status(page) == "On the way", status(page))
        proxy.switch(service.port)
        wait_for_status(page, "Out for delivery", 30)
        page.wait_for_selector(LIVE, timeout=30_000)
        check("a page catches up after the cut", True)
    finally:
        proxy.close()


def test_a_page_survives_a_killed_service(bench, open_page, check, service):
    tracked = Tracked(bench).confirm().ship().scan("inTransit")
    page = open_page(service.url + tracked.path)
    service.process.kill()
    service.process.wait()
    page.wait_for_selector(RECONNECTING)
    service.start()
    tracked.scan("outForDelivery")
    wait_for_status(page, "Out for delivery", 30)
    page.wait_for_selector(LIVE, timeout=30_000)
    check("a page goes on after a restart", True)


def test_a_frozen_page_catches_up(bench, open_page, check, service):
    tracked = Tracked(bench).confirm().ship().scan("inTransit")
    page = open_page(service.url + tracked.path)
    session = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    tracked.scan("outForDelivery")
    session.send("Page.setWebLifecycleState", {"state": "active"})
    wait_for_status(page, "Out for delivery")
    check("a page that was asleep is up to date", not page.faults, page.faults)


def test_storms_of_changes_are_few_requests(bench, open_page, check, service):
    tracked = Tracked(bench).confirm().ship().scan("inTransit")
    others = [str(uuid.uuid4()) for _ in range(49)]
    bench.bulk([{"command": "placeOrder", **order(orderId=order_id)} for order_id in others])
    page = open_page(service.url + tracked.path)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith(tracked.path) else None)
    lines = [
        {"command": "addNote", "orderId": order_id, "text": f"note {number}", "visibility": "customer"}
        for number in range(4)
        for order_id in [tracked.order_id, *others]
    ]
    lines += [
        {"command": "addNote", "orderId": tracked.order_id, "text": f"more {number}", "visibility": "customer"}
        for number in range(96)
    ]
    bench.bulk(lines)
    page.wait_for_function("() => document.querySelectorAll('#notes li').length === 100")
    check("100 changes among 50 orders are fetched together", len(asked) < 20, len(asked))
    first = page.text_content("#notes li:first-child p")
    check("the last of them is shown", first == "more 95", first)


def test_time_changes_an_open_page(bench, open_page, check, service):
    promised = {"earliest": moment(hours=-1), "latest": moment(seconds=8)}
    page = open_page(service.url + Tracked(bench, promised=promised).path)
    page.wait_for_selector("main .notice", timeout=20_000)
    said = page.text_content("main .notice").strip()
    check("a promise that passes is said by itself", said == "It has not left yet. We are looking into it.", said)
    # An order to a country of many times, of which only the reader's is known.
    tracked = Tracked(bench, country="US", promised={"earliest": moment(days=3), "latest": moment(days=3, hours=1)})
    page = open_page(service.url + tracked.path, timezone_id="America/Lima")
    page.wait_for_function("() => document.querySelector('.hero-fine').textContent.includes('UTC−5')")
    check("times are the reader's where nothing says whose", True)


def test_notifications_come_to_those_who_asked(bench, open_page, check, service):
    tracked = Tracked(bench).confirm().ship().scan("inTransit")
    page = open_page(service.url + tracked.path, permissions=["notifications"])
    page.evaluate(
        """() => {
            window.told = [];
            const Shown = Notification;
            window.Notification = class extends Shown {
                constructor(title, options) { super(title, options); window.told.push([title, options.body]); }
            };
            Object.defineProperty(document, "hidden", { get: () => true });
        }"""
    )
    tracked.scan("exception", reason="weather")
    wait_for_status(page, "Needs attention")
    check("nobody is told unasked", page.evaluate("window.told.length") == 0)
    page.click("[data-notify]")
    page.wait_for_selector("[data-notify][aria-pressed=true]")
    check("the page says how long", page.inner_text("[data-notify-note]").startswith("As long as this page stays open"))
    tracked.scan("outForDelivery")
    page.wait_for_function("() => window.told.length === 1")
    title, body = page.evaluate("window.told[0]")
    check("a change is told", title.startswith("Out for delivery") and "Out for delivery" in body, (title, body))


def test_the_page_is_whole_without_scripts(bench, open_page, check, service):
    tracked = rich(bench)
    page = open_page(service.url + tracked.path, is_live=False, java_script_enabled=False)
    text = page.inner_text("main")
    for words in (
        "Needs attention", "Expected", "A second attempt", "The carrier could not deliver it.", "Nobody could take it.",
        "What comes next", "JDP2", "Floor lamp", "Cancelled items", "Too bright", "To be refunded to you", "Thank you",
        "As of", "Reload",
    ):  # fmt: skip
        check(f"without scripts the page says “{words}”", words in text, text[:2000])
    page.click("#parcel-p2-history summary")
    history = page.inner_text("#parcel-p2-history")
    check("its histories open", "Handed over to the carrier" in history, history)
    check("buttons that need scripts are not there", not page.is_visible("[data-copy]"))
    address = page.get_attribute("#parcel-p2 .facts a", "href")
    check("the number leads to the carrier", address.startswith("https://www.dhl.com/"), address)
    for language, words in (("de", "Bestellung"), ("es", "Pedido"), ("ar", "الطلب"), ("en", "Order")):
        page.click(f".languages a[lang={language}]")
        heading = page.inner_text("h1")
        check(f"the switch leads to {language}", heading.startswith(words), heading)


def test_the_page_is_used_by_keyboard_alone(bench, open_page, check, service):
    tracked = Tracked(bench).confirm().ship().scan("inTransit")
    page = open_page(service.url + tracked.path)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("Tab")
    focused = "document.activeElement"
    check("the first stop skips to the order", page.evaluate(f"{focused}.className") == "skip")
    page.keyboard.press("Enter")
    check("and does", page.evaluate(f"{focused}.id") == "main")
    stops = []
    for _ in range(12):
        page.keyboard.press("Tab")
        name = page.evaluate(f"{focused}.tagName + ' ' + {focused}.textContent.trim()")
        seen = page.evaluate(f"getComputedStyle({focused}).outlineStyle")
        check(f"the focus on {name[:30]} is seen", seen != "none", seen)
        stops.append(name)
        if name.startswith("BUTTON Copy"):
            page.keyboard.press("Enter")
            page.wait_for_selector(".toast")
            copied = page.evaluate("navigator.clipboard.readText()")
            check("a key copies the number", copied == "JDP1", copied)
        if "History of this parcel" in name:
            page.keyboard.press("Enter")
            check("a key opens the history", page.is_visible("#parcel-p1-history li"))
            break
    check("all stops are reached", any("Add to calendar" in stop for stop in stops), stops)


def test_nobody_is_shut_out(bench, browser, check, service):
    tracked = rich(bench)
    axe = Axe()
    page = browser.new_context().new_page()
    paths = [(tracked.path, language) for language in LANGUAGES] + [("/track/none", "ar")]
    for path, language in paths:
        page.goto(f"{service.url}{path}?lang={language}")
        for details in page.locator("details").all():
            details.evaluate("details => { details.open = true; }")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            # Colours that still move are judged by what they will be.
            page.wait_for_function("() => document.getAnimations().every((one) => one.playState !== 'running')")
            # The other scheme has the same elements in other colours.
            rules = {"runOnly": ["color-contrast"]} if scheme == "dark" else None
            found = axe.run(page, options=rules).response["violations"]
            told = [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found]
            check(f"axe finds nothing in {language}, {scheme}, of {path[:12]}", not found, told)
        # A zoom of 200 % at a desk of 1280 px is a window of 640 px, one of 400 % is a phone's.
        for width, height in ((320, 640), (640, 400), (1280, 800)):
            page.set_viewport_size({"width": width, "height": height})
            check(f"nothing scrolls sideways at {width} px in {language}", overflow(page) <= 0, overflow(page))
    page.emulate_media(forced_colors="active")
    page.goto(service.url + tracked.path)
    dots = page.evaluate("getComputedStyle(document.querySelector('.steps li'), '::before').borderTopWidth")
    check("steps are seen in forced colours", dots == "2px", dots)


def test_hostile_names_stay_words(bench, open_page, check, service):
    name = (HOSTILE + "W" * 500)[:500]
    lines = [{"lineId": "l1", "sku": "x", "name": name, "quantity": 1, "unitPrice": money(7300)}]
    tracked = Tracked(bench, number=name, lines=lines).confirm()
    tracked.ship("p1", (("l1", 1),), carrier=name[:400], trackingNumber=name[:200])
    tracked.scan("exception", place={"text": name, "country": "DE"})
    tracked.send("note", text=name, visibility="customer")
    for width in (320, 1280):
        page = open_page(service.url + tracked.path, viewport={"width": width, "height": 700})
        page.on("dialog", lambda dialog: page.faults.append(dialog.message))
        tracked.send("note", text=f"{width} {name}"[:500], visibility="customer")
        page.wait_for_function(
            "width => document.querySelector('#notes li p').textContent.startsWith(width)", arg=str(width)
        )
        check(f"names run nothing at {width} px", page.title() != "owned" and not page.faults, page.faults)
        check("names add no elements", page.locator("main img, main script").count() == 0)
        check(f"long names wrap at {width} px", overflow(page) <= 0, overflow(page))
        data = json.loads(page.text_content("script[type='application/ld+json']"))
        check("programs read the name", data["orderNumber"] == name, data["orderNumber"][:80])


def test_the_first_view_is_small(bench, browser, check, service):
    tracked = rich(bench)
    context = browser.new_context(locale="en-GB", viewport={"width": 390, "height": 844})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes, names = {}, {}
    session.on("Network.responseReceived", lambda event: names.update({event["requestId"]: event["response"]["url"]}))
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.goto(service.url + tracked.path)
    page.wait_for_selector(LIVE)
    loaded = {names.get(one, one).rpartition("/")[2]: size for one, size in sizes.items()}
    check.note(f"first view: {sum(sizes.values())} bytes, {len(sizes)} requests: {loaded}")
    check("the first view is below 50 kB", sum(sizes.values()) < 50_000, loaded)
    check("it takes few requests", len(sizes) <= 10, loaded)
    data = page.evaluate("JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)")
    check("its data are schema.org's", data["@type"] == "Order" and len(data["orderDelivery"]) == 2, data)
    known = page.evaluate(
        "fetch(location.href, { headers: { Accept: 'text/html' } }).then((one) => one.headers.get('ETag'))"
    )
    again = page.evaluate(
        "tag => fetch('', { headers: { Accept: 'text/html', 'If-None-Match': tag } }).then((one) => one.status)",
        known,
    )
    check("a page that is known is not sent again", again == 304, (known, again))


def test_a_link_that_ends_says_so(bench, open_page, check, service):
    tracked = Tracked(bench).confirm().ship()
    page = open_page(service.url + tracked.path)
    bench.send("DELETE", f"/v1/orders/{tracked.order_id}/tracking-links/{tracked.link_id}")
    page.wait_for_selector("main[data-gone]")
    words = "This link no longer works"
    check("a page whose link is revoked says so in place", page.text_content("h1") == words and page.title() == words)
    check("nothing of the order is left", "JDP1" not in page.content())
    answer = page.goto(service.url + tracked.path + "?lang=de")
    check(
        "a dead link is a page with 404",
        answer.status == 404 and "Dieser Link gilt nicht mehr" in page.inner_text("h1"),
    )
    page.click(".languages a[lang=ar]")
    check("in each language", page.get_attribute("html", "dir") == "rtl", page.content()[:200])
    answer = bench.send("GET", tracked.path, headers={"Accept": "application/json"}, role="nobody")
    check("programs get a problem", answer.json["code"] == "notFound", answer)


def test_the_calendar_has_the_delivery(bench, check, service):
    tracked = Tracked(bench).confirm()
    answer = bench.send("GET", tracked.path + "/delivery.ics?lang=de", role="nobody")
    text = answer.body.decode()
    check(
        "a calendar comes", answer.status == 200 and answer.headers["content-type"].startswith("text/calendar"), answer
    )
    check("in the language that was asked for", "SUMMARY:Lieferung der Bestellung N-1" in text, text)
    check("it is as secret as the page", answer.headers["cache-control"] == "no-store", answer.headers)
    tracked.send("cancel", reason="customer")
    answer = bench.send("GET", tracked.path + "/delivery.ics", role="nobody")
    check("nothing expected is 404", answer.status == 404, answer)
    answer = bench.send("GET", tracked.path + "/delivery.ics?lang=de", headers={"Accept": "text/html"}, role="nobody")
    check(
        "a browser gets the page of now",
        answer.status == 303 and answer.headers["location"] == tracked.path + "?lang=de-DE",
        answer,
    )
    answer = bench.send("GET", tracked.path + "/delivery.ics", headers={"Sec-Fetch-Site": "cross-site"}, role="nobody")
    check("other sites do not get it", answer.status == 403, answer)
