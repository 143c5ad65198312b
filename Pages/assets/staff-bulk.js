/** One command for many orders, with a result for each. */

import { CommandForm, plain } from "./command-form.js";
import { loadCommands, send } from "./commands.js";
import { h, setText } from "./dom.js";
import { formatNumber } from "./format.js";
import { foreign, orderPath, pool } from "./staff-parts.js";
import { commandPhrase, phrase } from "./words.js";

/** Asks before the page is left while commands are under way. */
const warn = (event) => event.preventDefault();

/** Commands that replace what one order has, and mean nothing for several. */
const OF_ONE = new Set(["editOrder", "setTracking"]);

/** Requests at a time. */
const AT_ONCE = 4;

/** The dialog that asks for a command and its fields, and shows the results. */
export class BulkDialog {
    constructor(dialog) {
        this.dialog = dialog;
        this.choice = dialog.querySelector("[data-choice]");
        this.place = dialog.querySelector("[data-fields]");
        this.results = dialog.querySelector("[data-results]");
        this.state = dialog.querySelector("[data-state]");
        this.run = dialog.querySelector("[data-run]");
        this.choice.addEventListener("change", () => this.#choose());
        dialog.querySelector("form").addEventListener("submit", (event) => {
            event.preventDefault();
            this.#send();
        });
        this.closing = dialog.querySelector("[data-close]");
        this.closing.addEventListener("click", () => this.#leave());
        // The key Escape closes a dialog as well, and pressed twice even where its event "cancel" is refused.
        dialog.addEventListener("keydown", (event) => {
            if (event.key === "Escape") this.#refuseToClose(event);
        });
        dialog.addEventListener("cancel", (event) => this.#refuseToClose(event));
        // Whatever closed it: what comes of the commands is shown. After the end of a session the board shows it again.
        dialog.addEventListener("close", () => {
            if (this.isSending && !document.querySelector("#board").hidden) dialog.showModal();
        });
    }

    /** - rows: the rows of the selected orders. */
    async open(rows) {
        this.rows = rows;
        this.done = new Set();
        this.refused = new Set();
        this.lines = new Map();
        this.results.replaceChildren();
        this.place.replaceChildren();
        setText(this.state, "");
        setText(this.dialog.querySelector("[data-count]"), `${formatNumber(rows.length)} ${rows.length === 1 ? "order" : "orders"}`);
        this.choice.replaceChildren(h("option", { value: "" }, "Choose a command…"));
        this.run.disabled = true;
        this.dialog.showModal();
        try {
            this.commands = await loadCommands();
        } catch (error) {
            setText(this.state, `The commands could not be read: ${error.message}`);
            return;
        }
        const allowed = new Map();
        for (const row of rows) for (const name of row.allowed) allowed.set(name, (allowed.get(name) ?? 0) + 1);
        const offered = [...this.commands.keys()].filter((name) => allowed.has(name) && !OF_ONE.has(name));
        this.choice.append(...offered.map((name) => h("option", { value: name }, allowed.get(name) === rows.length
            ? commandPhrase(name) : `${commandPhrase(name)} (allowed for ${allowed.get(name)} of ${rows.length})`)));
        if (offered.length === 0) setText(this.state, "Your role may command none of these orders.");
        this.choice.focus();
    }

    #choose() {
        const command = this.commands.get(this.choice.value);
        this.done.clear();
        this.refused.clear();
        this.lines.clear();
        this.results.replaceChildren();
        setText(this.state, "");
        this.run.disabled = !command;
        if (!command) return this.place.replaceChildren();
        const currencies = new Set(this.rows.map((row) => row.total?.currency));
        this.form = new CommandForm(command, { currency: currencies.size === 1 ? [...currencies][0] : undefined });
        this.place.replaceChildren(h("p", { class: "command-summary" }, plain(command.summary)), this.form.element);
        setText(this.run, `${commandPhrase(command.name)}: ${formatNumber(this.rows.length)}`);
    }

    /** Shows the dialog again with what was written and what came of it, such as after signing in again. */
    show() {
        this.dialog.showModal();
        (this.form?.element.querySelector("input, select, textarea") ?? this.choice).focus();
    }

    /** Closes the dialog; while commands are under way, only keeps the others from being sent. */
    #leave() {
        if (!this.isSending) return this.dialog.close();
        this.isStopping = true;
        setText(this.closing, "Stopping…");
    }

    #refuseToClose(event) {
        if (!this.isSending) return;
        event.preventDefault();
        this.#leave();
    }

