/** Comma-separated values (RFC 4180) that spreadsheets open safely. */

import { majorUnits } from "./amounts.js";
import { h } from "./dom.js";
import { mark } from "./staff-parts.js";
import { reasonPhrase } from "./words.js";

/**
 * The text of one cell. A text that a spreadsheet would take for a formula begins with an apostrophe, as OWASP advises;
 * numbers stay as they are.
 */
export function cell(value) {
    if (value === undefined || value === null) return "";
    if (typeof value === "number") return String(value);
    let text = String(value);
    // Also behind blanks, and the full-width forms that some spreadsheets read alike.
    if (/^[\s\0\u200b-\u200f\u202a-\u202e\u2066-\u2069]*[=+\-@＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text)) text = `'${text}`;
    return /[",;\r\n\t']|^\s|\s$/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The whole text with a head line and a byte order mark, by which spreadsheets know UTF-8.
 *
 * - columns: `[title, row => value]` each.
 */
export function csv(rows, columns) {
    const lines = [columns.map(([title]) => cell(title)), ...rows.map((row) => columns.map(([, of]) => cell(of(row))))];
    return "\ufeff" + lines.map((line) => line.join(",") + "\r\n").join("");
}

const money = (name) => (row) => row[name] && majorUnits(row[name]);

/** The rows of an `OrderList` as text, with the marks of a time. */
export function ordersAsCSV(rows, now) {
    return csv(rows, [
        ["number", (row) => row.number], ["orderId", (row) => row.orderId], ["shop", (row) => row.shop],
        ["customer", (row) => row.customer], ["country", (row) => row.country], ["status", (row) => row.status],
        ["mark", (row) => mark(row, now)?.kind], ["attention", (row) => row.reasons.map(reasonPhrase).join("; ")],
        ["placedAt", (row) => row.placedAt], ["updatedAt", (row) => row.updatedAt],
        ["currency", (row) => row.total?.currency], ["total", money("total")], ["due", money("due")],
        ["refundOwed", money("refundOwed")], ["payment", (row) => row.paymentStatus],
        ["promisedLatest", (row) => row.promised?.latest], ["expectedLatest", (row) => row.eta?.latest],
        ["trackingNumbers", (row) => row.tracking.join("; ")], ["version", (row) => row.version],
    ]);
}

/** Offers a text as a file to save. */
function download(name, type, text) {
    const url = URL.createObjectURL(new Blob([text], { type }));
    const link = h("a", { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Offers the rows of an `OrderList` as a file to save. */
export function saveOrders(rows, now) {
    const moment = new Date(now).toISOString().slice(0, 19).replaceAll(":", "");
    download(`orders-${moment}.csv`, "text/csv;charset=utf-8", ordersAsCSV(rows, now));
}
