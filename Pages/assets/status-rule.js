/**
 * The reason for an order's status: the first rule of docs/orders.md that fits, and the events behind it.
 *
 * The service decides the status. This page applies the documented rules to the order that the service gave, and says so
 * where they lead to another status than the service's.
 */

const SCANS = new Set([
    "ParcelScanned", "DeliveryFailed", "ParcelDelivered", "ParcelReturnedToSender", "ParcelLost", "ParcelEnded",
    "ScanRetracted",
]);

const of = (event, name) => event.data?.[name] ?? event.internal?.[name];
const byType = (...types) => (event) => types.includes(event.type);

/** The last scan, end or retraction of each of these parcels; else its dispatch or packing. */
function lastOfParcels(parcels, events) {
    return parcels.flatMap(({ parcelId }) => {
        const its = events.filter((event) => of(event, "parcelId") === parcelId);
        const last = its.findLast((event) => SCANS.has(event.type)) ?? its.findLast(byType("ParcelDispatched", "ParcelPacked"));
        return last ? [last] : [];
    });
}

const lastOf = (events, ...types) => events.filter(byType(...types)).slice(-1);
const problems = ["parcel", "shortage", "closedWithUnits"];

/** `[number, status, words, fits, evidence]`; the first that fits counts. */
const RULES = [
    [1, "cancelled", "the lifecycle is cancelled",
        ({ order }) => order.lifecycle === "cancelled",
        ({ events }) => lastOf(events, "OrderCancelled")],
    [2, "onHold", "at least one hold is open",
        ({ order }) => order.holds.length > 0,
        ({ order, events }) => {
            const open = new Set((order.internal?.holds ?? []).map((hold) => hold.holdId));
            return events.filter((event) => event.type === "OrderHeld" && open.has(of(event, "holdId")));
        }],
    [3, "attention",
        "a parcel's last scan is a failed attempt or an exception; or a parcel was lost or came back, or a shortage was "
            + "reported, and nothing was packed or cancelled since; or the order is closed with open or packed units",
        ({ reasons }) => reasons.some((reason) => problems.includes(reason)),
        ({ order, events, reasons }) => [
            ...reasons.includes("parcel") ? lastOfParcels(order.parcels.filter(
                ({ status }) => ["attemptFailed", "exception", "lost", "returnedToSender"].includes(status)), events) : [],
            ...reasons.includes("shortage") ? lastOf(events, "ShortageReported") : [],
            ...reasons.includes("closedWithUnits") ? lastOf(events, "OrderClosed") : [],
        ]],
    [4, "returned", "no unit is live, and a parcel came back to the sender",
        ({ units, order }) => units.live === 0 && order.parcels.some(({ status }) => status === "returnedToSender"),
        ({ order, events }) => lastOfParcels(order.parcels.filter(({ status }) => status === "returnedToSender"), events)],
    [4, "cancelled", "no unit is live",
        ({ units }) => units.live === 0, ({ events }) => events.filter(byType("ItemsCancelled"))],
    [5, "returned", "every live unit is delivered and came back",
        ({ units }) => units.delivered === units.live && units.returned === units.delivered,
        ({ events }) => events.filter(byType("ReturnReceived"))],
    [6, "delivered", "every live unit is delivered",
        ({ units }) => units.delivered === units.live,
        ({ order, events }) => lastOfParcels(order.parcels.filter(({ status }) => status === "delivered"), events)],
    ...[[7, "readyForPickup", "a parcel waits to be fetched"], [8, "outForDelivery", "a parcel is on its last way to the customer"]]
        .map(([number, word, words]) => [number, word, words,
            ({ order }) => order.parcels.some(({ status }) => status === word),
            ({ order, events }) => lastOfParcels(order.parcels.filter(({ status }) => status === word), events)]),
    [9, "partlyDelivered", "some units are delivered, others are not",
        ({ units }) => units.delivered > 0,
        ({ order, events }) => lastOfParcels(order.parcels.filter(({ status }) => status === "delivered"), events)],
    [10, "shipped", "all units left the shop",
        ({ units }) => units.shipped > 0 && units.open + units.packed === 0,
        ({ events }) => events.filter(byType("ParcelDispatched"))],
    [11, "partlyShipped", "some units left the shop",
        ({ units }) => units.shipped > 0, ({ events }) => events.filter(byType("ParcelDispatched"))],
    [12, "preparing", "the shop confirmed the order; nothing has left",
        ({ order }) => order.lifecycle !== "placed", ({ events }) => lastOf(events, "OrderConfirmed", "OrderReopened")],
    [13, "placed", "the shop has not confirmed the order",
        () => true, ({ events }) => lastOf(events, "OrderPlaced")],
];

/** The units of all lines together, by place. */
export function unitsOf(order) {
    const units = { open: 0, packed: 0, shipped: 0, delivered: 0, cancelled: 0, returned: 0 };
    for (const line of order.lines) for (const place of Object.keys(units)) units[place] += line[place];
    units.live = units.open + units.packed + units.shipped + units.delivered;
    return units;
}

/**
 * Explains the status of an order as of a version.
 *
 * @param order the order as `GET /v1/orders/{id}` gives it to staff.
 * @param events the order's events; later ones than the order's version do not count.
 * @returns `{ number, status, words, isTheServices, turn, evidence }`: the rule and the status it gives, whether that is
 *     the status that the service shows, the event since which the order shows its status, and the events behind the
 *     rule.
 */
export function explainStatus(order, events) {
    const past = events.filter((event) => event.version <= order.version);
    const situation = {
        order, events: past, units: unitsOf(order), reasons: order.internal?.attentionReasons ?? [],
    };
    const [number, status, words, , evidence] = RULES.find(([, , , fits]) => fits(situation));
    const turn = past.findLast((event) => event.statusBefore !== event.status && event.status === order.status);
    return { number, status, words, isTheServices: status === order.status, turn, evidence: evidence(situation) };
}
