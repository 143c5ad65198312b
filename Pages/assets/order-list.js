/** The microseconds of a time of the service. Orders that are placed together differ in these alone. */
const microseconds = (time) => {
    const fraction = /\.(\d+)/.exec(time)?.[1] ?? "";
    return Date.parse(time.replace(/\.\d+/, "")) * 1000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
};

/**
 * The orders that the board lists, kept up to date by events.
 *
 * An event says an order's number, shop, customer and status, and not its amounts or its attention. So a row takes over
 * at once what the event says, and is then stale until the order is read again.
 */
export class OrderList {
    /**
     * - filter: `{ shops, statuses, attention, query }`; lists that are empty filter nothing.
     * - limit: the most rows that are kept.
     */
    constructor(filter = {}, limit = 500) {
        this.filter = { shops: [], statuses: [], attention: false, query: "", ...filter };
        this.limit = limit;
        this.rows = new Map();
        /** Whether older orders exist that are not listed. */
        this.hasMore = false;
        this.#sorted = [];
    }

    #sorted;

    /** The rows, the newest order first, as `GET /v1/orders` sorts them. */
    get sorted() {
        if (!this.#sorted) {
            this.#sorted = [...this.rows.values()].sort(
                (a, b) => b.placed - a.placed || (a.orderId < b.orderId ? 1 : a.orderId > b.orderId ? -1 : 0),
            );
        }
        return this.#sorted;
    }

    /** Replaces all rows by those of whole orders. */
    replace(orders, hasMore = false) {
        this.rows.clear();
        this.append(orders, hasMore);
    }

    /** Adds a page of older orders. */
    append(orders, hasMore = false) {
        this.hasMore = hasMore;
        for (const order of orders) this.#set(order);
        this.#bound();
    }

    /**
     * Takes a whole order that was read.
     *
     * @returns whether the list changed.
     */
    take(order) {
        const known = this.rows.get(order.orderId);
        if (known && known.version > order.version) return false;
        if (!this.#matches(order)) return this.remove(order.orderId);
        if (!known && !this.#isInRange(microseconds(order.placedAt))) return false;
        this.#set(order, known);
        this.#bound();
        return true;
    }

    /** @returns whether there was such a row. */
    remove(orderId) {
        const was = this.rows.delete(orderId);
        if (was) this.#sorted = undefined;
        return was;
    }

    /**
     * Takes an event.
     *
     * @returns `{ changed, read }`: whether a row changed, and the id of an order that must be read to know whether it
     *     belongs to the list.
     */
    apply(event) {
        const row = this.rows.get(event.orderId);
        if (row) {
            if (event.version <= row.version) return { changed: false };
            Object.assign(row, {
                version: event.version, status: event.status, updatedAt: event.recordedAt, lastType: event.type,
                isStale: true, changes: row.changes + 1,
            });
            if (!this.#matches(row, true)) this.remove(event.orderId);
            return { changed: true, read: event.orderId };
        }
        if (!this.#mayBelong(event)) return { changed: false };
        if (event.type === "OrderPlaced" && !this.filter.attention) {
            const order = {
                ...event, ...event.data, placedAt: event.occurredAt, updatedAt: event.recordedAt, parcels: [],
                position: undefined,
            };
            if (!this.#isInRange(microseconds(order.placedAt))) return { changed: false };
            this.#set(order);
            const placed = this.rows.get(event.orderId);
            if (placed) Object.assign(placed, { isStale: true, lastType: event.type, changes: 1 });
            this.#bound();
            return { changed: true, read: event.orderId };
        }
        // An order without this status before comes into the list; one that had it is further down.
        const { statuses, attention } = this.filter;
        const entered = statuses.length > 0 && !statuses.includes(event.statusBefore);
        return { changed: false, read: entered || attention || event.skipped ? event.orderId : undefined };
    }

    #mayBelong(event) {
        const { shops, statuses, attention, query } = this.filter;
        if (shops.length && !shops.includes(event.shop)) return false;
        if (query && ![event.number, event.customer, event.orderId].includes(query)) return false;
        if (attention) return event.status === "attention" || event.internal?.anomaly !== undefined;
        if (statuses.length && !statuses.includes(event.status)) return false;
        return event.type === "OrderPlaced" || statuses.length > 0 || query !== "";
    }

    #matches(order, byEvent = false) {
        const { shops, statuses, attention } = this.filter;
        if (shops.length && !shops.includes(order.shop)) return false;
        if (statuses.length && !statuses.includes(order.status)) return false;
        // Only a whole order says whether it needs attention.
        return byEvent || !attention || order.internal?.attention === true;
    }

    /** Tells whether an order placed then stands above the end of the list. */
    #isInRange(placed) {
        if (!this.hasMore) return true;
        const last = this.sorted.at(-1);
        return !last || placed >= last.placed;
    }

    #set(order, known) {
        const parcels = order.parcels ?? [];
        this.rows.set(order.orderId, {
            orderId: order.orderId,
            number: order.number,
            shop: order.shop,
            customer: order.customer,
            country: order.country,
            status: order.status,
            version: order.version,
            placedAt: order.placedAt,
            placed: microseconds(order.placedAt),
            updatedAt: order.updatedAt,
            total: order.total,
            units: (order.lines ?? []).reduce((sum, line) => sum + line.quantity, 0),
            promised: order.promised,
            eta: order.eta,
            lifecycle: order.lifecycle,
            paymentStatus: order.payment?.status,
            due: order.payment?.due,
            refundOwed: order.payment?.refundOwed,
            tracking: parcels.map((parcel) => parcel.trackingNumber).filter(Boolean),
            attention: order.internal?.attention ?? false,
            reasons: order.internal?.attentionReasons ?? [],
            allowed: order.internal?.allowedCommands ?? [],
            lastType: known?.lastType,
            changes: known?.changes ?? 0,
            isStale: false,
        });
        this.#sorted = undefined;
    }

    #bound() {
        if (this.rows.size <= this.limit) return;
        for (const row of this.sorted.slice(this.limit)) this.rows.delete(row.orderId);
        this.hasMore = true;
        this.#sorted = undefined;
    }
}
