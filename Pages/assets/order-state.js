/** The state of an order, in sections: units, parcels, money, returns, and what else there is. */

import { amount, copyButton, foreign, orderPath, statusChip } from "./staff-parts.js";
import { h } from "./dom.js";
import { formatNumber, formatTime } from "./format.js";
import { phrase, reasonPhrase } from "./words.js";

const PLACES = ["open", "packed", "shipped", "delivered", "cancelled", "returned"];

const when = (time) => h("time", { datetime: time }, formatTime(time));

/** A window of time in words. */
export function windowWords({ earliest, latest }) {
    return earliest === latest ? formatTime(latest) : `${formatTime(earliest)} – ${formatTime(latest)}`;
}

const pairs = (entries) => h("dl", { class: "facts" }, entries.filter(([, value]) => value !== undefined && value !== "" && value !== false)
    .map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));

const section = (title, count, ...content) => h("section", { class: "card" },
    h("h2", {}, title, count !== undefined && [" ", h("span", { class: "count" }, String(count))]), content);

const texts = (object) => pairs(Object.entries(object).map(([key, value]) => [foreign(key), foreign(String(value))]));

function lines(order) {
    const places = PLACES.filter((place) => order.lines.some((line) => line[place] > 0));
    return section("Units", undefined, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Units by place" },
        h("table", { class: "table units" },
            h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Line"), h("th", { scope: "col", class: "end" }, "Ordered"),
                places.map((place) => h("th", { scope: "col", class: "end" }, phrase(place))), h("th", { scope: "col", class: "end" }, "Unit price"))),
            h("tbody", {}, order.lines.map((line) => h("tr", {},
                h("th", { scope: "row" }, foreign(line.name), h("span", { class: "small soft" }, foreign(line.lineId), " · ", foreign(line.sku))),
                h("td", { class: "end" }, formatNumber(line.quantity)),
                places.map((place) => h("td", { class: "end" }, line[place] > 0 ? formatNumber(line[place]) : "·")),
                h("td", { class: "end" }, amount(line.unitPrice))))))));
}

const place = (its) => its && foreign([its.text, its.country].filter(Boolean).join(", "));

function tracking(its) {
    if (!its.trackingNumber && !its.carrier) return undefined;
    const text = foreign(its.trackingNumber ?? "", { class: "code" });
    const shown = its.trackingUrl?.startsWith("https://")
        ? h("a", { href: its.trackingUrl, rel: "noreferrer noopener", target: "_blank" }, text, h("span", { class: "visually-hidden" }, " (opens the carrier's page)")) : text;
    return h("span", { class: "tracking" }, its.carrier && foreign(its.carrier), " ", shown,
        its.trackingNumber && copyButton(its.trackingNumber, "Copy tracking number"));
}

const unitsOf = (its, order) => its.map(({ lineId, quantity, condition }) => {
    const line = order.lines.find((one) => one.lineId === lineId);
    return h("li", {}, `${formatNumber(quantity)} × `, foreign(line?.name ?? lineId), condition && ` (${phrase(condition).toLowerCase()})`);
});

function parcels(order) {
    return section("Parcels", order.parcels.length, order.parcels.length === 0 && h("p", { class: "small soft" }, "Nothing is packed."),
        order.parcels.map((parcel) => h("article", { class: "part" },
            h("h3", {}, foreign(parcel.parcelId), statusChip(parcel.status)),
            h("ul", { class: "plain" }, unitsOf(parcel.lines, order)),
            pairs([
                ["Kind", parcel.kind !== "shipped" && phrase(parcel.kind)], ["Tracking", tracking(parcel)],
                ["Before", parcel.former.length > 0 && parcel.former.map((its) => h("div", {}, tracking(its)))],
                ["Expected", parcel.eta && windowWords(parcel.eta)], ["Pickup at", place(parcel.pickupPlace)], ["From", place(parcel.origin)],
            ]),
            parcel.scans.length > 0 && h("ol", { class: "scans" }, parcel.scans.toReversed().map((scan) => h("li", { class: scan.retracted ? "is-retracted" : "" },
                h("span", {}, phrase(scan.code), scan.retracted && " (retracted)", scan.reason && ` · ${phrase(scan.reason).toLowerCase()}`),
                h("span", { class: "small soft" }, when(scan.occurredAt), scan.place && " · ", place(scan.place))))))));
}

/** The amounts of an order: due, paid, open and owed, in minor units. */
export function balance({ payment }) {
    const currency = payment.due.currency;
    const paid = payment.captured.amount - payment.refunded.amount - payment.chargedBack.amount + payment.chargebackReversed.amount;
    return { currency, due: payment.due.amount, paid, open: Math.max(payment.due.amount - paid, 0), owed: payment.refundOwed.amount };
}

