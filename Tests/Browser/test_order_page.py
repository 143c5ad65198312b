"""The page of one order in Chromium: time, differences, reasons, forms, links."""

import time

import pytest

from support import roles
from support.browser.axe import sound
from support.browser.staff import HOSTILE, visit
from support.orders import journey
from support.waiting import wait_for

# Runs the page's rules on every version of an order; tells where they give another status than the service, or none
# of its events.
RULES = """async (id) => {
    const folder = document.querySelector("script[type=module]").src;
    const { explainStatus } = await import(folder.replace("order.js", "status-rule.js"));
    const read = async (path) => (await fetch(path)).json();
    const { events } = await read(`/v1/orders/${id}/events?limit=1000`);
    const wrong = [];
    for (const { version } of events) {
        const order = await read(`/v1/orders/${id}?version=${version}`);
        const why = explainStatus(order, events);
        if (why.isTheServices && why.evidence.length > 0) continue;
        wrong.push([version, order.status, why.status, why.number]);
    }
    return { versions: events.length, wrong };
}"""

# The difference of two made-up states.
DIFFERENCE = """async () => {
    const folder = document.querySelector("script[type=module]").src;
    const { diff } = await import(folder.replace("order.js", "order-diff.js"));
    const state = (version, amount, lines) => ({ version, status: "placed", due: { amount, currency: "EUR" }, lines });
    const before = state(1, 5, [{ lineId: "a", open: 1 }, { lineId: "b", open: 2 }]);
    const after = state(2, 4, [{ lineId: "b", open: 1 }, { lineId: "c", open: 3 }]);
    return diff(before, after).map(({ path, kind }) => `${kind} ${path.join(".")}`);
}"""

# The words of changes of somebody's texts, and of the API's own words.
CHANGED = """async () => {
    const folder = document.querySelector("script[type=module]").src;
    const { changesView } = await import(folder.replace("order.js", "order-changes.js"));
    const before = { version: 1, internal: { providerRefs: [] }, metadata: {}, lifecycle: "placed" };
    const after = {
        version: 2, internal: { providerRefs: [{ paymentId: "a", providerRef: "psp" }] },
        metadata: { gift_Id: "toMum" }, lifecycle: "confirmed",
    };
    return changesView(before, after).innerText;
}"""


@pytest.fixture(scope="module")
def orders(bench):
    """The ids of four orders, each with the events of a journey of its own."""
    for shop in ("aurora", "borealis"):
        bench.tokens[f"backend of {shop}"] = bench.service.token("backend", shop)
    made = []
    for index in range(4):
        steps = journey(index, "page")
        shop = steps[0][2]["shop"]
        for _, path, body in steps:
            answer = bench.send("POST", path, body, role=f"backend of {shop}")
            if answer.status not in (200, 201):
                raise RuntimeError(f"a step of a journey was refused: {answer}")
        made.append(steps[0][2]["orderId"])
    return made


def field(pointer):
    return f".command-form [data-pointer='/{pointer}'] input"


def path_of(order_id):
    return f"/staff/orders/{order_id}"


def wait_for_version(page, words):
    page.wait_for_function("(words) => document.querySelector('#time-event').textContent.startsWith(words)", arg=words)


def test_the_slider_shows_the_order_as_of_any_event(service, bench, staff, chromium, orders, check):
    events = bench.send("GET", f"/v1/orders/{orders[0]}/events").json["events"]
    count = len(events)
    with visit(chromium, service, staff, path_of(orders[0])) as page:
        page.wait_for_selector("#events > li")
        check("the history has every event", page.locator("#events > li").count() == count)
        for version in range(count, 0, -1):
            wait_for_version(page, f"Event {version} of {count}")
            word = page.evaluate(
                "(word) => word.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`)",
                events[version - 1]["status"],
            )
            page.wait_for_function(
                "(word) => document.querySelector('#order-status').textContent.toLowerCase() === word.toLowerCase()",
                arg=word,
            )
            if version > 1:
                page.click("#previous")
        check("at every event the page shows the status that the event says", True)
        check("the address says the version", page.url.endswith("?version=1"), page.url)
        check("the first event explains itself", "Rule 13" in page.inner_text("#why"), page.inner_text("#why"))
        check(
            "the past takes no commands",
            page.is_visible("#commands-past") and not page.locator("#commands button").count(),
        )
        page.focus("#slider")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        wait_for_version(page, f"Event 3 of {count}")
        page.wait_for_function("() => location.search === '?version=3'")
        page.wait_for_selector("#changes >> text=Lifecycle")
        changes = page.inner_text("#changes")
        check("an event tells what it changed", "Placed" in changes and "Confirmed" in changes, changes)
        said = page.get_attribute("#slider", "aria-valuetext")
        check("the slider says the event in words", said == f"Event 3 of {count}: Order confirmed", said)
        page.reload()
        wait_for_version(page, f"Event 3 of {count}")
        page.wait_for_selector("#past:not([hidden])")
        check("the address brings a colleague to the same version", page.url.endswith("?version=3"), page.url)
        page.click("#past-now")
        wait_for_version(page, f"Event {count} of {count}")
        page.keyboard.press("[")
        wait_for_version(page, f"Event {count - 1} of {count}")
        page.keyboard.press("n")
        wait_for_version(page, f"Event {count} of {count}")
        check("keys go through time too", "version" not in page.url)
        page.focus("#slider")
        page.keyboard.press("Home")
        page.wait_for_function("() => location.search === '?version=1'")
        page.go_back()
        wait_for_version(page, f"Event {count} of {count}")
        check("going back from the past stays on the page", page.url.endswith(path_of(orders[0])), page.url)
        page.click(f"#events [data-version='{count}'] summary")
        page.wait_for_selector(f"#events [data-version='{count}'] pre >> text={events[-1]['position']}")
        json = page.inner_text(f"#events [data-version='{count}'] pre")
        check(
            "an event has its raw JSON, its actor and its command",
            events[-1]["position"] in json
            and "backend:backend" in page.inner_text(f"#events [data-version='{count}']"),
            json[:200],
        )


