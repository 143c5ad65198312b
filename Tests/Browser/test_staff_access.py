"""The staff's pages without scripts, by keyboard alone, for everybody's eyes, and over the ends of sessions."""

import pytest

from support import roles
from support.browser import axe
from support.browser.staff import HOSTILE, Visit, row, visit
from support.waiting import wait_for

PAGES = ("/staff", "/staff/orders/00000000-0000-7000-8000-00000000dead", "/operator")
FOCUSED = "document.activeElement"
# The key Enter, as WebDriver names it.
ENTER = "\ue007"
# A desk at 200 %, and a phone's 320 px, which is also a desk at 400 %.
SIZES = ({"width": 640, "height": 400}, {"width": 320, "height": 640})


@pytest.fixture(scope="module")
def hostile(bench):
    """An order whose texts attack, and that needs attention."""
    placed = bench.place(number=HOSTILE, customer="c-hostile")
    pay = {"paymentId": "p", "kind": "captured", "amount": {"amount": 9000, "currency": "EUR"}, "providerRef": "r"}
    bench.send("POST", f"/v1/orders/{placed['orderId']}/payment", pay)
    return placed


def sound(check, name, page):
    """Checks that a page as it is now breaks no rule, and scrolls sideways at no size."""
    axe.sound(check, name, page)
    before = page.viewport_size
    for size in SIZES:
        page.set_viewport_size(size)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        check(f"nothing scrolls sideways at {size['width']} px: {name}", wider <= 0, wider)
    page.set_viewport_size(before)


def tab_to(page, selector, most=60):
    """Presses the tabulator until an element has the focus."""
    for _ in range(most):
        if page.evaluate(f"(selector) => {FOCUSED}.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise RuntimeError(f"the tabulator does not reach {selector}")


def test_pages_say_what_they_need_without_scripts(bench, chromium, service, check):
    for path in PAGES:
        context = chromium.new_context(java_script_enabled=False, viewport=SIZES[1])
        page = context.new_page()
        page.goto(service.url + path)
        text = page.inner_text("main")
        check(f"{path} says that it needs JavaScript", "needs JavaScript" in text, text)
        check(f"{path} says where the same is", page.is_visible("main a"), text)
        check(f"{path} promises nothing that does not come", "Opening" not in text and "Connecting" not in text, text)
        check(f"{path} has no form that does nothing", not page.is_visible("form"), text)
        check(f"{path} has no button that does nothing", page.locator("button:visible").count() == 0)
        context.close()


def test_a_day_of_work_by_keyboard_alone(bench, staff, chromium, service, check):
    placed = bench.place(number="HAND-1", customer="c-hand")
    visitor = Visit(chromium, service.url)
    page = visitor.page
    tab_to(page, "#sign-in-token")
    page.keyboard.press("Enter")
    check("an empty form keeps the focus", page.evaluate(f"{FOCUSED}.id") == "sign-in-token")
    sound(check, "an error of the form to sign in", page)
    page.keyboard.insert_text(staff)
    page.keyboard.press("Enter")
    page.wait_for_selector("#board:not([hidden])")
    page.wait_for_function(f"() => {FOCUSED}.id === 'board'")
    tab_to(page, "#query")
    page.keyboard.type("HAND-1")
    page.wait_for_function("() => document.querySelectorAll('#rows > *').length === 1")
    tab_to(page, f"{row(placed)} .order-number")
    page.keyboard.press("Enter")
    page.wait_for_selector("#commands [data-command=holdOrder]")
    tab_to(page, "[data-command=holdOrder]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".command-form")
    page.wait_for_function(f"() => {FOCUSED}.closest('.command-form') !== null")
    tab_to(page, "[data-command=holdOrder] ~ * select, .command-form select")
    page.keyboard.type("st")
    page.keyboard.press("Enter")
    tab_to(page, ".command-form [type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#command-state >> text=Accepted")
    check("the focus goes to what came of it", page.evaluate(f"{FOCUSED}.id") == "command-state")
    page.keyboard.press("b")
    page.wait_for_selector("#board:not([hidden])")
    page.wait_for_selector(f"{row(placed)} .chip >> text=On hold")
    page.go_back()
    page.wait_for_selector("#events > li")
    page.go_back()
    page.wait_for_selector(row(placed))
    check("going back finds the search again", page.input_value("#query") == "HAND-1", page.url)
    check("nothing failed", not visitor.errors, visitor.errors)
    visitor.close()


def test_the_board_is_sound_in_each_state(bench, staff, chromium, service, hostile, check):
    with visit(chromium, service, staff, "/staff?q=c-hostile", color_scheme="dark") as page:
        page.wait_for_selector(row(hostile))
        page.wait_for_selector(f"#attention-list [data-order='{hostile['orderId']}']")
        check("a name is a text", page.text_content(f"{row(hostile)} .order-number bdi") == HOSTILE)
        check("nothing of it ran", page.evaluate("window.hacked") is None)
        page.click("#pause")
        page.evaluate("document.querySelectorAll('details').forEach((its) => { its.open = true; })")
        sound(check, "a board that is paused, with all details", page)
        page.click("#pause")
        page.click("#help")
        sound(check, "the keys of the board", page)
        page.keyboard.press("Escape")
        page.check(f"{row(hostile)} input")
        page.click("#command")
        page.wait_for_selector("#bulk option[value=addNote]", state="attached")
        page.select_option("#bulk-command", "addNote")
        page.click("#bulk [data-run]")
        page.wait_for_selector("#bulk .result-state[data-result=refused]")
        sound(check, "a refusal among the results", page)
        check("a refusal marks the field", page.locator("#bulk [aria-invalid=true]").count() > 0)
        page.keyboard.press("Escape")
        for text in ("nothing has this", "\0", HOSTILE[:200] + "\u202e"):
            page.fill("#query", text)
            page.wait_for_selector("#orders-empty:not([hidden])")
        sound(check, "an empty list", page)
        page.emulate_media(forced_colors="active")
        sound(check, "forced colours", page)
        page.route("**/v1/orders?**", lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}))
        page.fill("#query", "unlucky")
        page.wait_for_selector("#orders-state >> text=could not be read")
        sound(check, "a list that could not be read", page)
        page.unroute("**/v1/orders?**")
        page.wait_for_function("() => document.querySelector('#orders-state').textContent === ''")