function payments(order) {
    const { payment } = order, { currency, due, paid, open, owed } = balance(order);
    const figure = (title, value, kind) => h("div", { class: "figure", "data-kind": kind }, h("dt", {}, title), h("dd", {}, amount({ amount: value, currency })));
    const refs = new Map((order.internal?.providerRefs ?? []).map((its) => [its.paymentId, its.providerRef]));
    return section("Money", undefined,
        h("dl", { class: "figures" }, figure("Due", due), figure("Paid", paid), figure("To pay", open, open > 0 ? "open" : undefined),
            figure("Owed to customer", owed, owed > 0 ? "owed" : undefined)),
        pairs([
            ["Total", amount(order.total)], ["Shipping", amount(order.shipping)], ["Tax", `${amount(order.tax)}${order.taxIncluded ? ", included" : ", on top"}`],
            ["Discount", order.discount.amount > 0 && amount(order.discount)], ["Terms", phrase(order.terms)],
            ["Authorized", payment.authorized.amount > 0 && amount(payment.authorized)],
            ...order.fees.map((fee) => [foreign(fee.name), amount(fee.amount)]),
        ]),
        payment.reports.length > 0 && h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Payment reports" }, h("table", { class: "table reports" },
            h("thead", {}, h("tr", {}, ["Report", "Amount", "Happened", "Provider"].map((title) => h("th", { scope: "col" }, title)))),
            h("tbody", {}, payment.reports.toReversed().map((report) => h("tr", { class: report.retracted ? "is-retracted" : "" },
                h("th", { scope: "row" }, phrase(report.kind), report.retracted && " (retracted)", h("span", { class: "small soft" }, foreign(report.paymentId))),
                h("td", {}, amount(report.amount)), h("td", {}, when(report.occurredAt)), h("td", { class: "code" }, foreign(refs.get(report.paymentId) ?? ""))))))));
}

function returns(order) {
    if (order.returns.length === 0) return undefined;
    return section("Returns", order.returns.length, order.returns.map((its) => h("article", { class: "part" },
        h("h3", {}, foreign(its.returnId), statusChip(its.status)),
        h("ul", { class: "plain" }, unitsOf(its.lines, order)),
        pairs([
            ["Reason", foreign(its.reason)], ["Note", its.note && foreign(its.note)], ["Tracking", tracking(its)],
            ["Received", its.received.length > 0 && h("ul", { class: "plain" }, unitsOf(its.received, order))],
        ]))));
}

function staffOnly(order) {
    const { anomalies = [], holds = [], notes = [], privateMetadata = {}, attentionReasons = [] } = order.internal ?? {};
    const all = [...notes.map((note) => ({ ...note, isPrivate: true })), ...order.notes].sort((a, b) => a.at < b.at ? 1 : -1);
    return [
        (anomalies.length > 0 || attentionReasons.length > 0) && h("section", { class: "card is-attention" }, h("h2", {}, "Needs attention"),
            h("ul", { class: "plain" },
                attentionReasons.filter((reason) => reason !== "anomaly").map((reason) => h("li", {}, reasonPhrase(reason))),
                anomalies.map((its) => h("li", {}, h("strong", {}, reasonPhrase(its.code)), ": ", foreign(its.message), " ",
                    h("a", { href: `?version=${its.version}`, "data-version": its.version }, `event ${its.version}`))))),
        holds.length > 0 && section("Holds", holds.length, holds.map((hold) => pairs([
            ["Hold", foreign(hold.holdId)], ["Reason", phrase(hold.reason)], ["Since", when(hold.since)], ["Note", hold.note && foreign(hold.note)]]))),
        all.length > 0 && section("Notes", all.length, h("ul", { class: "plain notes" }, all.map((note) => h("li", {},
            h("p", {}, foreign(note.text)), h("span", { class: "small soft" }, note.isPrivate ? "Staff only · " : "Customer reads it · ", when(note.at)))))),
        Object.keys(order.metadata).length + Object.keys(privateMetadata).length > 0 && section("Metadata", undefined, texts(order.metadata),
            Object.keys(privateMetadata).length > 0 && [h("h3", {}, "Customers do not see"), texts(privateMetadata)]),
    ];
}

function about(order) {
    return section("About", undefined, pairs([
        ["Order id", h("span", { class: "tracking" }, h("span", { class: "code" }, order.orderId), copyButton(order.orderId, "Copy order id"))],
        ["Shop", foreign(order.shop)],
        ["Customer", h("a", { href: `/staff?q=${encodeURIComponent(order.customer)}` }, foreign(order.customer))],
        ["Lifecycle", phrase(order.lifecycle)], ["Placed", when(order.placedAt)], ["Changed", when(order.updatedAt)],
        ["Promised", order.promised && windowWords(order.promised)], ["Expected", order.eta && windowWords(order.eta)],
        ["Ship to", [order.contactRef, order.country].filter(Boolean).length > 0 && foreign([order.contactRef, order.country].filter(Boolean).join(", "))],
        ["Language", order.locale],
        ["Belongs to", order.relatesTo && h("a", { href: orderPath(order.relatesTo.orderId) }, phrase(order.relatesTo.kind))],
    ]));
}

/** All sections of an order, for the wide column and for the narrow one. */
export function sections(order) {
    const [attention, ...others] = staffOnly(order);
    return { wide: [attention, lines(order), parcels(order), payments(order), returns(order)], narrow: [...others, about(order)] };
}
