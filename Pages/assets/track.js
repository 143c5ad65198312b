/**
 * The customer's page while it is open. The service renders every state of it, so an event says only that there is
 * something new: then the page is fetched again, and what differs is replaced.
 */
import { toast } from "./dom.js";
import { morph } from "./morph.js";
import { follow, liveMark } from "./stream.js";

const LONGEST_TIMER = 2 ** 31 - 1;
const LINKED_DATA = "script[type='application/ld+json']";

const main = document.querySelector("#main");
const texts = document.querySelector("#words").dataset;
const element = (selector) => document.querySelector(selector);

const mark = liveMark(element("[data-live]"), {
    live: texts.live, current: texts.current, reconnecting: texts.reconnecting, ended: texts.reconnecting,
});
let [connection, hasEnded] = ["connecting", false];

/** Nothing is to come any more: then the page is complete rather than live. */
const showConnection = (state = connection) => {
    connection = state;
    if (state === "connecting" || hasEnded) return;
    mark(state === "live" && main.hasAttribute("data-over") ? "current" : state);
};

// The newest rendering

/** Fetches the page, one request at a time; what happens meanwhile is fetched together, after a pause that grows. */
class Refresher {
    #isRunning = false;
    #isWanted = false;
    #failures = 0;
    #tag;
    #wake = () => {};

