#!/usr/bin/env python3
"""The figures of the service's pages in Chromium, by the browser's own measures: what a first view loads and when it
paints, the time from a command to the screen, and long tasks beside a fast feed.

Runs in the environment of the Python tests, which has Playwright: Scripts/bench pages.
"""

import argparse
import datetime
import os
import statistics
import sys
import threading

sys.dont_write_bytecode = True
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(root, "Tests"))

import bench_report
from playwright.sync_api import sync_playwright

from support import roles
from support.bench import Bench
from support.browser.feed import append, place_many
from support.browser.first_view import SLOW_3G
from support.browser.places import places, tracked_order
from support.client import Client
from support.service import Service

# Orders of the feed, and events a second: 10,000 a minute.
ORDERS, RATE = 150, 167

FIRST_VIEWS = "First views"
CHANGES = "From a command to the screen, and tasks of 50 ms or more"

# Notes the time of the first frame after the page says a word: two frames on, the first one with it is on the screen.
WATCH = """([selector, word]) => {
    window.shown = new Promise((done) => {
        const look = () => {
            const text = document.querySelector(selector)?.textContent ?? "";
            if (!text.includes(word)) return false;
            observer.disconnect();
            const now = () => done(performance.timeOrigin + performance.now());
            requestAnimationFrame(() => requestAnimationFrame(now));
            return true;
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
        look();
    });
}"""

TASKS = """() => {
    window.tasks = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.tasks.push(entry.duration);
    }).observe({ type: "longtask" });
}"""


class Pages:
    def __init__(self, binary, chromium):
        self.chromium = chromium
        self.service = Service(binary)
        self.service.start()
        self.bench = Bench(self.service, None)
        self.orders = place_many(self.bench, ORDERS)
        self.tracked = tracked_order(self.bench)
        self.places = places(self.tracked)

    def open(self, place, line=None):
        return place.open(self.chromium, self.bench, line)

    def close(self):
        self.service.close()

    def views(self, place):
        """A run of first views: one on this machine's own line and one on a slow one."""
        page, view = self.open(place)
        page.context.close()
        slow, slow_view = self.open(place, SLOW_3G)
        slow.context.close()
        print(f"{place.name}: {view.bytes} bytes, {view.sizes}", flush=True)
        return {
            "first view": (view.bytes / 1000, "kB"),
            "requests": (view.requests, ""),
            "first paint": (view.paint, "ms"),
            "first paint, slow 3G": (slow_view.paint, "ms"),
        }

    def change(self, place, number):
        """Milliseconds from a command's answer to the frame that shows it."""
        page, _ = self.open(place)
        # The feed shows an order's number, the other pages a note's text.
        word = f"GLASS-{number}-{place.name}"
        page.evaluate(WATCH, [place.changing, word])
        if place.changing == "#feed-list":
            self.bench.place(number=word)
        else:
            self.tracked.send("note", text=word, visibility="customer")
        answered = datetime.datetime.now(datetime.UTC).timestamp() * 1000
        shown = page.evaluate("() => window.shown")
        page.context.close()
        return shown - answered

    def tasks(self, place, seconds):
        """The long tasks of an open page beside the feed; its order is among those of the feed."""
        page, _ = self.open(place)
        page.evaluate(TASKS)
        client = Client(self.service.port, self.bench.tokens[roles.BACKEND])
        feed = threading.Thread(target=append, args=(client, [*self.orders, self.tracked.order_id], RATE, seconds))
        feed.start()
        page.wait_for_timeout(seconds * 1000)
        feed.join()
        found = page.evaluate("() => window.tasks")
        page.context.close()
        return found


def measure(pages, runs, seconds):
    """Figures by page and name: their unit, and a value for each run."""
    figures = {}

    def add(place, name, value, unit):
        figures.setdefault((place.name, name), (unit, []))[1].append(value)

    for run in range(runs):
        for place in pages.places:
            for name, (value, unit) in pages.views(place).items():
                add(place, name, value, unit)
            if place.changing:
                add(place, "event to glass", pages.change(place, run), "ms")
            if place.role or place.changing:
                found = pages.tasks(place, seconds)
                add(place, "long tasks a minute", len(found) * 60 / seconds, "")
                add(place, "longest", max(found, default=0), "ms")
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10, help="the length of the feed beside each page")
    bench_report.add_options(parser)
    options = parser.parse_args()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        pages = Pages(options.binary, chromium)
        try:
            figures = measure(pages, options.runs, options.seconds)
            version = chromium.version
        finally:
            pages.close()
            chromium.close()
    for (place, name), (unit, values) in figures.items():
        print(f"{place:20} {name:24} {statistics.median(values):10.1f} {unit:4} {[round(value) for value in values]}")
    options.note.insert(0, f"Chromium {version}, headless, without a graphics card.")
    bench_report.write(
        options,
        "pages",
        "the pages in a browser",
        f"--runs {options.runs} --seconds {options.seconds}",
        [bench_report.figure(place, name, *values) for (place, name), values in figures.items()],
        {
            FIRST_VIEWS: ["first view", "requests", "first paint", "first paint, slow 3G"],
            CHANGES: ["event to glass", "long tasks a minute", "longest"],
        }.items(),
    )


if __name__ == "__main__":
    main()
