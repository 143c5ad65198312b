"""The first view of a page in Chromium: what it loads, and when it paints by the browser's own measures."""

import dataclasses

# A phone, as most customers have it.
PHONE = {"locale": "en-GB", "viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
# Bytes a second and milliseconds of a slow 3G line.
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}

PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"
# Ends when half a second has brought no further response; a stream has none, since it never ends.
QUIET = """() => new Promise((done) => {
    let timer;
    const wait = () => { clearTimeout(timer); timer = setTimeout(done, 500); };
    new PerformanceObserver(wait).observe({ type: "resource", buffered: true });
    wait();
})"""
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"


@dataclasses.dataclass
class FirstView:
    """The responses that ended until a page was ready: their bytes on the wire, with headers, by name in order."""

    sizes: list
    # Milliseconds from the navigation to the first text on the screen.
    paint: float

    @property
    def bytes(self):
        return sum(size for _, size in self.sizes)

    @property
    def requests(self):
        return len(self.sizes)


def first_view(context, url, ready="body", line=None):
    """Opens a page in a context whose cache is empty, and waits for the selector `ready`; leaves the page open."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    names, sizes = {}, []

    def begun(event):
        names[event["requestId"]] = event["request"]["url"].partition("?")[0].rpartition("/")[2]

    def ended(event):
        # The cache of the page itself answers some requests; they cost nothing.
        if event["encodedDataLength"] > 0:
            sizes.append((names.get(event["requestId"], "?"), event["encodedDataLength"]))

    session.on("Network.requestWillBeSent", begun)
    session.on("Network.loadingFinished", ended)
    if line:
        session.send("Network.emulateNetworkConditions", line)
    page.goto(url, wait_until="load", timeout=60_000)
    page.wait_for_selector(ready, state="attached", timeout=60_000)
    page.wait_for_function(PAINTED)
    # The requests of the scripts belong to the first view too.
    if not line:
        page.evaluate(QUIET)
    return page, FirstView(sizes, page.evaluate(PAINT))


def signed_in(browser, service, token, **options):
    """A context with a session and an empty cache."""
    context = browser.new_context(**{**PHONE, **options})
    if token:
        answer = context.request.post(f"{service.url}/session", headers={"Authorization": f"Bearer {token}"})
        if not answer.ok:
            raise RuntimeError(f"no session was opened: {answer.status} {answer.text()}")
    return context