    async refresh() {
        this.#isWanted = true;
        // A sign that the service is back ends the wait after a failure, but not the pause between two pages.
        if (this.#failures > 0) this.#wake();
        if (this.#isRunning || hasEnded) return;
        this.#isRunning = true;
        let pause = 100;
        while (this.#isWanted && !hasEnded) {
            this.#isWanted = false;
            const delay = await this.#once();
            await new Promise((resolve) => {
                this.#wake = resolve;
                setTimeout(resolve, delay || pause);
            });
            pause = Math.min(pause * 2, 1000);
        }
        this.#isRunning = false;
    }

    /** Returns the milliseconds to wait before another try; 0 after a success. */
    async #once() {
        let wait = 0;
        try {
            const headers = { Accept: "text/html", ...(this.#tag ? { "If-None-Match": this.#tag } : {}) };
            const signal = AbortSignal.timeout(15_000);
            const response = await fetch(address(), { headers, cache: "no-store", signal });
            if (response.status === 200 || response.status === 404) {
                const page = new DOMParser().parseFromString(await response.text(), "text/html");
                const isOurs = page.querySelector(response.status === 404 ? "main[data-gone]" : "main[data-version]");
                if (!isOurs) throw new Error("the answer is not of this service");
                this.#tag = response.headers.get("ETag") ?? undefined;
                show(page);
            } else if (response.status !== 304) {
                wait = 1000 * Number(response.headers.get("Retry-After") ?? 0);
                throw new Error(`the service answered with ${response.status}`);
            }
            this.#failures = 0;
            plan();
            return 0;
        } catch {
            // The network or the service is away. The mark says so as soon as the stream notices.
            this.#isWanted = true;
            this.#failures += 1;
            return Math.max(wait, Math.min(500 * 2 ** this.#failures, 30_000) * (0.75 + Math.random() / 2));
        }
    }
}

/** The page's own address, with the reader's time zone where the order does not say where it goes. */
const address = () => {
    const url = new URL(location.href);
    url.hash = "";
    if (main.dataset.zone === "unknown") {
        const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
        if (zone) url.searchParams.set("zone", zone);
    }
    return url;
};

/** Puts a newer rendering in the place of the page. */
const show = (page) => {
    const summary = element("#summary").textContent;
    const focused = document.activeElement;
    const next = page.querySelector("main");
    hasEnded = next.hasAttribute("data-gone");
    const changed = morph(main, next);
    noteDue();
    if (hasEnded) end();
    document.title = page.title;
    replaceIcon(page.querySelector("link[rel=icon]")?.getAttribute("href"));
    element(LINKED_DATA).textContent = page.querySelector(LINKED_DATA)?.textContent ?? "";
    offer();
    showConnection();
    if (focused && !focused.isConnected) main.focus({ preventScroll: true });
    const news = element("#summary").textContent;
    if (news === summary) return;
    // Screen readers hear what a glance shows.
    element("#said").textContent = news;
    for (const one of changed) flash(one);
    notify(news);
};

const replaceIcon = (href) => {
    const icon = element("link[rel=icon]");
    if (href && icon && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
};

const flash = (changed) => {
    const part = changed.closest("li, dd, .notice, .card, p");
    if (!part || part.hidden) return;
    part.classList.add("changed");
    setTimeout(() => part.classList.remove("changed"), 3000);
};

const end = () => {
    stream?.close();
    clearTimeout(timer);
    element("header.top")?.remove();
    element(".skip")?.remove();
};

// Time: “today” becomes another day, and a silent parcel is said to be one

let timer, due;

/** Notes when the rendering that the page shows is over; an answer that it is current still leaves that as it was. */
const noteDue = () => { due = Date.now() + Number(main.dataset.refresh) * 1000; };
const plan = () => {
    clearTimeout(timer);
    if (hasEnded) return;
    const left = due - Date.now();
    // The service knows better than a reader's clock that was set forward.
    timer = setTimeout(() => refresher.refresh(), left > 0 ? Math.min(left, LONGEST_TIMER) : 60_000);
};

// Printing: a heading says nothing on paper without what it opens

window.addEventListener("beforeprint", () => {
    for (const closed of document.querySelectorAll("details:not([open])")) {
        closed.open = true;
        closed.dataset.printed = "";
    }
});
window.addEventListener("afterprint", () => {
    for (const opened of document.querySelectorAll("details[data-printed]")) {
        opened.open = false;
        delete opened.dataset.printed;
    }
});

// Copying and notifying

/** Shows the buttons that need a script, also in new parts of the page. */
const offer = () => {
    if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
    const button = element("[data-notify]");
    if (button && canNotify()) button.hidden = false;
};

document.addEventListener("click", async (event) => {
    const copy = event.target.closest?.("[data-copy]");
    if (copy) {
        await navigator.clipboard.writeText(copy.closest("dd").querySelector("[data-number]").textContent);
        toast(texts.copied, "good", 2500);
    } else if (event.target.closest?.("[data-notify]")) {
        await toggleNotifying();
    }
});

const canNotify = () => window.isSecureContext && "Notification" in window && Notification.permission !== "denied";
let isNotifying = false;

const toggleNotifying = async () => {
    if (!isNotifying && (await Notification.requestPermission()) !== "granted") {
        note(texts.notifyRefused);
        return;
    }
    setNotifying(!isNotifying);
    sessionStorage.setItem("waybill-notify", isNotifying ? location.pathname : "");
};

const setNotifying = (isOn) => {
    isNotifying = isOn;
    element("[data-notify]")?.setAttribute("aria-pressed", isOn);
    note(isOn ? texts.notifyNote : "");
};

const note = (text) => {
    const place = element("[data-notify-note]");
    // A settled order has none.
    if (!place) return;
    place.textContent = text;
    place.hidden = text === "";
};

const notify = (news) => {
    if (!isNotifying || !document.hidden) return;
    const { lang, dir } = document.documentElement;
    try {
        new Notification(document.title, { body: news, tag: main.dataset.stream, icon: main.dataset.icon, lang, dir });
    } catch {
        // Some phones notify by service workers alone.
        setNotifying(false);
        note(texts.notifyRefused);
    }
};

// The stream. It goes on where it was cut, so a new connection is no news by itself: after a restart thousands of
// pages come back at once, and only those that missed something ask for it.

const refresher = new Refresher();
const stream = follow(main.dataset.stream, {
    lastEventId: main.dataset.after,
    onEvent: ({ type, data }) => {
        const isKnown = (type === "status" || type === "update" || type === "snapshot")
            && data.version <= Number(main.dataset.version);
        const isNews = type !== "bye" || data.reason === "tokenExpired";
        if (!isKnown && isNews) refresher.refresh();
    },
    onState: showConnection,
    // A link that is dead has a page of its own, which says so.
    onRefused: () => refresher.refresh(),
});

// After a sleep, a way back or an offline time the page may be old before the stream notices.
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresher.refresh(); });
document.addEventListener("resume", () => refresher.refresh());
window.addEventListener("online", () => refresher.refresh());
window.addEventListener("pageshow", (event) => { if (event.persisted) refresher.refresh(); });

offer();
noteDue();
plan();
if (canNotify() && Notification.permission === "granted"
    && sessionStorage.getItem("waybill-notify") === location.pathname) setNotifying(true);
if (main.dataset.zone === "unknown") refresher.refresh();
