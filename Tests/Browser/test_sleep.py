"""docs/clients/waybill-stream.js on a phone: the page is frozen, or the network goes and comes back."""

import contextlib
import http.server
import json
import threading

from support.browser.cutting_proxy import CuttingProxy
from support.browser.pages import helper_pages
from support.browser.sleeping import sleeping_page
from support.client import Client, read_log
from support.orders import order
from support.waiting import wait_for

FRAME = "event: status\nid: e-{}\ndata: {{}}\n\n"


def test_a_frozen_page_shows_every_event_once_it_is_thawed(service, check):
    service.start()
    staff, backend = service.token("staff", "*"), service.token("backend", "aurora")

    def place(count):
        client = Client(service.port, backend)
        for _ in range(count):
            client.insist("POST", "/v1/orders", order())

    def shown():
        return page.evaluate("seen.map(({ id }) => id)")

    place(1)
    start = json.loads(read_log(service.port, staff)[-1])["position"]
    proxy = CuttingProxy(service.port, staff, helper_pages(), cuts=0, seed=1)
    try:
        with sleeping_page(f"{proxy.url}/helper.html") as page:
            wait_for(lambda: page.evaluate("window.ready"), 30, "the page is open")
            page.evaluate("document.addEventListener('freeze', () => { window.froze = true; })")
            page.evaluate(f"void follow('/v1/stream?after={start}')")
            place(3)
            wait_for(lambda: len(shown()) == 3, 30, "the page follows")
            page.freeze()
            wait_for(lambda: page.evaluate("window.froze"), 10, "the page is frozen")
            place(3)
            service.kill()
            service.start()
            place(3)
            check("a frozen page shows nothing", len(shown()) == 3, shown())
            page.thaw()
            wanted = [json.loads(line)["position"] for line in read_log(service.port, staff)[1:]]
            try:
                wait_for(lambda: len(shown()) >= len(wanted), 40, "the page shows all")
            finally:
                check("then it shows every event once and in order, over a kill", shown() == wanted, shown())
    finally:
        proxy.close()


class Streams(http.server.ThreadingHTTPServer):
    """Serves the helper's page, and a stream that asks for ten minutes and breaks off when it is told to."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.opened, self.broken = 0, threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text, media_type = helper_pages().get(self.path, ("", "text/event-stream"))
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        if self.path != "/stream":
            self.end_headers()
            self.wfile.write(text.encode())
            return
        self.server.opened += 1
        # More than comes: a browser takes the end for a lost connection.
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(f"retry: 600000\n{FRAME.format(self.server.opened)}".encode())
        self.server.broken.wait(60)
        self.server.broken.clear()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def streams():
    server = Streams()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.broken.set()
        server.shutdown()
        server.server_close()


def test_a_network_that_is_back_ends_the_wait_after_a_failure(browser, check):
    with streams() as server:
        page = browser.new_page()
        page.goto(f"{server.url}/helper.html")
        page.wait_for_function("window.ready")
        page.evaluate("void follow('/stream')")
        page.wait_for_function("seen.length === 1")
        server.broken.set()
        page.wait_for_function("opened === 2")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        check("a page that is shown again keeps to the delay", server.opened == 1, server.opened)
        page.context.set_offline(True)
        page.context.set_offline(False)
        try:
            page.wait_for_function("seen.length === 2", timeout=20_000)
        finally:
            shown = page.evaluate("seen.map(({ id }) => id)")
            check("a network that is back ends it", shown == ["e-1", "e-2"], shown)
        page.close()
