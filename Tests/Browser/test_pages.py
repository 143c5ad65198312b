"""The first page, the API's page and the operator's page in Chromium, and the assets of all pages."""

import base64
import gzip
import hashlib
import http.client
import json
import re

import pytest

from support import roles
from support.bench import Bench
from support.browser.axe import violations
from support.browser.feed import place_many
from support.browser.places import places, tracked_order
from support.browser.staff import REFUSED, visit
from support.lock_holder import Holder
from support.orders import order
from support.service import Service

# Leaves a few parts of each section of the API's page, whose parts are all alike: axe would look at it for a minute.
FEW = """() => document.querySelectorAll(".api section").forEach((section) =>
    [...section.querySelectorAll("article, h3, tbody tr")].slice(4).forEach((part) => part.remove()))"""
PAGES = ["/", "/docs", "/docs/types", "/operator", "/staff", "/nothing-of-the-kind"]
ACTIVE = "select version from projection_active where name = 'orders' for update"
# The bytes of a first view, with the heads of responses, and the most responses by page. Only whoever makes a page
# larger should have to look here.
BUDGET = 50_000
RESPONSES = {
    "/": 9,
    "/docs": 5,
    "/docs/types": 5,
    "/track/{token}": 10,
    "/staff": 24,
    "/staff/orders/{id}": 27,
    "/operator": 18,
}


@pytest.fixture(scope="module", autouse=True)
def running(bench):
    """The service runs before the first test."""
    return bench


@pytest.fixture(scope="module")
def operator(service):
    return service.token("operator", "*", "olga")


