/** The feed: what happened, the newest first. */

import { h } from "./dom.js";
import { formatClock, formatMoney } from "./format.js";
import { foreign, orderPath, statusChip } from "./staff-parts.js";
import { eventFacts, eventPhrase } from "./words.js";

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
