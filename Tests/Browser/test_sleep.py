"""docs/clients/waybill-stream.js on a phone whose network goes and comes back."""

import contextlib
import http.server
import threading

from support.browser.pages import helper_pages

FRAME = "event: status\nid: e-{}\ndata: {{}}\n\n"


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