def test_the_order_page_is_sound_in_each_state(bench, staff, chromium, service, hostile, check):
    path = f"/staff/orders/{hostile['orderId']}"
    with visit(chromium, service, staff, path, color_scheme="dark") as page:
        page.wait_for_selector("#events > li")
        page.evaluate("document.querySelectorAll('details').forEach((its) => { its.open = true; })")
        sound(check, "an order with all details", page)
        check("the title is the name", page.title().startswith(HOSTILE[:20]), page.title())
        page.click("[data-command=addNote]")
        page.wait_for_selector(".command-form")
        page.fill(".command-form textarea, .command-form input", "a\0b")
        page.click(".command-form [type=submit]")
        page.wait_for_selector(".command-form [aria-invalid=true]")
        sound(check, "a form that was refused", page)
        page.click(".command-form >> text=Discard")
        page.click("#help")
        sound(check, "the keys of the order page", page)
        page.keyboard.press("Escape")
        page.click("#previous")
        page.wait_for_selector("#past:not([hidden])")
        page.emulate_media(forced_colors="active")
        sound(check, "the past, in forced colours", page)
        check("nothing of a name ran", page.evaluate("window.hacked") is None)


def test_the_operators_page_is_sound_in_each_state(bench, chromium, service, check):
    subject = (HOSTILE[:90] + "\u202e").strip()
    token = service.token("operator", "*", subject)
    with visit(chromium, service, token, "/operator", color_scheme="dark") as page:
        page.wait_for_selector("[data-projection=stats]")
        page.wait_for_selector("#log >> text=PostgreSQL")
        check("a hostile name is a text", page.text_content("[data-session=who] bdi") == subject)
        check("and runs nothing", page.evaluate("window.hacked") is None)
        sound(check, "the operator's page with a hostile name", page)
        page.click("[data-projection=stats] button")
        page.wait_for_selector("dialog[open]")
        sound(check, "a question", page)
        page.keyboard.press("Escape")
        page.emulate_media(forced_colors="active")
        sound(check, "the operator's page in forced colours", page)
        moves = page.evaluate("document.getAnimations().filter((its) => its.playState === 'running').length")
        check("nothing moves for those who want it calm", moves == 0, moves)


