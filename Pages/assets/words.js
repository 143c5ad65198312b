/** Words for people: the API's own words, which are written in camel case, as short phrases. */

/** The statuses of an order in the order of their table in docs/orders.md. */
export const STATUSES = [
    "placed", "preparing", "partlyShipped", "shipped", "outForDelivery", "readyForPickup", "partlyDelivered",
    "delivered", "returned", "cancelled", "onHold", "attention",
];

/** The types of events, in the order of docs/events.md. */
export const EVENT_TYPES = [
    "OrderPlaced", "OrderConfirmed", "OrderEdited", "TotalAdjusted", "MetadataChanged", "ShipToChanged",
    "ItemsCancelled", "OrderCancelled", "OrderHeld", "HoldReleased", "ParcelPacked", "ParcelVoided",
    "ParcelDispatched", "TrackingChanged", "EtaRevised", "ParcelScanned", "DeliveryFailed", "ParcelDelivered",
    "ParcelReturnedToSender", "ParcelLost", "ScanRetracted", "ParcelEnded", "ShortageReported", "PaymentAuthorized",
    "PaymentCaptured", "PaymentVoided", "PaymentFailed", "PaymentRefunded", "PaymentChargedBack",
    "ChargebackReversed", "PaymentRetracted", "ReturnRequested", "ReturnApproved", "ReturnRejected",
    "ReturnCancelled", "ReturnReceived", "AnomalyResolved", "NoteAdded", "OrderClosed", "OrderReopened",
];

/** A phrase of a word in camel case: `partlyShipped` is “Partly shipped”, `ETA` stays. */
export function phrase(word) {
    const spaced = String(word)
        .replace(/([a-z0-9])([A-Z])/g, (_, before, after) => `${before} ${after.toLowerCase()}`)
        .replace(/[-_.]/g, " ");
    return spaced.charAt(0).toUpperCase() + spaced.slice(1).replace(/\b(eta|id|url|sku)\b/gi, (it) => it.toUpperCase());
}

const EVENTS = {
    EtaRevised: "Expected time revised",
    ParcelReturnedToSender: "Parcel came back to the sender",
    ShipToChanged: "Address changed",
    OrderHeld: "Put on hold",
    HoldReleased: "Hold released",
};

/** A phrase of an event's type: `ParcelDispatched` is “Parcel dispatched”. */
export function eventPhrase(type) {
    return EVENTS[type] ?? phrase(type);
}

const COMMANDS = {
    changeShipTo: "Change address",
    reviseEta: "Revise expected time",
    setMetadata: "Set metadata",
    editOrder: "Edit order",
};

/** A phrase of a command's name: `confirmOrder` is “Confirm order”. */
export function commandPhrase(name) {
    return COMMANDS[name] ?? phrase(name);
}

const REASONS = {
    parcel: "A parcel has a problem",
    shortage: "Units are missing, damaged or wrong",
    closedWithUnits: "Closed with units that are not sent",
    anomaly: "Reports contradict each other",
    refundOwed: "A refund is owed",
    DeliveryFailed: "Delivery failed",
    ParcelScanned: "Carrier reports an exception",
    ParcelLost: "Parcel lost",
    ParcelReturnedToSender: "Parcel came back",
    overCaptured: "Paid more than is due",
    overRefunded: "Refunded more than was paid",
    chargedBack: "Money was charged back",
    unannounced: "Return that nobody announced",
};

/** A phrase of a reason for attention. */
export function reasonPhrase(reason) {
    return REASONS[reason] ?? phrase(reason);
}

/** The facts of an event that tell the most, as one short text; empty where the type says all. */
export function eventFacts(event, money) {
    const { data = {}, internal = {} } = event;
    const from = (name) => data[name] ?? internal[name];
    const units = from("lines")?.reduce?.((sum, line) => sum + (line.quantity ?? 0), 0);
    const facts = [
        from("parcelId") && `parcel ${from("parcelId")}`,
        from("returnId") && `return ${from("returnId")}`,
        event.type === "OrderPlaced" && data.total && money(data.total),
        from("amount")?.currency && money(from("amount")),
        from("newDue")?.currency && `due ${money(from("newDue"))}`,
        units > 0 && `${units} ${units === 1 ? "unit" : "units"}`,
        event.type === "ParcelScanned" && from("code") && phrase(from("code")).toLowerCase(),
        from("outcome") && phrase(from("outcome")).toLowerCase(),
        from("carrier"),
        from("trackingNumber"),
        from("place")?.text,
        typeof (internal.reason ?? data.reason) === "string" && (internal.reason ?? data.reason),
        from("text"),
        from("note"),
        internal.anomaly && reasonPhrase(internal.anomaly.code),
    ];
    return facts.filter(Boolean).join(" · ");
}
