/** The small parts that the board and the order page share. */

import { get } from "./api.js";
import { chip, h, setText } from "./dom.js";
import { formatClock, formatMoney, formatNumber, formatTime, toneOf } from "./format.js";
import { liveMark } from "./stream.js";
import { phrase } from "./words.js";

/** A status as a chip. Its shape and its word tell it, not its colour alone. */
export function statusChip(status) {
    return chip(toneOf(status), phrase(status));
}

/** A text that somebody else wrote: isolated, so that its direction and its overrides end with it. */
export function foreign(text, attributes = {}) {
    return h("bdi", attributes, text ?? "");
}

/** The address of an order's page. */
export function orderPath(orderId) {
    return `/staff/orders/${encodeURIComponent(orderId)}`;
}

/** An amount by its currency; an em dash without one. */
export function amount(value) {
    return value?.currency ? formatMoney(value) : "—";
}

const DAY = 86_400_000;

/** The statuses of orders that nothing more is expected of. */
const OVER = new Set(["delivered", "returned", "cancelled"]);

/** Tells whether an order has ended by its status. */
export function isOver(status) {
    return OVER.has(status);
}

/**
 * The mark of an order at a time, or undefined.
 *
 * - `late`: the promise, or without one the expected time, has passed.
 * - `slipping`: the promise stands, and arrival is expected after it.
 * - `due`: the promise, or without one the expected time, ends within a day.
 *
 * @returns `{ kind, at }`, where `at` is the milliseconds of the promised or expected time.
 */
export function mark({ status, promised, eta }, now) {
    if (isOver(status)) return undefined;
    const promise = promised && Date.parse(promised.latest), expected = eta && Date.parse(eta.latest);
    const limit = promise ?? expected;
    if (limit === undefined || Number.isNaN(limit)) return undefined;
    if (limit < now) return { kind: "late", at: limit };
    if (promise !== undefined && expected > promise) return { kind: "slipping", at: expected };
    if (limit < now + DAY) return { kind: "due", at: limit };
    return undefined;
}

const SIZES = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1], ["millisecond", 0.001]];

/** A duration in one unit, for narrow places: “2.1 hr”. */
export function shortDuration(seconds, unitDisplay = "short") {
    const [unit, size] = SIZES.find(([, size]) => seconds >= size) ?? SIZES.at(-1);
    const value = seconds / size;
    return formatNumber(value, { style: "unit", unit, unitDisplay, maximumFractionDigits: value < 10 && size > 1 ? 1 : 0 });
}

/** The words of a mark: “Late 2 d”, and their longer form. */
export function markWords({ kind, at }, now) {
    const span = shortDuration(Math.abs(at - now) / 1000);
    const when = formatTime(new Date(at).toISOString());
    if (kind === "late") return { short: `Late ${span}`, long: `Late: expected until ${when}` };
    if (kind === "slipping") return { short: "After promise", long: `Expected after the promise: ${when}` };
    return { short: `Due in ${span}`, long: `Due until ${when}` };
}

/** Milliseconds from one question for readiness to the next. */
const READY = 3000;

/**
 * The live mark of a page that follows a stream. A stream stays open over a database that stands still, so the service
 * is also asked whether it is ready.
 */
export class Liveness {
    #state = "connecting";
    #words = {};
    #isReady = true;
    #timer; #since; #wasReady; #hasBeenLive; #isLive; #mark; #onChange;

    /** - onChange: called with whether the page is live, and whether it has been. */
    constructor(element, onChange = () => {}) {
        this.#mark = liveMark(element, this.#words);
        this.#onChange = onChange;
    }

    begin() {
        this.end();
        this.#timer = setTimeout(() => this.#ask(), READY);
    }

    async #ask() {
        clearTimeout(this.#timer);
        if (document.visibilityState === "visible") {
            this.#isReady = await get("/readyz", { timeout: READY }).then(() => true, () => false);
            if (this.#isReady) this.#wasReady = Date.now();
            this.#tell();
        }
        if (this.#timer) this.begin();
    }

    end() {
        clearTimeout(this.#timer);
        this.#timer = undefined;
    }

    /** Takes a state of the stream. */
    take(state) {
        this.#state = state;
        this.#tell();
        // It was not ready while it was away.
        if (state === "live" && !this.#isReady) this.#ask();
    }

    #tell() {
        const isStreaming = this.#state === "live", isLive = isStreaming && this.#isReady;
        if (isLive) {
            [this.#hasBeenLive, this.#since] = [true, undefined];
            this.#mark("live");
        } else if (this.#state === "ended" || !this.#hasBeenLive) {
            this.#mark(isStreaming ? "connecting" : this.#state);
        } else {
            this.#since ??= isStreaming && this.#wasReady || Date.now();
            this.#words.reconnecting = `${isStreaming ? "Not ready." : "Reconnecting…"} As of ${formatClock(this.#since)}`;
            this.#mark("reconnecting");
        }
        if (isLive === this.#isLive) return;
        this.#isLive = isLive;
        this.#onChange(isLive, this.#hasBeenLive);
    }
}

/**
 * Writes an address whose former one “Back” brings again. Changes in quick succession, such as steps through time or
 * letters of a search, are one.
 */
export const goTo = (() => {
    let last = -Infinity;
    return (address, isStep) => {
        const isNew = !isStep || performance.now() > last + 1000;
        last = isStep ? performance.now() : -Infinity;
        history[isNew ? "pushState" : "replaceState"](null, "", address);
    };
})();

/** Runs the work once in the next frame, however often it is asked for. */
export function perFrame(work) {
    let isDue = false, timer;
    const run = () => {
        if (!isDue) return;
        isDue = false;
        clearTimeout(timer);
        work();
    };
    return () => {
        if (isDue) return;
        isDue = true;
        requestAnimationFrame(run);
        // A hidden page has no frames, and must not gather what waits for one.
        timer = setTimeout(run, 500);
    };
}

/** Runs the work at most once in so many milliseconds: at once, and again at the end where it was asked for meanwhile. */
export function atMostEvery(milliseconds, work) {
    let last = -Infinity, timer;
    return () => {
        if (timer) return;
        const wait = Math.max(0, last + milliseconds - performance.now());
        timer = setTimeout(() => {
            timer = undefined;
            last = performance.now();
            work();
        }, wait);
    };
}

/** Lets at most so many tasks run at once; the others wait in order. */
export function pool(size) {
    const waiting = [];
    let running = 0;
    const next = () => {
        while (running < size && waiting.length) {
            const { task, resolve, reject } = waiting.shift();
            running += 1;
            task().then(resolve, reject).finally(() => {
                running -= 1;
                next();
            });
        }
    };
    return (task) => new Promise((resolve, reject) => {
        waiting.push({ task, resolve, reject });
        next();
    });
}

/** Copies a text; also where the page has no secure context. */
async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) {
        await navigator.clipboard.writeText(text);
        return;
    }
    const area = h("textarea", { class: "visually-hidden", readonly: true }, text);
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    if (!isDone) throw new Error("the browser does not copy");
}

/** A button that copies a text and says so. */
export function copyButton(text, words) {
    const button = h("button", { type: "button", class: "button quiet little", "aria-label": words }, "Copy");
    button.addEventListener("click", async () => {
        const isDone = await copy(text).then(() => true, () => false);
        setText(button, isDone ? "Copied" : "Select it by hand");
        setTimeout(() => setText(button, "Copy"), 2000);
    });
    return button;
}
