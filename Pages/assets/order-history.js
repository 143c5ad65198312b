/** All events of an order, the newest first, each with its actor, its cause and its JSON. */

import { h } from "./dom.js";
import { formatMoney, formatNumber, formatTime } from "./format.js";
import { foreign, statusChip } from "./staff-parts.js";
import { eventFacts, eventPhrase } from "./words.js";

/** The events that are added at a time, so that the page of an order with 10,000 events stays small. */
const STEP = 100;

const cause = (name, value) => value && [h("dt", {}, name), h("dd", { class: "code" }, foreign(value))];

function item(event, choose) {
    const isChange = event.statusBefore !== event.status;
    const facts = eventFacts(event, formatMoney);
    const link = h("a", { class: "event-version", href: `?version=${event.version}`, "aria-label": `The order as of event ${event.version}` }, `#${event.version}`);
    link.addEventListener("click", (click) => {
        if (click.ctrlKey || click.metaKey || click.shiftKey) return;
        click.preventDefault();
        choose(event.version);
    });
    const json = h("pre", { class: "event-json", tabindex: "0", hidden: true });
    const details = h("details", { class: "event-more" }, h("summary", {}, "Cause and JSON"),
        h("dl", { class: "facts" },
            cause("Command", event.commandId), cause("Correlation", event.correlationId), cause("Causation", event.causationId),
            cause("Position", event.position),
            h("dt", {}, "Recorded"), h("dd", {}, h("time", { datetime: event.recordedAt }, formatTime(event.recordedAt)))),
        json);
    details.addEventListener("toggle", () => {
        if (!details.open || json.textContent) return;
        json.textContent = JSON.stringify(event, null, 2);
        json.hidden = false;
    });
    return h("li", { class: "event", "data-version": event.version },
        h("div", { class: "event-line" }, link, h("strong", {}, eventPhrase(event.type)),
            isChange && h("span", { class: "feed-status" },
                event.statusBefore && [statusChip(event.statusBefore), h("span", { class: "feed-arrow" }, "→"), h("span", { class: "visually-hidden" }, " became ")],
                statusChip(event.status))),
        facts && h("div", { class: "event-facts" }, foreign(facts)),
        h("div", { class: "small soft" }, h("time", { datetime: event.occurredAt }, formatTime(event.occurredAt)),
            event.actor && [" · ", foreign(event.actor)]),
        details);
}

export class HistoryView {
    /** - choose: called with the version of the event that somebody wants to see. */
    constructor({ list, more, count }, choose) {
        Object.assign(this, { list, more, count, choose });
        this.items = new Map();
        this.limit = STEP;
        more.addEventListener("click", () => {
            this.limit += STEP;
            this.render(this.events, this.version);
        });
    }

    /** - events: the oldest first; - version: the version that the page shows. */
    render(events, version) {
        [this.events, this.version] = [events, version];
        const shown = events.slice(-this.limit).reverse();
        let place = this.list.firstElementChild;
        for (const event of shown) {
            let element = this.items.get(event.version);
            if (!element) {
                element = item(event, this.choose);
                this.items.set(event.version, element);
            }
            if (place === element) place = place.nextElementSibling;
            else this.list.insertBefore(element, place);
        }
        for (const [its, element] of this.items) {
            if (its === version) element.setAttribute("aria-current", "step");
            else element.removeAttribute("aria-current");
            element.classList.toggle("is-later", its > version);
        }
        this.count.textContent = formatNumber(events.length);
        this.more.hidden = events.length <= this.limit;
    }
}