def test_the_whole_attention_queue_can_be_reached(bench, staff, chromium, service, check):
    orders = [bench.place(number=f"QUEUE-{number:02}", shop="aurora") for number in range(30)]
    pay = {"paymentId": "p", "kind": "captured", "amount": {"amount": 9000, "currency": "EUR"}, "providerRef": "r"}
    for order in orders:
        bench.send("POST", f"/v1/orders/{order['orderId']}/payment", pay)
    with visit(chromium, service, staff) as page:
        page.wait_for_selector(f"#attention-list [data-order='{orders[-1]['orderId']}']")
        total = bench.send("GET", "/v1/stats", role=roles.STAFF).json["attention"]["orders"]
        words = page.inner_text("#attention-shown")
        check("the queue says how many there are", words == f"The newest 20 of {total}.", words)
        page.click("#pause")
        page.focus("#attention-more")
        page.keyboard.press("Enter")
        page.wait_for_function(f"() => document.querySelectorAll('#attention-list > *').length === {total}")
        check("all come, in a pause too", not page.is_visible("#attention-more"))
        place = page.evaluate(f"[...document.querySelectorAll('#attention-list > *')].indexOf({FOCUSED}.closest('li'))")
        check("the focus is on the first that came", place == 20, place)
        sound(check, "a long queue", page)
        words = page.inner_text("[data-session=who]")
        check("a subject that is the role is said once", words == "staff", words)


def test_a_command_for_many_can_be_stopped_and_sent_again(bench, staff, chromium, service, check):
    orders = [bench.place(number=f"MANY-{number}", customer="c-many") for number in range(8)]
    with visit(chromium, service, staff, "/staff?q=c-many") as page:
        page.wait_for_selector(row(orders[0]))
        page.check("#all")
        page.click("#command")
        page.wait_for_selector("#bulk option[value=confirmOrder]", state="attached")
        page.select_option("#bulk-command", "confirmOrder")
        held = []
        page.route("**/confirm", lambda route: held.append(route))
        page.click("#bulk [data-run]")
        wait_for(lambda: page.evaluate("1") and len(held) == 4, 10, "four requests are under way")
        asked = []
        page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.close(run_before_unload=True)
        wait_for(lambda: page.evaluate("1") and asked, 10, "leaving the page is warned of")
        check("leaving midway is warned of", asked == ["beforeunload"], asked)
        page.keyboard.press("Escape")
        check("Escape stops what was not sent", page.inner_text("#bulk [data-close]") == "Stopping…")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        check("and hides nothing, however often it is pressed", page.is_visible("#bulk [data-close]"))
        offered = page.locator("#bulk option").evaluate_all("(all) => all.map((its) => its.value)")
        check("what replaces one order's fields is not offered for many", "editOrder" not in offered, offered)
        held[0].abort()
        held[1].fulfill(status=503, content_type="application/problem+json", body='{"title":"Away","detail":"Away."}')
        for route in held[2:4]:
            route.continue_()
        page.wait_for_selector("#bulk [data-run] >> text=Try the other 6 again")
        results = page.locator("#bulk .result-state").all_text_contents()
        check(
            "each order has its result",
            sorted(results) == ["Accepted"] * 2 + ["No answer"] * 2 + ["Not sent"] * 4,
            results,
        )
        page.unroute("**/confirm")
        page.click("#bulk [data-run]")
        page.wait_for_selector("#bulk [data-state] >> text=8 accepted, 0 refused, of 8.")
        results = page.locator("#bulk .result-state").all_text_contents()
        check("those that were left are sent, and the others stay", results == ["Accepted"] * 8, results)


