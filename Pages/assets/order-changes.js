/** What one event changed, as lines that people read. */

import { h } from "./dom.js";
import { formatTime } from "./format.js";
import { diff, isLeaf, KEYS } from "./order-diff.js";
import { amount, foreign, statusChip } from "./staff-parts.js";
import { commandPhrase, phrase, reasonPhrase } from "./words.js";

const ONE = {
    lines: "Line", parcels: "Parcel", returns: "Return", reports: "Payment report", scans: "Scan", fees: "Fee", holds: "Hold",
    anomalies: "Anomaly of event", notes: "Note", providerRefs: "Provider reference of", received: "Received", former: "Former tracking",
};

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** The fields whose values are the API's own words. Other texts are somebody's, and stand as they were written. */
const OWN = new Set(["status", "lifecycle", "terms", "kind", "code", "condition"]);
/** The lists whose reasons are the API's own words; a return's reason is somebody's text. */
const REASONED = new Set(["holds", "scans"]);

const isOwn = (path) => OWN.has(path.at(-1)) || path.at(-1) === "reason" && path.some((name) => REASONED.has(name));

/** The value at a path in words; an object without the field that names it. */
function words(value, path, without) {
    if (value === undefined || value === null) return "nothing";
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (typeof value === "number") return String(value);
    if (typeof value === "string") return TIME.test(value) ? formatTime(value) : isOwn(path) ? phrase(value) : value;
    if ("currency" in value && isLeaf(value)) return amount(value);
    if ("latest" in value && isLeaf(value)) return `${formatTime(value.earliest)} – ${formatTime(value.latest)}`;
    if (Array.isArray(value)) return value.length === 0 ? "none" : value.map((its) => words(its, path)).join("; ");
    if ("lineId" in value && "quantity" in value && !("name" in value)) return `${value.quantity} × ${value.lineId}`;
    if ("text" in value && !("at" in value)) return [value.text, value.country].filter(Boolean).join(", ");
    if ("code" in value && "message" in value) return `${reasonPhrase(value.code)}: ${value.message}`;
    return Object.entries(value).filter(([name, its]) => name !== without && name !== "retracted" && its !== "")
        .filter(([, its]) => !(Array.isArray(its) && its.length === 0) && its !== false && its !== 0)
        .map(([name, its]) => `${isText(path) ? name : phrase(name).toLowerCase()} ${words(its, [...path, name])}`).join(", ");
}

/** Whether the names below a path are somebody's. */
const isText = (path) => /metadata$/i.test(path.at(-1) ?? "");

/** The field that names an element, where the title has its value already. */
const nameOf = (path) => path.at(-1)?.startsWith("#") ? KEYS[path.at(-2)] : undefined;

/** The place of a change: “Parcel p1 · Status”. */
function title(path) {
    const parts = [];
    for (let index = 0; index < path.length; index++) {
        const name = path[index], next = path[index + 1];
        if (name === "internal") continue;
        if (next?.startsWith("#")) {
            parts.push(`${ONE[name] ?? phrase(name)} ${next.slice(1)}`);
            index += 1;
        } else {
            parts.push(isText(path.slice(0, index)) ? name : phrase(name));
        }
    }
    return parts.join(" · ");
}

/** Lists of plain words, which are told as what came and what went. */
const WORDS = { allowedCommands: ["Commands", commandPhrase], attentionReasons: ["Reasons for attention", reasonPhrase] };

/**
 * The changes from one state to the next, as an element.
 *
 * @param before undefined for the first event.
 */
export function changesView(before, after) {
    const changes = diff(before ?? {}, after);
    const lists = new Map(Object.keys(WORDS).map((name) => [name, { added: [], removed: [] }]));
    const rest = changes.filter(({ path, kind, before: old, after: young }) => {
        const its = lists.get(path[1]);
        if (path[0] !== "internal" || !its || path.length < 3) return true;
        (kind === "added" ? its.added : its.removed).push(kind === "added" ? young : old);
        return false;
    });
    if (before === undefined) {
        return h("p", {}, "This event placed the order: everything that you see came with it.");
    }
    if (changes.length === 0) return h("p", {}, "Nothing that the order shows.");
    return h("ul", { class: "changes" },
        rest.map(({ path, kind, before: old, after: young }) => h("li", { class: "change", "data-kind": kind },
            h("span", { class: "change-title" }, foreign(title(path))),
            path.length === 1 && path[0] === "status"
                ? h("span", { class: "change-values" }, statusChip(old), h("span", { class: "feed-arrow" }, "→"), h("span", { class: "visually-hidden" }, " became "), statusChip(young))
                : kind === "added" ? h("span", { class: "change-values" }, h("ins", {}, foreign(words(young, path, nameOf(path)))))
                    : kind === "removed" ? h("span", { class: "change-values" }, h("del", {}, foreign(words(old, path, nameOf(path)))))
                        : h("span", { class: "change-values" }, h("del", {}, foreign(words(old, path, nameOf(path)))), h("span", { class: "feed-arrow" }, "→"),
                            h("span", { class: "visually-hidden" }, " became "), h("ins", {}, foreign(words(young, path, nameOf(path))))))),
        [...lists].flatMap(([name, { added, removed }]) => [[added, "added", "new"], [removed, "removed", "gone"]].filter(([its]) => its.length > 0)
            .map(([its, kind, word]) => h("li", { class: "change", "data-kind": kind },
                h("span", { class: "change-title" }, `${WORDS[name][0]}: ${word}`),
                h("span", { class: "change-values" }, h(kind === "added" ? "ins" : "del", {}, its.map(WORDS[name][1]).join(", ")))))));
}
