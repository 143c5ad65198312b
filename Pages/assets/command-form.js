/** A form for a command, made from its schema. The order, where it is known, offers ids and fills in what it can. */

import { majorUnits, minorUnits } from "./amounts.js";
import { newKey } from "./api.js";
import { addStyleSheet, h } from "./dom.js";
import { commandPhrase, phrase } from "./words.js";

await addStyleSheet(new URL("./command-form.css", import.meta.url));

/** Fields that name something new, by command: the id that is offered is a free one. */
const NEW = {
    packParcel: { parcelId: ["p", (order) => order.parcels.map((parcel) => parcel.parcelId)] },
    holdOrder: { holdId: ["hold-", (order) => (order.internal?.holds ?? []).map((hold) => hold.holdId)] },
    adjustTotal: { adjustmentId: ["adj-", () => []] },
    requestReturn: { returnId: ["r", (order) => order.returns.map((its) => its.returnId)] },
    endParcel: { scanId: ["end-", () => []] },
    reportShortage: { claimId: ["claim-", () => []] },
};

const live = (order) => order.parcels.filter((parcel) => parcel.status !== "void");

/** The ids that an order offers, by field: `[value, words]` each. */
const KNOWN = {
    parcelId: (order) => live(order).map((it) => [it.parcelId, [it.parcelId, phrase(it.status), it.carrier, it.trackingNumber]]),
    lineId: (order) => order.lines.map((it) => [it.lineId, [it.lineId, it.name]]),
    returnId: (order) => order.returns.map((it) => [it.returnId, [it.returnId, phrase(it.status)]]),
    holdId: (order) => (order.internal?.holds ?? []).map((it) => [it.holdId, [it.holdId, phrase(it.reason), it.note]]),
    version: (order) => (order.internal?.anomalies ?? []).map((it) => [String(it.version), [`event ${it.version}`, it.message]]),
    paymentId: (order) => order.payment.reports.map((it) => [it.paymentId, [it.paymentId, phrase(it.kind)]]),
    scanId: (order) => live(order).flatMap((parcel) => parcel.scans.map((it) => [it.scanId, [it.scanId, phrase(it.code)]])),
};

/** The units that a command begins with, by command. */
const UNITS = {
    packParcel: (order) => order.lines.map((line) => [line.lineId, line.open]),
    requestReturn: (order) => order.lines.map((line) => [line.lineId, line.delivered - line.returned]),
    receiveReturn: (order) => order.returns.filter((it) => it.status === "approved").slice(0, 1)
        .flatMap((it) => it.lines.map((line) => [line.lineId, line.quantity])),
};

const pick = (from, ...names) => Object.fromEntries(names.map((name) => [name, from?.[name]]));

const of = (list, name, id) => (id ? list.find((it) => it[name] === id) : undefined);

/** What the fields of commands that replace something begin with: what the order has. By the ids that were chosen. */
const REPLACED = {
    editOrder: (order) => ({ lines: undefined, ...pick(order, "shipping", "tax", "discount", "fees", "total") }),
    changeShipTo: (order) => pick(order, "contactRef", "country"),
    setTracking: ({ parcels, returns }, { parcelId, returnId }) =>
        pick(of(parcels, "parcelId", parcelId) ?? of(returns, "returnId", returnId), "carrier", "trackingNumber", "trackingUrl"),
    reviseEta: (order, { parcelId }) => ({ window: (parcelId ? of(order.parcels, "parcelId", parcelId) : order)?.eta }),
};

let count = 0;

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A time as `datetime-local` has it, in whole seconds. */
const localTime = (time) => {
    const date = new Date(time);
    return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
};

/** A text with the words that the description marks as code, as plain words. */
export const plain = (text) => text.replaceAll("`", "");

export class CommandForm {
    /**
     * - command: of `commandsOf`.
     * - order: the order that the command is for; undefined where it is for several.
     * - currency: the currency of amounts, without an order.
     */
    constructor(command, { order, currency } = {}) {
        this.command = command;
        this.order = order;
        this.currency = order?.currency ?? currency;
        /** The key under which the command is sent, again and again until it is accepted. */
        this.key = `page-${newKey()}`;
        this.wrong = [];
        this.replaced = order && REPLACED[command.name];
        this.root = this.#group(command.field, true);
        if (this.replaced) this.#fillIn();
        this.summary = h("div", { class: "notice", "data-tone": "bad", role: "alert", tabindex: "-1", hidden: true });
        this.element = h("div", { class: "command-fields" }, this.summary, this.root.element);
    }