def test_the_end_of_a_session_costs_nothing_that_was_written(bench, staff, chromium, service, check):
    placed = bench.place(number="LONG-1", customer="c-long")
    visitor = Visit(chromium, service.url, f"/staff/orders/{placed['orderId']}").sign_in(staff)
    first, board = visitor.page, visitor.open("/staff?q=c-long")
    first.click("[data-command=addNote]")
    first.fill(".command-form textarea", "half a sentence")
    board.check(f"{row(placed)} input")
    board.click("#command")
    board.wait_for_selector("#bulk option[value=addNote]", state="attached")
    board.select_option("#bulk-command", "addNote")
    board.fill("#bulk textarea", "the other half")
    first.evaluate("fetch('/session', { method: 'DELETE' }).then((its) => its.status)")
    for page in (first, board):
        page.wait_for_selector("#sign-in [data-session=notice] >> text=Your session has ended")
        focus = page.evaluate(f"{FOCUSED}.dataset.session")
        check("the words have the focus", focus == "notice", focus)
        check("nothing of the page is left to see", not page.is_visible("#board, #page"))
    sound(check, "a session that has ended", board)
    visitor.sign_in(staff)
    first.wait_for_selector(".command-form textarea:visible")
    check("a form is as it was left", first.input_value(".command-form textarea") == "half a sentence")
    check("with its focus", first.evaluate(f"{FOCUSED}.tagName") == "TEXTAREA")
    board.wait_for_selector("#bulk[open] textarea")
    check("another tab is signed in too, with its form", board.input_value("#bulk textarea") == "the other half")
    board.click("#bulk [data-run]")
    board.wait_for_selector("#bulk .result-state[data-result]:not([data-result=waiting])")
    board.keyboard.press("Escape")
    board.click("[data-session=sign-out]")
    first.wait_for_selector("#sign-in [data-session=notice] >> text=You signed out in another tab")
    check("signing out ends the other tab at once", not first.is_visible("#page"))
    second = service.token("staff", "*", "berta")
    first.fill("#sign-in-token", second)
    with first.expect_navigation():
        first.click("#sign-in button[type=submit]")
    for page in (first, board):
        page.wait_for_selector("[data-session=who] >> text=staff berta")
    check("somebody else begins with a page of their own", not first.locator(".command-form").count())
    check("nothing failed", not visitor.errors, visitor.errors)
    visitor.close()


def test_firefox_shows_all_three_pages(bench, firefox, service, check):
    placed = bench.place(number="FOX-1")
    path, chip = (
        f"/v1/orders/{placed['orderId']}",
        f"document.querySelector('[data-order=\"{placed['orderId']}\"] .chip')",
    )
    live = "document.querySelector('#live').dataset.state === 'live'"
    page = firefox.new_page()
    try:
        page.goto(f"{service.url}/staff")
        page.wait_for_function("!document.querySelector('#sign-in').hidden")
        page.evaluate("document.querySelector('#sign-in-token').focus()")
        page.press(bench.tokens[roles.OPERATOR] + ENTER)
        page.wait_for_function(f"{live} && {chip}?.textContent === 'Placed'")
        bench.send("POST", f"{path}/confirm")
        page.wait_for_function(f"{chip}.textContent === 'Preparing'")
        check("the board in Firefox shows a change", True)
        page.goto(f"{service.url}/staff/orders/{placed['orderId']}")
        page.wait_for_function(live)
        bench.send("POST", f"{path}/hold", {"holdId": "h", "reason": "stock"})
        page.wait_for_function("document.querySelector('#order-status').textContent === 'On hold'")
        page.wait_for_function("document.querySelectorAll('#events > li').length === 3")
        check("so does the order page", True)
        page.goto(f"{service.url}/operator")
        page.wait_for_function(f"{live} && document.querySelector('#log dd') !== null")
        answer = bench.send("POST", f"{path}/note", {"text": "seen", "visibility": "staff"}).json
        page.wait_for_function(f"document.querySelector('#log').textContent.includes('{answer['position']}')")
        check("and the operator's page", True)
        page.evaluate("document.querySelector('[data-session=sign-out]').click()")
        page.wait_for_function("!document.querySelector('#sign-in').hidden")
        check("nothing went wrong in any of them", page.errors == [], page.errors)
    finally:
        page.close()
