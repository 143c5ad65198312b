/** The difference between two states of an order, as lines that people read. */

/** What each answer changes by itself, and what follows from other fields. */
const LEFT_OUT = new Set(["position", "updatedAt", "version", "schemaOrgStatus"]);

/** The field that names an element, by the list's name. */
export const KEYS = {
    lines: "lineId", parcels: "parcelId", returns: "returnId", reports: "paymentId", scans: "scanId", fees: "feeId",
    holds: "holdId", anomalies: "version", providerRefs: "paymentId", received: "lineId",
};

const isObject = (value) => typeof value === "object" && value !== null;

/** Tells whether a value is shown whole: texts and numbers, amounts, and windows of time. */
export function isLeaf(value) {
    if (!isObject(value)) return true;
    const names = Object.keys(value);
    return "currency" in value && "amount" in value && names.length === 2
        || "earliest" in value && "latest" in value && names.length === 2;
}

const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function keyed(list, name) {
    const key = KEYS[name];
    const seen = new Map();
    return new Map(list.map((element, index) => {
        let id = !isObject(element) ? String(element) : key && element[key] !== undefined ? String(element[key]) : `${index + 1}`;
        const times = (seen.get(id) ?? 0) + 1;
        seen.set(id, times);
        if (times > 1) id = `${id} (${times})`;
        return [id, element];
    }));
}

/**
 * Compares two states.
 *
 * @returns `{ path, kind, before, after }` in the order of the fields: `path` holds names of fields and ids of elements,
 *     `kind` is `added`, `removed` or `changed`.
 */
export function diff(before = {}, after = {}) {
    const changes = [];
    compare(before, after, [], changes);
    return changes;
}

function compare(before, after, path, changes) {
    if (equal(before, after)) return;
    if (before === undefined || after === undefined || isLeaf(before) || isLeaf(after)) {
        changes.push({ path, kind: before === undefined ? "added" : after === undefined ? "removed" : "changed", before, after });
        return;
    }
    const name = path.at(-1);
    const isList = Array.isArray(before) && Array.isArray(after);
    const [old, young] = isList
        ? [keyed(before, name), keyed(after, name)]
        : [new Map(Object.entries(before)), new Map(Object.entries(after))];
    for (const key of new Set([...old.keys(), ...young.keys()])) {
        if (path.length === 0 && LEFT_OUT.has(key)) continue;
        compare(old.get(key), young.get(key), [...path, isList ? `#${key}` : key], changes);
    }
}