    /** Fills in what the command replaces, now and when another parcel or return is chosen. */
    #fillIn() {
        const { parts } = this.root, parcels = live(this.order);
        if (this.command.name === "setTracking" && parcels.length === 1 && this.order.returns.length === 0) parts.parcelId.write(parcels[0].parcelId);
        const now = () => this.root.read("");
        const fill = () => {
            const values = this.replaced(this.order, now());
            this.root.write(values);
            this.begun = pick(now(), ...Object.keys(values));
        };
        fill();
        for (const name of ["parcelId", "returnId"]) {
            // Text that somebody has written already stays.
            parts[name]?.input.addEventListener("change", () => { if (!this.#isChanged(now())) fill(); });
        }
    }

    #isChanged(body) {
        return JSON.stringify(pick(body, ...Object.keys(this.begun))) !== JSON.stringify(this.begun);
    }

    /** The body by the values of the fields; undefined where a value cannot be sent, and then the fields are marked. */
    body() {
        this.clear();
        this.wrong = [];
        const body = this.root.read("");
        if (this.wrong.length === 0) {
            if (!this.replaced) return body ?? {};
            if (!this.#isChanged(body) && Object.values(this.begun).some((value) => value !== undefined)) {
                this.show({ title: "Nothing is changed", detail: "The fields say what the order has already. Change one of them first." });
                return undefined;
            }
            // An edit leaves alone what it does not name, so a change by somebody else meanwhile stays.
            if (this.command.name !== "editOrder") return body;
            if (this.begun.fees) body.fees ??= [];
            return Object.fromEntries(Object.entries(body).filter(([name, value]) =>
                name === "total" || JSON.stringify(value) !== JSON.stringify(this.begun[name])));
        }
        this.show({ title: "Some fields cannot be sent", errors: this.wrong });
        return undefined;
    }

    /** Shows a refusal as the service wrote it, and marks the fields that its pointers name. */
    show(problem) {
        const unmarked = (problem.errors ?? []).filter(({ pointer, message }) => !this.#markField(pointer, message));
        this.summary.replaceChildren(h("div", {},
            h("strong", {}, problem.title ?? "The command was refused"),
            problem.detail && h("p", {}, problem.detail),
            problem.reason && h("p", {}, "Reason: ", h("code", {}, problem.reason)),
            unmarked.length > 0 && h("ul", {}, unmarked.map(({ pointer, message }) => h("li", {}, h("code", {}, pointer || "/"), ` ${message}`))),
            problem.allowedCommands && h("p", {}, problem.allowedCommands.length > 0
                ? `Allowed now: ${problem.allowedCommands.map(commandPhrase).join(", ")}.`
                : "No command is allowed now.")));
        this.summary.hidden = false;
        (this.element.querySelector("[aria-invalid=true]") ?? this.summary).focus();
    }

    clear() {
        this.summary.hidden = true;
        this.summary.replaceChildren();
        for (const input of this.element.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
        for (const error of this.element.querySelectorAll(".error")) {
            error.hidden = true;
            error.textContent = "";
        }
    }

    /** Marks the field of a pointer, or the nearest one above it. */
    #markField(pointer, message) {
        for (let at = pointer; at; at = at.slice(0, at.lastIndexOf("/"))) {
            const found = this.element.querySelector(`[data-pointer="${CSS.escape(at)}"]`);
            if (!found) continue;
            const error = found.querySelector(":scope > .error");
            error.textContent = error.textContent ? `${error.textContent} ${message}` : message;
            error.hidden = false;
            (found.querySelector("input, select, textarea") ?? found).setAttribute("aria-invalid", "true");
            return true;
        }
        return false;
    }

    // Every maker returns { element, read, write }: `read(pointer)` is the value, or undefined where nothing is said.

    #make(field) {
        switch (field.kind) {
        case "group": return this.#group(field);
        case "list": return this.#list(field);
        case "texts": return this.#texts(field);
        case "money": return this.#money(field);
        default: return this.#input(field);
        }
    }

    #group(field, isRoot = false) {
        const sorted = [...field.fields].sort((a, b) =>
            (b.required - a.required) || ((a.name === "occurredAt") - (b.name === "occurredAt")));
        const made = sorted.map((its) => [its, this.#make(its)]);
        const needed = made.filter(([its]) => its.required), others = made.filter(([its]) => !its.required);
        const folded = isRoot && needed.length > 0 && others.length > 2;
        const content = [needed.map(([, it]) => it.element), folded
            ? h("details", { class: "more-fields", open: this.replaced !== undefined }, h("summary", {}, `${others.length} optional fields`), others.map(([, it]) => it.element))
            : others.map(([, it]) => it.element)];
        const element = isRoot
            ? h("div", { class: "fields" }, content)
            : h("fieldset", { class: "field-group" }, h("legend", {}, this.#title(field)), content, this.#error());
        const read = (pointer) => {
            if (!isRoot) element.dataset.pointer = pointer;
            const entries = field.fields.flatMap((its) => {
                const value = made.find(([it]) => it === its)[1].read(`${pointer}/${its.name}`);
                return value === undefined ? [] : [[its.name, value]];
            });
            return entries.length || isRoot ? Object.fromEntries(entries) : undefined;
        };
        const write = (values = {}) => {
            for (const [its, it] of made) if (isRoot ? its.name in values : true) it.write(values[its.name]);
        };
        return { element, read, write, parts: Object.fromEntries(made.map(([its, it]) => [its.name, it])) };
    }

    #list(field) {
        const rows = h("div", { class: "field-rows" });
        const items = new Set();
        const add = (values) => {
            const its = field.element(items.size);
            if (values && its.fields) its.fields.forEach((one) => { one.value = values[one.name]; });
            // The fields of one row stand in one line.
            const made = this.#make(its);
            const remove = h("button", { type: "button", class: "button quiet little" }, "Remove");
            const row = h("div", { class: "field-row" }, made.element, remove);
            const item = { made, row };
            remove.addEventListener("click", () => {
                items.delete(item);
                row.remove();
                more.focus();
            });
            items.add(item);
            rows.append(row);
            // A line is edited whole, so it begins with what it is.
            if (this.replaced && field.name === "lines") {
                made.parts.lineId.input.addEventListener("change", ({ target }) => {
                    const line = this.order.lines.find(({ lineId }) => lineId === target.value);
                    if (line) made.write(line);
                });
            }
            return item;
        };
        const more = h("button", { type: "button", class: "button little" }, `Add to ${phrase(field.name).toLowerCase()}`);
        more.addEventListener("click", () => add().row.querySelector("input, select, textarea")?.focus());
        const units = field.name === "lines" && this.order && UNITS[this.command.name]?.(this.order).filter(([, quantity]) => quantity > 0);
        if (units?.length) for (const [lineId, quantity] of units) add({ lineId, quantity });
        else if (field.required) add();
        const element = h("fieldset", { class: "field-group" }, h("legend", {}, this.#title(field)), this.#hint(field), rows, more, this.#error());
        const read = (pointer) => {
            element.dataset.pointer = pointer;
            const values = [];
            for (const { made } of items) {
                const value = made.read(`${pointer}/${values.length}`);
                if (value !== undefined) values.push(value);
            }
            return values.length || field.required ? values : undefined;
        };
        const write = (values = []) => {
            items.clear();
            rows.replaceChildren();
            for (const value of values) add().made.write(value);
        };
        return { element, read, write };
    }

    #texts(field) {
        const rows = h("div", { class: "field-rows" });
        const pairs = new Set();
        const add = () => {
            const key = h("input", { class: "input", type: "text", "aria-label": "Key" }), value = h("input", { class: "input", type: "text", "aria-label": "Text" });
            const remove = h("button", { type: "button", class: "button quiet little" }, "Remove");
            const pair = { key, value, row: h("div", { class: "field-row is-pair", "data-pointer": "" }, key, value, remove, this.#error()) };
            remove.addEventListener("click", () => {
                pairs.delete(pair);
                pair.row.remove();
                more.focus();
            });
            pairs.add(pair);
            rows.append(pair.row);
            return key;
        };
        const more = h("button", { type: "button", class: "button little" }, "Add a text");
        more.addEventListener("click", () => add().focus());
        const element = h("fieldset", { class: "field-group" }, h("legend", {}, this.#title(field)), this.#hint(field), rows, more, this.#error());
        const read = (pointer) => {
            element.dataset.pointer = pointer;
            const said = [...pairs].filter(({ key }) => key.value !== "");
            for (const { key, row } of said) row.dataset.pointer = `${pointer}/${key.value.replaceAll("~", "~0").replaceAll("/", "~1")}`;
            return said.length || field.required ? Object.fromEntries(said.map(({ key, value }) => [key.value, value.value])) : undefined;
        };
        return { element, read, write() {} };
    }

    #money(field) {
        const input = h("input", { class: "input", type: "text", inputmode: "decimal", autocomplete: "off", required: field.required });
        const owed = this.order?.payment;
        const currency = this.currency
            ? h("span", { class: "field-unit" }, this.currency)
            : h("input", { type: "text", class: "input field-currency", size: 3, maxlength: 3, "aria-label": "Currency", autocapitalize: "characters" });
        const shown = this.#labelled(field, input, h("span", { class: "field-with-unit" }, input, currency),
            owed && field.name === "amount" ? `Due ${majorUnits(owed.due)} ${owed.due.currency}.` : "");
        return this.#readable(shown, input, (text, pointer) => {
            const code = this.currency ?? currency.value.trim().toUpperCase();
            const amount = minorUnits(text, code);
            if (amount === undefined) this.wrong.push({ pointer, message: `Write an amount of ${code || "a currency"}, such as 12.90.` });
            return { amount: amount ?? 0, currency: code };
        }, (value) => (value ? majorUnits(value) : ""));
    }

    #input(field) {
        const { name, kind, required } = field;
        const fresh = NEW[this.command.name]?.[name];
        const known = !fresh && this.order && KNOWN[name]?.(this.order);
        let input, offered;
        if (kind === "choice" || kind === "flag") {
            const choices = kind === "flag" ? [["true", "Yes"], ["false", "No"]] : field.choices.map((word) => [word, phrase(word)]);
            input = this.#select(choices, required);
        } else if (known?.length && this.replaced && name === "lineId") {
            // A line that is new has an id of its own.
            const list = h("datalist", { id: `lines-${(count += 1)}` }, known.map(([value, words]) => h("option", { value }, words.filter(Boolean).join(" · "))));
            input = h("input", { class: "input", type: "text", autocomplete: "off", list: list.id });
            offered = list;
        } else if (known?.length && !(this.command.name === "receiveReturn" && name === "returnId")) {
            input = this.#select(known.map(([value, words]) => [value, words.filter(Boolean).join(" · ")]), required);
            if (field.value !== undefined) input.value = field.value;
            else if (required && known.length === 1) input.value = known[0][0];
        } else if (kind === "time") {
            input = h("input", { class: "input", type: "datetime-local", step: 1 });
        } else if (kind === "number") {
            input = h("input", { class: "input", type: "text", inputmode: "numeric", autocomplete: "off" });
            if (field.value !== undefined) input.value = String(field.value);
        } else if (field.isLong) {
            input = h("textarea", { class: "input", rows: 2, maxlength: field.maxLength });
        } else {
            input = h("input", { class: "input", type: "text", autocomplete: "off" });
            if (fresh && this.order) input.value = this.#free(fresh[0], fresh[1](this.order));
            else if (fresh) input.value = `${fresh[0]}${this.key.slice(-6)}`;
            if (name === "returnId" && known?.length) input.value = known[0][0];
        }
        input.required = required;
        const shown = this.#labelled(field, input, offered ? [input, offered] : input, kind === "time" ? `In your time zone, ${ZONE}.` : "");
        return this.#readable(shown, input, (text, pointer) => {
            if (kind === "flag") return text === "true";
            if (kind === "number") {
                const value = Number(text.trim());
                if (!Number.isFinite(value) || field.isWhole && !Number.isSafeInteger(value)) {
                    this.wrong.push({ pointer, message: "Write a whole number." });
                }
                return value;
            }
            if (kind === "time") {
                const time = new Date(text);
                if (Number.isNaN(time.getTime())) this.wrong.push({ pointer, message: "Choose a date and a time." });
                else return time.toISOString();
            }
            return text;
        }, (value) => (value === undefined ? "" : kind === "time" ? localTime(value) : String(value)));
    }

    #readable(element, input, convert, text) {
        const read = (pointer) => {
            element.dataset.pointer = pointer;
            return input.value === "" ? undefined : convert(input.value, pointer);
        };
        return { element, read, input, write: (value) => { input.value = text(value); } };
    }

