/** What the clock says of an order: whether it is late, due soon, or expected after its promise. */

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