def fetch(service, path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    try:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Accept": "text/html,*/*;q=0.8", **fields})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def opened(browser, service, path, **options):
    """A page, and the list of what went wrong in it."""
    context = browser.new_context(**options)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"http://127.0.0.1:{service.port}{path}")
    if path == "/operator":
        page.wait_for_selector("#sign-in:not([hidden])")
    page.wait_for_load_state("networkidle")
    return page, [error for error in errors if not error.startswith(REFUSED)]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_strict_headers(service, check, path):
    status, headers, body = fetch(service, path)
    check(f"{path} is a page", status == (404 if "nothing" in path else 200), status)
    policy = headers["Content-Security-Policy"]
    check(
        "its policy forbids what stands in the page", "default-src 'none'" in policy and "unsafe" not in policy, policy
    )
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Content-Type": "text/html; charset=utf-8",
    }
    for name, value in wanted.items():
        check(f"{name} is {value}", headers[name] == value, headers[name])
    check("and a policy of permissions", "camera=()" in headers["Permissions-Policy"], headers["Permissions-Policy"])
    text = body.decode()
    check("no code stands inline", not re.search(r"\sstyle=|\son[a-z]+=|<script(?![^>]*src=)", text), path)
    styles = re.findall(r"<style>(.*?)</style>", text, re.S)
    hashes = [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in styles]
    named = re.search(r"style-src 'self'((?: 'sha256-[^']+')*);", policy)[1].split()
    check("the policy names the page's styles and no others", named == [f"'sha256-{it}'" for it in hashes], policy)


def test_programs_get_problem_details_where_browsers_get_a_page(service, check):
    for accept in ("*/*", "application/json", "application/json, text/html;q=0.9"):
        status, headers, _ = fetch(service, "/nothing", Accept=accept)
        check(
            f"{accept} gets a problem", (status, headers["Content-Type"]) == (404, "application/problem+json"), status
        )
    status, headers, _ = fetch(service, "/v1/orders/nothing")
    check("and so does everybody on the API's routes", headers["Content-Type"] == "application/problem+json", status)


def test_assets_are_kept_for_ever_and_compressed(service, check):
    text = fetch(service, "/")[2].decode()
    paths = re.findall(r'(?:href|src)="(/assets/[^"]+)"', text)
    check("the page names assets", len(paths) >= 3, paths)
    script = next(path for path in paths if path.endswith("home.js"))
    # For pages that were opened by a former version.
    paths.append(script.replace("home.js", "home.css"))
    for path in paths:
        status, headers, body = fetch(service, path)
        check(f"{path} is kept", headers["Cache-Control"] == "public, max-age=31536000, immutable", headers.items())
        packed = fetch(service, path, Accept_Encoding="gzip")
        if packed[1]["Content-Encoding"] == "gzip":
            check("its compressed form is the same", gzip.decompress(packed[2]) == body and status == 200, path)
            check("and has a tag of its own", packed[1]["ETag"] != headers["ETag"], headers["ETag"])
        known = fetch(service, path, If_None_Match=f'"x", W/{headers["ETag"]}')
        check("a known tag is 304 without a body", (known[0], known[2]) == (304, b""), known[0])
        head = fetch(service, path, "HEAD")
        check("HEAD tells the same", (head[0], head[1]["ETag"]) == (200, headers["ETag"]), head[0])
    former = script.replace(script.split("/")[2], "0" * 24)
    status, headers, _ = fetch(service, former)
    check(
        "a former build's asset leads to the current one",
        (status, headers["Location"]) == (302, script),
        headers["Location"],
    )
    status, headers, _ = fetch(service, script.replace("home", "nothing"))
    check(
        "an unknown name is a problem", (status, headers["Content-Type"]) == (404, "application/problem+json"), status
    )
    for path, kind in (
        ("/favicon.svg", "image/svg+xml"),
        ("/favicon.ico", "image/svg+xml"),
        ("/robots.txt", "text/plain"),
    ):
        status, headers, _ = fetch(service, path)
        check(f"{path} is there", status == 200 and headers["Content-Type"].startswith(kind), headers["Content-Type"])
    for path in ("/", "/docs", "/operator"):
        tag = fetch(service, path)[1]["ETag"]
        status, _, body = fetch(service, path, If_None_Match=tag)
        check(f"{path} is revalidated", (status, body) == (304, b""), status)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/docs", "/operator", "/nothing"])
def test_no_page_has_a_fault_of_accessibility(browser, service, check, path, scheme):
    page, errors = opened(browser, service, path, color_scheme=scheme, viewport={"width": 1280, "height": 800})
    page.evaluate(FEW)
    found = violations(page)
    check(f"{path} has no fault in {scheme}", found == [], found)
    check("and nothing is refused by its policy", errors == [], errors)
    page.set_viewport_size({"width": 320, "height": 640})
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    check("at 320 px nothing scrolls sideways", wider <= 0, wider)
    if scheme == "light":
        found = violations(page)
        check("and no fault appears", found == [], found)


@pytest.mark.parametrize("path", ["/", "/docs", "/operator"])
def test_pages_are_useful_without_scripts(browser, service, check, path):
    page, _ = opened_without_scripts(browser, service, path)
    text = page.inner_text("main")
    check(f"{path} says something", len(text) > 200, text[:100])


@pytest.fixture(scope="module")
def many(bench):
    """More orders than the board shows at first."""
    place_many(bench, 60)


def test_first_views_are_small(browser, bench, many, check):
    views = {}
    for place in places(tracked_order(bench)):
        page, view = place.open(browser, bench)
        views[place.name] = view
        check.note(f"{place.name}: {view.bytes} bytes, {view.requests} responses: {view.sizes}")
        check(f"{place.name} has at most {BUDGET} bytes", view.bytes <= BUDGET, (view.bytes, view.sizes))
        check(f"{place.name} has few responses", view.requests <= RESPONSES[place.name], view.sizes)
        # Those that a script adds come after the first paint.
        text = fetch(bench.service, place.path)[2].decode().partition("</head>")[0]
        check(f"no style sheet holds back {place.name}", 'rel="stylesheet"' not in text, text)
        page.context.close()
    check("every page is measured", views.keys() == RESPONSES.keys(), views.keys())


def test_pages_read_compressed_answers_and_programs_plain_ones(service, bench, many, check):
    client = {"Authorization": f"Bearer {bench.tokens[roles.STAFF]}", "Accept_Encoding": "gzip"}
    _, plain, body = fetch(service, "/v1/orders?limit=50", **client)
    check("a program's list is plain", plain["Content-Encoding"] is None, plain.items())
    _, headers, packed = fetch(service, "/v1/orders?limit=50", Sec_Fetch_Site="same-origin", **client)
    check("a page's is compressed", headers["Content-Encoding"] == "gzip" and len(packed) < len(body) / 5, len(packed))
    check("and has the same text", len(json.loads(gzip.decompress(packed))["orders"]) == 50, headers.items())
    check("caches are told", "Accept-Encoding" in headers["Vary"], headers["Vary"])
    one = json.loads(body)["orders"][0]["orderId"]
    _, headers, _ = fetch(service, f"/v1/orders/{one}", Sec_Fetch_Site="same-origin", **client)
    check("the tag of other bytes is a weak one", headers["ETag"] == 'W/"1"', headers.items())


def opened_without_scripts(browser, service, path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{service.port}{path}")
    return page, context


def test_tables_of_the_apis_page_fit_a_phone(browser, service, check):
    page, _ = opened(browser, service, "/docs", viewport={"width": 390, "height": 844})
    cut = page.evaluate("""() => [...document.querySelectorAll(".api .table, .api td")]
        .filter((cell) => cell.scrollWidth > cell.clientWidth + 1).length""")
    check("no cell is cut off", cut == 0, cut)
    page.set_viewport_size({"width": 1280, "height": 800})
    narrow = page.evaluate("""() => [...document.querySelectorAll(".api td:last-child")]
        .filter((cell) => cell.textContent.length > 60 && cell.clientWidth < 260).length""")
    check("at 1280 px no meaning stands in a narrow column", narrow == 0, narrow)
    page.keyboard.press("/")
    page.keyboard.type("tracking-links")
    shown = page.locator(".api > nav li:visible").count()
    check("the search leaves what was asked for", 2 <= shown <= 4, shown)


def test_the_apis_page_is_searched_by_its_text(browser, service, check):
    page, _ = opened(browser, service, "/docs#dispatchParcel", viewport={"width": 390, "height": 844})
    marked = "document.querySelector('.api nav [aria-current]')?.hash"
    page.wait_for_function(f"{marked} === '#dispatchParcel'")
    page.keyboard.press("/")
    for words in ("refund", "429", "parcelUnknown", "Idempotency-Key", "/v1/orders/{id}/dispatch"):
        page.fill("#filter", words)
        shown = page.locator(".api > nav li:visible").count()
        check(f"“{words}” is found", 1 <= shown < 60 and "Enter" in page.inner_text(".filter [role=status]"), shown)
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash === '#dispatchParcel'")
    check("Enter closes the contents on a phone", not page.is_visible("#filter"))
    page.keyboard.press("/")
    page.fill("#filter", "xylophone")
    told = page.inner_text(".filter [role=status]")
    check("what is not there is said to be", told == "Nothing on this page has these words.", told)
    page.fill("#filter", "")
    check("the whole names stand in the menu", page.locator(".api > nav li", has_text="/v1/stats").count() == 1)


def test_the_first_page_tells_readiness_and_the_first_requests(browser, service, check):
    page, errors = opened(browser, service, "/")
    page.wait_for_selector("#health[data-state=live]")
    check("it tells that the service is ready", page.inner_text("#health") == "Ready", page.inner_text("#health"))
    check("it names the service's own address", f"127.0.0.1:{service.port}/v1/orders" in page.inner_text("pre"), "")
    check("and the development key", "Development key" in page.inner_text("main"), errors)


def test_an_operator_signs_in_and_replays_by_keyboard(browser, service, operator, check):
    bench = Bench(service, check)
    for number in range(3):
        bench.expect(f"order {number} is placed", 201, "POST", "/v1/orders", order())
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{service.port}/operator")
    page.wait_for_selector("#sign-in:not([hidden])")
    page.focus("#sign-in-token")
    page.keyboard.press("Enter")
    check(
        "an empty form says so",
        page.inner_text("#sign-in-error") == "Paste a token.",
        page.inner_text("#sign-in-error"),
    )
    page.keyboard.insert_text(f' "Bearer {operator}" ')
    page.keyboard.press("Enter")
    page.wait_for_selector("#page:not([hidden]) [data-projection=stats]")
    check("the page tells who is signed in", page.inner_text("[data-session=who]") == "operator olga", "")
    found = violations(page)
    check("it has no fault of accessibility", found == [], found)
    page.wait_for_selector("#log >> text=PostgreSQL")
    facts = page.inner_text("#log")
    check("it shows the log's size", "Log" in facts and "B" in facts, facts)
    button = page.locator("[data-projection=stats] button")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    check("Escape starts nothing", page.locator(".toast").count() == 0, "")
    check("and the focus is where it was", button.evaluate("(it) => it === document.activeElement"), "")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast >> text=has begun")
    page.wait_for_selector("[data-projection=stats] >> text=version 2")
    page.click("[data-session=sign-out]")
    page.wait_for_selector("#sign-in:not([hidden])")
    check("signed out, the numbers are gone", page.is_hidden("#page"), "")


def test_an_operator_cancels_a_replay(browser, service, operator, check):
    """The replay waits for a lock of the test's, so that it is seen for as long as the test wants."""
    with visit(browser, service, operator, "/operator") as page, Holder(service, ACTIVE):
        page.click("[data-projection=orders] button")
        page.click("dialog button >> text=Start replay")
        page.wait_for_selector("[data-projection=orders] progress:visible")
        words = page.inner_text("[data-projection=orders]")
        check("the progress is shown in words too", "%" in words, words)
        page.click("[data-projection=orders] button >> text=Cancel")
        page.click("dialog button >> text=Cancel replay")
        page.wait_for_selector(".toast >> text=/is cancelled|will end soon/", timeout=60_000)
    with visit(browser, service, operator, "/operator") as page:
        page.wait_for_selector("[data-projection=orders] button >> text=Replay")
        page.wait_for_selector("[data-projection=orders] progress", state="hidden")
        served = page.inner_text("[data-projection=orders]")
        check("the version from before is served", "Serving, version 1" in served, served)


def test_staff_are_told_that_the_page_is_for_operators(browser, service, check):
    token = service.token("staff", "*", "<b>anna</b>\u202e")
    with visit(browser, service, token, "/operator") as page:
        page.wait_for_selector("[data-session=notice]:not([hidden])")
        notice = page.inner_text("[data-session=notice]")
        check("the notice names both roles", "staff" in notice and "operator" in notice, notice)
        check("and hostile names are texts", "<b>anna</b>" in notice and page.is_hidden("#page"), notice)


def test_the_page_tells_that_the_service_has_gone_and_come_back(browser, binary, check):
    service = Service(binary)
    try:
        service.start()
        with visit(browser, service, service.token("operator", "*"), "/operator") as page:
            page.wait_for_selector("#live[data-state=live]")
            service.kill()
            page.wait_for_selector("#live[data-state=reconnecting]", timeout=20_000)
            check("it tells why", "Not reachable" in page.inner_text("#ready"), page.inner_text("#ready"))
            service.start()
            page.wait_for_selector("#live[data-state=live]", timeout=60_000)
            check("and is well again", page.inner_text("#ready-word") == "Ready", page.inner_text("#ready"))
    finally:
        service.close()


def test_the_status_tells_messages_without_details(service, check):
    bench = Bench(service, check)
    answer = bench.expect("an operator reads it", 200, "GET", "/v1/status", role=roles.OPERATOR)
    status = answer.json
    check("it tells version and sizes", status["database"]["logBytes"] > 0 and status["version"], status)
    # The first answer may be old, and has the sizes measured anew.
    seen = {bench.send("GET", "/v1/status", role=roles.OPERATOR).json["database"]["measuredAt"] for _ in range(5)}
    check("sizes are measured once in a while", len(seen) <= 2, seen)
    for failure in status["failures"]:
        check(
            "a failure is a message that counts",
            set(failure) == {"level", "message", "count", "firstAt", "lastAt"},
            failure,
        )