    /** An id that none of these is: the next number, or a random end where the others are not all known. */
    #free(prefix, taken) {
        if (taken.length === 0 && prefix.endsWith("-")) return `${prefix}${this.key.slice(-6)}`;
        let number = taken.length + 1;
        while (taken.includes(`${prefix}${number}`)) number += 1;
        return `${prefix}${number}`;
    }

    #select(choices, required) {
        const options = choices.map(([value, words]) => h("option", { value }, words));
        return h("select", { class: "input" }, h("option", { value: "" }, required ? "Choose…" : "Not said"), options);
    }

    #title({ name, required }) {
        return [phrase(name), !required && h("span", { class: "field-optional" }, " optional")];
    }

    #hint({ description }) {
        return description && h("p", { class: "hint" }, plain(description));
    }

    #error() {
        return h("p", { class: "error", hidden: true });
    }

    #labelled(field, input, shown, more = "") {
        const id = `field-${(count += 1)}`;
        input.id = id;
        const hint = this.#hint({ description: [field.description, more].filter(Boolean).join(" ") }), error = this.#error();
        if (hint) hint.id = `${id}-hint`;
        error.id = `${id}-error`;
        input.setAttribute("aria-describedby", [hint && hint.id, error.id].filter(Boolean).join(" "));
        return h("div", { class: "field" }, h("label", { for: id }, this.#title(field)), shown, hint, error);
    }
}