def test_the_rules_of_the_page_are_those_of_the_service(service, staff, chromium, orders, check):
    with visit(chromium, service, staff, path_of(orders[0])) as page:
        page.wait_for_selector("#events > li")
        found = [page.evaluate(RULES, order_id) for order_id in orders]
        versions = sum(its["versions"] for its in found)
        wrong = [its["wrong"] for its in found if its["wrong"]]
        check(f"at each of {versions} versions the rules give the service's status, and its events", not wrong, wrong)
        lines = page.evaluate(DIFFERENCE)
        check(
            "a difference goes by ids, and leaves out what always changes",
            lines == ["changed due", "removed lines.#a", "changed lines.#b.open", "added lines.#c"],
            lines,
        )
        words = page.evaluate(CHANGED)
        check(
            "texts and keys of others stand as they were written",
            "provider ref psp" in words and "toMum" in words and "gift_Id" in words,
            words,
        )
        check("the API's own words are phrases", "Confirmed" in words, words)


def test_the_page_shows_changes_within_a_second(service, bench, staff, chromium, check):
    placed = bench.place(number="OPEN-1")
    with visit(chromium, service, staff, path_of(placed["orderId"])) as page:
        page.wait_for_selector("#live[data-state=live]")
        page.wait_for_selector("#commands [data-command=confirmOrder]")
        took = []
        for name, body, status in (
            ("hold", {"holdId": "h", "reason": "stock"}, "On hold"),
            ("release-hold", {"holdId": "h"}, "Placed"),
            ("confirm", {}, "Preparing"),
        ):
            began = time.monotonic()
            bench.send("POST", f"/v1/orders/{placed['orderId']}/{name}", body)
            page.wait_for_selector(f"#order-status >> text={status}")
            took.append(time.monotonic() - began)
        check.note(f"from the command to the page: {', '.join(f'{seconds * 1000:.0f} ms' for seconds in took)}")
        check("a change is in the page within a second", min(took) < 1, took)
        page.wait_for_selector("#commands [data-command=packParcel]")
        check("so are the commands that it allows", not page.locator("[data-command=confirmOrder]").count())
        page.click("#previous")
        wait_for_version(page, "Event 3 of 4")
        bench.send("POST", f"/v1/orders/{placed['orderId']}/note", {"text": "later", "visibility": "staff"})
        wait_for_version(page, "Event 3 of 5")
        check("who looks at the past stays there, and sees that more came", page.is_visible("#past"))


