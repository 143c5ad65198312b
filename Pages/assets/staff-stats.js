/** The figures beside the list: counts per status, the charts of the last hour, time in status, the attention queue. */

import { h, setText, svg } from "./dom.js";
import { formatAgo, formatNumber } from "./format.js";
import { foreign, orderPath, shortDuration, statusChip } from "./staff-parts.js";
import { phrase, reasonPhrase, STATUSES } from "./words.js";

const WIDTH = 300, HEIGHT = 64, GAP = 1;

/** A chart of one bar a minute, whose bars stay the same elements. */
export class MinuteChart {
    /** - of: the value of a minute; - unit: its word, such as “events”. */
    constructor(figure, of, unit) {
        this.of = of;
        this.unit = unit;
        this.now = figure.querySelector("[data-now]");
        this.peak = figure.querySelector("[data-peak]");
        this.label = svg("title");
        setText(this.label, `${phrase(unit)} a minute over the last hour.`);
        this.bars = Array.from({ length: 60 }, (_, index) => svg("rect", {
            x: index * (WIDTH / 60), width: WIDTH / 60 - GAP, y: HEIGHT, height: 0, rx: 1,
        }));
        this.bars.at(-1).setAttribute("class", "is-now");
        figure.querySelector("[data-chart]").append(
            svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", preserveAspectRatio: "none", class: "chart" },
                this.label, this.bars));
    }

    render(minutes) {
        const values = minutes.slice(-60).map(this.of);
        const top = Math.max(...values, 1);
        const last = values.at(-1) ?? 0;
        // The current minute is not over; the one before it tells the rate.
        const rate = Math.max(last, values.at(-2) ?? 0);
        setText(this.now, formatNumber(rate));
        setText(this.peak, `peak ${formatNumber(Math.max(...values, 0))}`);
        setText(this.label, `${phrase(this.unit)} a minute over the last hour: ${formatNumber(last)} in this minute, `
            + `${formatNumber(values.at(-2) ?? 0)} in the minute before, at most ${formatNumber(Math.max(...values, 0))}.`);
        const missing = 60 - values.length;
        for (const [index, bar] of this.bars.entries()) {
            const value = values[index - missing] ?? 0;
            // A minute with anything in it is seen.
            const height = value === 0 ? 0 : Math.max(2, value / top * HEIGHT);
            const text = height.toFixed(1);
            if (bar.getAttribute("height") === text) continue;
            bar.setAttribute("height", text);
            bar.setAttribute("y", (HEIGHT - height).toFixed(1));
        }
    }
}

/** The counts per status, each a switch of the filter. */
export class StatusCounts {
    /** - toggle: called with a status. */
    constructor(list, toggle) {
        this.counts = new Map();
        list.replaceChildren(...STATUSES.map((status) => {
            const count = h("span", { class: "count" }, "–");
            const button = h("button", { type: "button", class: "status-count", "aria-pressed": "false", "data-status": status },
                count, statusChip(status));
            button.addEventListener("click", () => toggle(status));
            this.counts.set(status, { count, button });
            return h("li", {}, button);
        }));
    }

    render(statuses, chosen) {
        for (const [status, { count, button }] of this.counts) {
            if (statuses) setText(count, formatNumber(statuses[status] ?? 0));
            button.setAttribute("aria-pressed", String(chosen.includes(status)));
        }
    }
}

/** The median and the 95th percentile of the time in each status. */
export class TimesInStatus {
    constructor(body) {
        this.rows = new Map();
        body.replaceChildren(...STATUSES.map((status) => {
            const cells = [h("td", {}, "–"), h("td", {}, "–"), h("td", {}, "0")];
            const row = h("tr", { hidden: true }, h("th", { scope: "row" }, statusChip(status)), cells);
            this.rows.set(status, { row, cells });
            return row;
        }));
    }

    render(times) {
        for (const [status, { row, cells }] of this.rows) {
            const time = times[status];
            row.hidden = !time;
            if (!time) continue;
            setText(cells[0], shortDuration(time.p50Seconds, "narrow"));
            setText(cells[1], shortDuration(time.p95Seconds, "narrow"));
            setText(cells[2], formatNumber(time.visits));
        }
    }
}

/** The orders of the attention queue that are shown at first, those that each "Show more" adds, and the most. */
const FIRST = 20, STEP = 100, MOST = 1000;

/** The newest orders that need attention, with age and reason. */
export class AttentionView {
    /** - ask: called when more orders than `limit` says before are to be shown. */
    constructor({ list, count, empty, more, shown }, ask) {
        Object.assign(this, { list, count, empty, more, shown });
        /** The most orders that are shown. */
        this.limit = FIRST;
        this.items = new Map();
        more.addEventListener("click", () => {
            this.limit = Math.min(this.limit === FIRST ? STEP : this.limit + STEP, MOST);
            more.disabled = true;
            // The first of those that come gets the focus, where the button had it.
            this.next = this.list.children.length;
            ask();
        });
    }

    render({ orders, newest }, now) {
        setText(this.count, formatNumber(orders));
        this.empty.hidden = orders > 0;
        this.shown.hidden = orders <= newest.length;
        setText(this.shown, `The newest ${formatNumber(newest.length)} of ${formatNumber(orders)}.`
            + (newest.length === MOST ? " Choose a shop, or show them in the list, to see others." : ""));
        this.more.hidden = orders <= newest.length || this.limit === MOST;
        this.more.disabled = false;
        let place = this.list.firstElementChild;
        const kept = new Map();
        for (const entry of newest) {
            // An entry that has not changed stays the same element, and keeps the focus.
            const key = JSON.stringify(entry), known = this.items.get(entry.orderId);
            const element = known?.key === key ? known.element : this.#item(entry);
            kept.set(entry.orderId, { key, element });
            if (place === element) place = place.nextElementSibling;
            else this.list.insertBefore(element, place);
        }
        for (const { element } of this.items.values()) if (kept.get(element.dataset.order)?.element !== element) element.remove();
        this.items = kept;
        if (this.next !== undefined && newest.length > this.next) {
            this.list.children[this.next].querySelector("a").focus();
            this.next = undefined;
        }
        this.tick(now);
    }

    #item(entry) {
        return h("li", { class: "attention-item", "data-order": entry.orderId },
            h("div", { class: "attention-line" },
                h("a", { href: orderPath(entry.orderId) }, foreign(entry.number)),
                h("time", { class: "attention-age", datetime: entry.since })),
            h("div", { class: "attention-reasons" }, entry.reasons.map(reasonPhrase).join(" · ")),
            h("div", { class: "attention-line" }, statusChip(entry.status), h("span", { class: "small soft" }, foreign(entry.shop))));
    }

    /** Whether somebody waits for more of the queue. */
    get isAwaiting() {
        return this.next !== undefined;
    }

    /** Lets somebody ask again after a request that failed. */
    fail() {
        this.more.disabled = false;
    }

    tick(now) {
        for (const time of this.list.querySelectorAll("time")) {
            setText(time, formatAgo(time.dateTime, now).replace(/ ago$/, ""));
        }
    }
}