    /** The line of a row among the results; a line that is there already is used again. */
    #line(row) {
        if (!this.lines.has(row.orderId)) {
            const state = h("span", { class: "result-state" }), words = h("span", { class: "result-words" });
            const line = h("li", { "data-order": row.orderId }, h("a", { href: orderPath(row.orderId) }, foreign(row.number)), state, words);
            this.results.append(line);
            this.lines.set(row.orderId, (result, word, text = "") => {
                state.dataset.result = result;
                setText(state, word);
                setText(words, text);
            });
        }
        return this.lines.get(row.orderId);
    }

    async #send() {
        const command = this.commands.get(this.choice.value), form = this.form;
        const body = form?.body();
        if (!command || !body || this.isSending) return;
        const rows = this.rows.filter((row) => !this.done.has(row.orderId) && !this.refused.has(row.orderId));
        const counts = { accepted: this.done.size, refused: this.refused.size, failed: 0, left: rows.length };
        for (const row of rows) this.#line(row)("waiting", "Waiting");
        this.run.disabled = this.choice.disabled = this.isSending = true;
        this.isStopping = false;
        setText(this.closing, "Stop");
        window.addEventListener("beforeunload", warn);
        this.results.scrollIntoView({ block: "nearest" });
        let firstInvalid;
        const limited = pool(AT_ONCE);
        const say = () => setText(this.state, `${counts.accepted} accepted, ${counts.refused} refused`
            + (counts.failed ? `, ${counts.failed} without an answer` : "") + (counts.left && this.isStopping ? `, ${counts.left} not sent` : "")
            + `, of ${this.rows.length}.`);
        await Promise.all(rows.map((row) => limited(async () => {
            const tell = this.#line(row);
            if (this.isStopping) return tell("stopped", "Not sent");
            try {
                const receipt = await send(command, row.orderId, body, `${form.key}:${row.orderId}`);
                counts.accepted += 1;
                this.done.add(row.orderId);
                tell("accepted", "Accepted", receipt.events.length === 0 ? "Known already; nothing to add." : `Now ${phrase(receipt.status).toLowerCase()}.`);
            } catch (error) {
                // A caller that was signed out, too slow or too fast may send the same again.
                const isAnswer = error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status);
                counts[isAnswer ? "refused" : "failed"] += 1;
                if (error.status === 401) this.isStopping = true;
                // An order whose state does not allow it refuses the same again; other refusals are of the form.
                if ([403, 404, 409].includes(error.status)) this.refused.add(row.orderId);
                tell(isAnswer ? "refused" : "failed", isAnswer ? "Refused" : "No answer",
                    [error.problem?.reason, error.problem?.detail ?? error.message].filter(Boolean).join(": "));
                if (error.problem?.errors) firstInvalid ??= error.problem;
            }
            counts.left -= 1;
            say();
        })));
        window.removeEventListener("beforeunload", warn);
        this.isSending = false;
        say();
        setText(this.closing, "Close");
        if (firstInvalid) form.show(firstInvalid);
        const rest = this.rows.length - this.done.size - this.refused.size;
        this.choice.disabled = false;
        // The same key again: what was accepted without our hearing of it is not done twice.
        this.run.disabled = rest === 0;
        setText(this.run, rest === 0 ? "Done" : `Try the other ${formatNumber(rest)} again`);
    }
}