def test_forms_come_from_the_schemas_and_show_refusals(service, bench, staff, chromium, check):
    placed = bench.place(number="FORM-1")
    order_id = placed["orderId"]
    with visit(chromium, service, staff, path_of(order_id)) as page:
        page.click("[data-command=holdOrder]")
        page.wait_for_selector(".command-form")
        names = page.locator(".command-form label").all_text_contents()
        check(
            "the form has the command's fields",
            {"Hold ID", "Reason"} <= {name.replace(" optional", "") for name in names},
            names,
        )
        sound(check, "the form", page)
        page.click(".command-form button[type=submit]")
        page.wait_for_selector("[data-pointer='/reason'] .error:not([hidden])")
        marked = page.get_attribute("[data-pointer='/reason'] select", "aria-invalid")
        check("a field that is missing is marked by the refusal's pointer", marked == "true")
        said = page.inner_text(".command-form [role=alert]").split("\n")
        check(
            "the refusal is shown as it is written, and nothing else",
            [line for line in said if line] == ["The command is invalid", "One field is invalid."],
            said,
        )
        check(
            "and has the focus", page.evaluate("document.activeElement.closest('.field').dataset.pointer") == "/reason"
        )
        page.select_option("[data-pointer='/reason'] select", "fraud")
        bench.send("POST", f"/v1/orders/{order_id}/hold", {"holdId": "another", "reason": "stock"})
        page.click(".command-form button[type=submit]")
        page.wait_for_selector(".command-form [role=alert] >> text=has changed since this form was opened")
        bench.send("POST", f"/v1/orders/{order_id}/release-hold", {"holdId": "another"})
        page.wait_for_selector("#events > [data-version='3']")
        page.click(".command-form button[type=submit]")
        page.wait_for_selector(".command-form [role=alert] >> text=Hold released, by backend:backend")
        check("what somebody else did meanwhile is told before a form is sent", True)
        page.click(".command-form button[type=submit]")
        page.wait_for_selector("#command-state >> text=Accepted")
        page.wait_for_selector("#order-status >> text=On hold")
        check("an accepted command says what it did", "Put on hold" in page.inner_text("#command-state"))
        page.wait_for_selector("#why >> text=Put on hold")
        check(
            "the status is explained by the hold",
            "Rule 2" in page.inner_text("#why") and "Put on hold" in page.inner_text("#why"),
        )
        page.click("[data-command=releaseHold]")
        page.wait_for_selector(".command-form select")
        page.click(".command-form button[type=submit]")
        page.wait_for_selector("#order-status >> text=Placed")
        check("the only hold is chosen already", True)
        # The command is taken from the page after the form was opened, by somebody else.
        page.click("[data-command=confirmOrder]")
        page.wait_for_selector(".command-form")
        bench.send("POST", f"/v1/orders/{order_id}/confirm")
        page.wait_for_selector(".command-form >> text=does not take this command any more")
        page.click(".command-form button[type=submit]")
        page.wait_for_selector(".command-form [role=alert]:not([hidden])")
        refusal = page.inner_text(".command-form [role=alert]")
        check(
            "a refusal is shown as it is written, with its reason and what is allowed",
            "alreadyConfirmed" in refusal and "Allowed now" in refusal,
            refusal,
        )
        page.keyboard.press("Escape")
        page.click(".command-form >> text=Discard")
        page.click("[data-command=packParcel]")
        page.wait_for_selector(".command-form .field-row")
        check(
            "a form begins with what the order has",
            page.locator(".command-form .field-row").count() == 2
            and page.input_value("[data-pointer='/parcelId'] input, .command-form input") == "p1",
        )
        quantity = page.locator(".command-form .field-row input").first
        quantity.fill("3")
        page.click(".command-form button[type=submit]")
        page.wait_for_selector(".command-form [role=alert]:not([hidden]) >> text=quantityNotOpen")
        quantity.fill("2")
        page.click(".command-form button[type=submit]")
        page.wait_for_selector("#state-wide >> text=p1")
        check("the same form is right after a mend", "Parcel packed" in page.inner_text("#command-state"))
        tracking = {"parcelId": "p1", "carrier": "dhl", "trackingNumber": "0034"}
        bench.send("POST", f"/v1/orders/{order_id}/set-tracking", tracking)
        page.wait_for_selector("#state-wide >> text=0034")
        page.click("[data-command=setTracking]")
        page.wait_for_selector(".command-form")
        page.click(".command-form button[type=submit]")
        page.wait_for_selector(".command-form [role=alert] >> text=Nothing is changed")
        check("a form that changes nothing is not sent", page.input_value(field("carrier")) == "dhl")
        page.fill(field("trackingNumber"), "0035")
        page.click(".command-form button[type=submit]")
        page.wait_for_selector("#command-state >> text=Tracking changed")
        page.click("[data-command=editOrder]")
        page.wait_for_selector(".command-form")
        page.click(".command-form button[type=submit]")
        page.wait_for_selector(".command-form [role=alert] >> text=Nothing is changed")
        page.click(".command-form >> text=Add to lines")
        page.fill(".command-form .field-row [list]", "l1")
        page.press(".command-form .field-row [list]", "Tab")
        page.locator(".command-form .field-row [inputmode=decimal]").first.fill("11.00")
        page.fill(field("total"), "79.00")
        page.click(".command-form button[type=submit]")
        page.wait_for_selector("#command-state >> text=Order edited")
        page.click("[data-command=adjustTotal]")
        page.wait_for_selector(".command-form")
        page.fill(".command-form [inputmode=decimal]", "1,5x")
        page.click(".command-form button[type=submit]")
        page.wait_for_selector("[data-pointer='/amount'] .error:not([hidden])")
        page.fill(".command-form [inputmode=decimal]", "1.50")
        page.select_option("[data-pointer='/direction'] select", "lower")
        page.select_option("[data-pointer='/reason'] select", "goodwill")
        page.click(".command-form button[type=submit]")
        page.wait_for_selector("#command-state >> text=Total adjusted")
    answer = bench.send("GET", f"/v1/orders/{order_id}").json
    due, parcel, line = answer["payment"]["due"], answer["parcels"][0], answer["lines"][0]
    check("amounts are sent in minor units", due == {"amount": 7750, "currency": "EUR"}, due)
    tracking = parcel["carrier"], parcel["trackingNumber"]
    check("a field that nobody touched keeps what it had", tracking == ("dhl", "0035"), parcel)
    check("so does a line of which one field was edited", (line["name"], line["quantity"]) == ("Lampe", 2), line)


