/** The table of orders: one element for each listed order, of which only what changed is touched. */

import { h, setText } from "./dom.js";
import { formatAgo, formatNumber, formatTime } from "./format.js";
import { amount, foreign, mark, markWords, orderPath, statusChip } from "./staff-parts.js";
import { eventPhrase, phrase, reasonPhrase } from "./words.js";

/** Changed rows of one frame from which on none of them is marked as changed. */
const MANY = 12;

class RowView {
    constructor(row, select) {
        this.pick = h("input", { type: "checkbox" });
        this.pick.addEventListener("click", (event) => select(this.row.orderId, this.pick.checked, event.shiftKey));
        this.number = foreign("");
        this.link = h("a", { class: "order-number", href: orderPath(row.orderId) }, this.number);
        this.mark = h("span", { class: "order-mark", hidden: true });
        this.shop = foreign("");
        this.customer = foreign("");
        this.status = h("span", { role: "cell", class: "order-status" });
        this.reason = h("span", { class: "order-reason" });
        this.total = h("span", { class: "order-total" });
        this.payment = h("span", { class: "small soft" });
        this.last = h("span", {});
        this.time = h("time", { class: "small soft" });
        this.element = h("div", { role: "row", class: "order-row", id: `order-${row.orderId}`, "data-order": row.orderId },
            h("span", { role: "cell", class: "order-pick" }, h("label", { class: "pick-area" }, this.pick)),
            h("span", { role: "cell", class: "order-who" }, h("span", { class: "order-title" }, this.link, this.mark),
                h("span", { class: "small soft" }, this.shop, " · ", this.customer)),
            this.status,
            h("span", { role: "cell", class: "order-money" }, this.total, this.payment),
            h("span", { role: "cell", class: "order-last" }, this.last, this.time));
        this.shownChanges = row.changes;
    }

    update(row, now, isSelected, isCurrent, isFlashing) {
        this.row = row;
        this.pick.checked = isSelected;
        if (this.shownNumber !== row.number) {
            this.shownNumber = row.number;
            this.pick.setAttribute("aria-label", `Select order ${row.number}`);
            setText(this.number, row.number);
            this.link.title = row.number;
            setText(this.shop, row.shop);
            setText(this.customer, row.customer);
        }
        if (this.shownStatus !== row.status) {
            this.status.replaceChildren(statusChip(row.status), this.reason);
            this.shownStatus = row.status;
        }
        setText(this.reason, row.reasons.map(reasonPhrase).join(", "));
        setText(this.total, amount(row.total));
        setText(this.payment, this.#paymentWords(row));
        setText(this.last, row.lastType ? eventPhrase(row.lastType) : row.version === 1 ? "Order placed" : `${formatNumber(row.version)} events`);
        this.element.classList.toggle("is-attention", row.attention);
        this.element.classList.toggle("is-selected", isSelected);
        this.element.classList.toggle("is-current", isCurrent);
        this.tick(now);
        if (row.changes !== this.shownChanges) {
            this.shownChanges = row.changes;
            if (!isFlashing) return;
            this.element.classList.remove("has-changed");
            // Read between the two, so that the browser starts the animation again.
            requestAnimationFrame(() => this.element.classList.add("has-changed"));
        }
    }

    /** Brings what depends on the clock up to date. */
    tick(now) {
        const found = mark(this.row, now);
        this.mark.hidden = !found;
        if (found) {
            const { short, long } = markWords(found, now);
            this.mark.dataset.kind = found.kind;
            setText(this.mark, short);
            this.mark.title = long;
        }
        const at = this.row.updatedAt;
        if (this.time.dateTime !== at) {
            this.time.dateTime = at;
            this.time.title = formatTime(at);
        }
        setText(this.time, formatAgo(at, now));
    }

    #paymentWords({ paymentStatus, refundOwed, status }) {
        if (refundOwed?.amount > 0) return `${amount(refundOwed)} to refund`;
        if (!paymentStatus || status === "cancelled" && paymentStatus === "none") return "";
        return { full: "Paid", over: "Overpaid", partial: "Partly paid", none: "Unpaid" }[paymentStatus] ?? phrase(paymentStatus);
    }
}

/** Shows an `OrderList` in an element. */
export class ListView {
    /**
     * - body: the element of the rows.
     * - select: called with an order's id, whether it is selected, and whether a range is meant.
     */
    constructor(body, select) {
        this.body = body;
        this.select = select;
        this.views = new Map();
        /** The ids of the rows that are on the screen. */
        this.visible = new Set();
        this.observer = new IntersectionObserver((entries) => {
            for (const { target, isIntersecting } of entries) {
                if (isIntersecting) this.visible.add(target.dataset.order);
                else this.visible.delete(target.dataset.order);
            }
            this.onVisible?.();
        }, { rootMargin: "200px" });
    }

    /**
     * Shows the rows in this order.
     *
     * @param changed the ids of the rows that changed; undefined for all.
     */
    render(rows, { selection, current, now, changed }) {
        const kept = new Set(rows.map((row) => row.orderId));
        for (const [orderId, view] of this.views) {
            if (kept.has(orderId)) continue;
            this.observer.unobserve(view.element);
            view.element.remove();
            this.views.delete(orderId);
            this.visible.delete(orderId);
        }
        // A mark of change tells nothing while everything changes, and costs frames.
        const isFlashing = !changed || changed.size <= MANY;
        let place = this.body.firstElementChild;
        for (const row of rows) {
            let view = this.views.get(row.orderId);
            const isNew = !view;
            if (isNew) {
                view = new RowView(row, this.select);
                this.views.set(row.orderId, view);
                this.observer.observe(view.element);
            }
            if (place === view.element) place = place.nextElementSibling;
            else this.body.insertBefore(view.element, place);
            if (isNew || !changed || changed.has(row.orderId)) {
                view.update(row, now, selection.has(row.orderId), row.orderId === current, isFlashing);
            }
        }
    }

    tick(now) {
        for (const orderId of this.visible) this.views.get(orderId)?.tick(now);
    }

    element(orderId) {
        return this.views.get(orderId)?.element;
    }
}
