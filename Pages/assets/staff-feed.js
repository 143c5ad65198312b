/** The feed: what happened, the newest first. */

import { h } from "./dom.js";
import { formatClock, formatMoney } from "./format.js";
import { foreign, orderPath, statusChip } from "./staff-parts.js";
import { eventFacts, eventPhrase } from "./words.js";

/** The newest events of a feed: bounded, and held back while somebody reads. */
export class Feed {
    /** @param limit the most events that are kept. */
    constructor(limit = 100) {
        this.limit = limit;
        /** The events that are shown, the newest first. */
        this.shown = [];
        /** The number of events that wait for the end of the pause, those that conflation left out included. */
        this.waiting = 0;
        this.isPaused = false;
        this.held = [];
    }

    /** Takes events, the oldest first. One that is known already, since its stream began anew, is left out. */
    add(all) {
        const known = new Set([...this.shown, ...this.held].map((event) => event.position));
        const events = all.filter((event) => !known.has(event.position));
        if (this.isPaused) {
            for (const event of events) this.waiting += 1 + (event.skipped ?? 0);
            this.held = this.#newest(this.held, events);
        } else {
            this.shown = this.#newest(this.shown, events);
        }
    }

    pause() {
        this.isPaused = true;
    }

    resume() {
        this.isPaused = false;
        this.shown = [...this.held, ...this.shown].slice(0, this.limit);
        this.#forget();
    }

    /** Forgets all events, shown and waiting. */
    clear() {
        this.shown = [];
        this.#forget();
    }

    #forget() {
        this.held = [];
        this.waiting = 0;
    }

    #newest(older, events) {
        return [...events.slice(-this.limit).reverse(), ...older].slice(0, this.limit);
    }
}

/** The most events on the page. */
const SHOWN = 60;

function item(event) {
    const changed = event.statusBefore !== undefined && event.statusBefore !== event.status;
    const facts = eventFacts(event, formatMoney);
    return h("li", { class: "feed-item", "data-position": event.position },
        h("div", { class: "feed-line" },
            h("span", { class: "feed-type" }, eventPhrase(event.type)),
            h("time", { class: "feed-time", datetime: event.recordedAt }, formatClock(event.recordedAt))),
        h("div", { class: "feed-line" },
            h("a", { href: `${orderPath(event.orderId)}?version=${event.version}` }, foreign(event.number)),
            h("span", { class: "feed-shop" }, foreign(event.shop))),
        facts && h("div", { class: "feed-facts" }, foreign(facts)),
        (changed || event.type === "OrderPlaced") && h("div", { class: "feed-status" },
            changed && [statusChip(event.statusBefore), h("span", { class: "feed-arrow" }, "→"), h("span", { class: "visually-hidden" }, " became ")],
            statusChip(event.status)),
        event.skipped > 0 && h("div", { class: "feed-skipped" },
            `and ${event.skipped} earlier ${event.skipped === 1 ? "event" : "events"} of this order`));
}

/** Shows a `Feed` in an element: only events that are not there yet are made, at most as many as are shown. */
export class FeedView {
    constructor(list, empty) {
        this.list = list;
        this.empty = empty;
        this.items = new Map();
    }

    render(feed) {
        const events = feed.shown.slice(0, SHOWN);
        const kept = new Set(events.map((event) => event.position));
        for (const [position, element] of this.items) {
            if (kept.has(position)) continue;
            element.remove();
            this.items.delete(position);
        }
        let place = this.list.firstElementChild;
        for (const event of events) {
            let element = this.items.get(event.position);
            if (!element) {
                element = item(event);
                this.items.set(event.position, element);
            }
            if (place === element) place = place.nextElementSibling;
            else this.list.insertBefore(element, place);
        }
        this.empty.hidden = events.length > 0;
    }
}