def test_links_are_made_copied_and_revoked(service, bench, staff, chromium, check):
    placed = bench.place(number="LINK-1")
    with visit(chromium, service, staff, path_of(placed["orderId"])) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.wait_for_selector("#links >> text=No link is alive")
        page.select_option("#link-lifetime", "7d")
        page.click("#links >> text=Make a link")
        page.wait_for_selector(".made-link:not([hidden])")
        url = page.input_value(".made-link input")
        page.click(".made-link >> text=Copy")
        page.wait_for_selector(".made-link >> text=Copied")
        check("the new link is copied", page.evaluate("navigator.clipboard.readText()") == url, url)
        track = url[len(service.url) :]
        check("it works", bench.send("GET", track, role=roles.NOBODY).status == 200)
        page.wait_for_selector("#links [data-link]")
        page.click("#links [data-link] button")
        page.click("#links [data-link] >> text=Really revoke?")
        page.wait_for_selector("#links >> text=No link is alive")
        check("a link that is revoked is dead", bench.send("GET", track, role=roles.NOBODY).status == 404)


def test_an_operator_reads_and_sends_nothing(service, bench, chromium, orders, check):
    operator, abroad = bench.tokens[roles.OPERATOR], {"locale": "de-DE", "timezone_id": "Asia/Tokyo"}
    with visit(chromium, service, operator, f"{path_of(orders[0])}/?version=999", **abroad) as page:
        page.wait_for_selector("#events > li")
        when = page.inner_text("#time-when")
        check("times are as the reader's region writes them, with the zone", "GMT+9" in when and "M " not in when, when)
        check("a version that is not there yet leaves the address", "version" not in page.url, page.url)
        page.wait_for_selector("#command-state >> text=Your role")
        check("an operator has no commands", not page.locator("#commands button").count())
        wait_for(lambda: not page.is_visible("#links"), 10, "an operator has no links")
    with visit(
        chromium, service, bench.tokens[roles.OPERATOR], path_of("00000000-0000-7000-8000-00000000dead")
    ) as page:
        page.wait_for_selector("#order-problem:not([hidden])")
        check("an order that is not there is said plainly", "no such order" in page.inner_text("#order-problem"))


def test_the_page_breaks_no_rule_of_accessibility(service, bench, staff, chromium, orders, check):
    placed = bench.place(number=HOSTILE, customer="c-hostile", metadata={"a": HOSTILE[:400]})
    bench.send("POST", f"/v1/orders/{placed['orderId']}/note", {"text": HOSTILE[:400], "visibility": "customer"})
    wide, narrow = {"width": 1280, "height": 800}, {"width": 320, "height": 640}
    for scheme, size, order_id in (("light", wide, orders[2]), ("dark", narrow, placed["orderId"])):
        with visit(chromium, service, staff, path_of(order_id), color_scheme=scheme, viewport=size) as page:
            page.wait_for_selector("#events > li")
            page.locator("#links").scroll_into_view_if_needed()
            page.wait_for_selector("#links >> text=No link is alive")
            name = f"{scheme}, {size['width']} px"
            width = page.evaluate("document.documentElement.scrollWidth")
            check(f"{name}: the page does not scroll sideways", width <= size["width"], width)
            sound(check, name, page)
            check(f"{name}: nothing of a name ran", page.evaluate("window.hacked") is None)
    check("the name is text", bench.send("GET", f"/v1/orders/{placed['orderId']}").json["number"] == HOSTILE)
    with visit(chromium, service, staff, path_of(orders[0]), forced_colors="active") as page:
        page.wait_for_selector("#events > li")
        sound(check, "forced colours", page)
