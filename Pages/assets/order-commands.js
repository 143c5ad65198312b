/** The commands that an order takes now, as forms. */

import { h, setText } from "./dom.js";

import { commandPhrase, eventPhrase, phrase, reasonPhrase } from "./words.js";

/** The commands that move an order on; they go before the others. */
const FIRST = ["resolveAnomaly", "releaseHold", "confirmOrder", "packParcel", "dispatchParcel", "decideReturn", "receiveReturn", "closeOrder", "addNote"];

export class CommandsView {
    /** - done: called when the order has changed. */
    constructor({ buttons, place, state }, done) {
        Object.assign(this, { buttons, place, state, done });
        this.shown = "";
    }

    /** - order: as it is now; undefined while the page shows the past. - events: all of its events. */
    render(order, events) {
        Object.assign(this, { order, events });
        const allowed = order?.internal?.allowedCommands ?? [];
        const sorted = [...FIRST.filter((name) => allowed.includes(name)), ...allowed.filter((name) => !FIRST.includes(name))];
        const text = sorted.join();
        if (text !== this.shown || !order) {
            this.shown = order ? text : "";
            this.buttons.replaceChildren(...sorted.map((name) => {
                const button = h("button", { type: "button", class: FIRST.includes(name) ? "button" : "button quiet", "data-command": name, "aria-expanded": "false" }, commandPhrase(name));
                button.addEventListener("click", () => this.#toggle(name));
                return button;
            }));
            this.#mark();
        }
        if (!order) this.close();
        else if (sorted.length === 0) setText(this.state, "Your role may send no command for this order now.");
        else if (this.state.dataset.kind !== "receipt") setText(this.state, "");
        if (this.open && !allowed.includes(this.open)) this.note.hidden = false;
        else if (this.note) this.note.hidden = true;
    }

    close() {
        this.open = undefined;
        this.place.replaceChildren();
        this.#mark();
    }

    #mark() {
        for (const button of this.buttons.children) button.setAttribute("aria-expanded", String(button.dataset.command === this.open));
    }

    async #toggle(name) {
        if (this.open === name) return this.close();
        this.close();
        this.open = name;
        this.#mark();
        delete this.state.dataset.kind;
        setText(this.state, "");
        let commands, CommandForm, plain, send;
        try {
            // The forms are read when somebody needs them.
            const [form, sending] = await Promise.all([import("./command-form.js"), import("./commands.js")]);
            [{ CommandForm, plain }, { send }] = [form, sending];
            commands = await sending.loadCommands();
        } catch (error) {
            this.open = undefined;
            this.#mark();
            return setText(this.state, `The form could not be read: ${error.message}`);
        }
        if (this.open !== name) return;
        const command = commands.get(name);
        const fields = new CommandForm(command, { order: this.order });
        const run = h("button", { type: "submit", class: "button primary" }, commandPhrase(name));
        const cancel = h("button", { type: "button", class: "button quiet" }, "Discard");
        // The form is filled in by what its writer sees: what comes meanwhile must be seen before it is sent.
        let version = Math.max(this.order.version, this.known ?? 0);
        const tellOfChange = (now) => {
            const news = this.events.filter((event) => event.version > version).map(({ type, actor }) => [eventPhrase(type), actor].filter(Boolean).join(", by "));
            version = now;
            fields.show({ title: "The order has changed since this form was opened", detail: `${news.length ? `${news.join("; ")}. ` : ""}Send it again if it is still right.` });
        };
        this.note = h("p", { class: "error", hidden: true }, "The order has changed, and does not take this command any more.");
        const form = h("form", { class: "command-form", novalidate: true, "aria-label": commandPhrase(name) },
            h("p", { class: "command-summary" }, plain(command.summary)), this.note, fields.element,
            h("div", { class: "actions" }, cancel, run));
        cancel.addEventListener("click", () => {
            this.close();
            this.buttons.querySelector(`[data-command="${name}"]`)?.focus();
        });
        form.addEventListener("submit", async (event) => {
            event.preventDefault();
            const body = fields.body();
            if (!body) return;
            // A note contradicts nothing; what the order does not take any more is refused by itself.
            const isFree = name === "addNote" || !this.note.hidden;
            if (!isFree && this.order.version > version) return tellOfChange(this.order.version);
            run.disabled = true;
            try {
                const receipt = await send(command, this.order.orderId, body, fields.key, isFree ? undefined : version);
                this.known = receipt.version;
                this.close();
                this.state.dataset.kind = "receipt";
                setText(this.state, this.#words(receipt));
                this.state.focus();
                this.done();
            } catch (error) {
                // The form to sign in has come, and this one waits behind it.
                if (error.status === 401) return;
                if (error.status === 412) {
                    this.done();
                    return tellOfChange(error.problem.version);
                }
                fields.show(error.problem ?? { title: "No answer came", detail: `${error.message} Send it again: the same form is never done twice.` });
            } finally {
                run.disabled = false;
            }
        });
        this.place.replaceChildren(form);
        form.querySelector("input, select, textarea, button")?.focus();
    }

    #words({ events, status, version }) {
        if (events.length === 0) return "Accepted. The order knew this already; nothing was added.";
        const anomalies = events.filter((event) => event.anomaly).map((event) => reasonPhrase(event.anomaly));
        return `Accepted: ${events.map((event) => eventPhrase(event.type)).join(", ")}. The order is at event ${version}, ${phrase(status).toLowerCase()}.`
            + (anomalies.length ? ` It raised a contradiction: ${anomalies.join(", ")}.` : "");
    }
}
