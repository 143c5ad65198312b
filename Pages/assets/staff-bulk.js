/** One command for many orders, with a result for each. */

import { CommandForm, plain } from "./command-form.js";
import { loadCommands, send } from "./commands.js";
import { h, setText } from "./dom.js";
import { formatNumber } from "./format.js";
import { foreign, orderPath, pool } from "./staff-parts.js";
import { commandPhrase, phrase } from "./words.js";

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
        dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    }

    /** - rows: the rows of the selected orders. */
    async open(rows) {
        this.rows = rows;
        this.done = new Set();
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
        const offered = [...this.commands.keys()].filter((name) => allowed.has(name));
        this.choice.append(...offered.map((name) => h("option", { value: name }, allowed.get(name) === rows.length
            ? commandPhrase(name) : `${commandPhrase(name)} (allowed for ${allowed.get(name)} of ${rows.length})`)));
        if (offered.length === 0) setText(this.state, "Your role may command none of these orders.");
        this.choice.focus();
    }

    #choose() {
        const command = this.commands.get(this.choice.value);
        this.done.clear();
        this.results.replaceChildren();
        setText(this.state, "");
        this.run.disabled = !command;
        if (!command) return this.place.replaceChildren();
        const currencies = new Set(this.rows.map((row) => row.total?.currency));
        this.form = new CommandForm(command, { currency: currencies.size === 1 ? [...currencies][0] : undefined });
        this.place.replaceChildren(h("p", { class: "command-summary" }, plain(command.summary)), this.form.element);
        setText(this.run, `${commandPhrase(command.name)}: ${formatNumber(this.rows.length)}`);
    }

    async #send() {
        const command = this.commands.get(this.choice.value), form = this.form;
        const body = form?.body();
        if (!command || !body) return;
        const rows = this.rows.filter((row) => !this.done.has(row.orderId));
        const counts = { accepted: 0, refused: 0, failed: 0 };
        const lines = new Map(rows.map((row) => {
            const state = h("span", { class: "result-state", "data-result": "waiting" }, "Waiting");
            const words = h("span", { class: "result-words" });
            const line = h("li", { "data-order": row.orderId }, h("a", { href: orderPath(row.orderId) }, foreign(row.number)), state, words);
            return [row.orderId, { line, state, words }];
        }));
        this.results.replaceChildren(...[...lines.values()].map(({ line }) => line));
        this.run.disabled = this.choice.disabled = true;
        this.results.scrollIntoView({ block: "nearest" });
        let firstInvalid;
        const limited = pool(AT_ONCE);
        const say = () => setText(this.state, `${counts.accepted} accepted, ${counts.refused} refused`
            + (counts.failed ? `, ${counts.failed} without an answer` : "") + `, of ${rows.length}.`);
        await Promise.all(rows.map((row) => limited(async () => {
            const { state, words } = lines.get(row.orderId);
            try {
                const receipt = await send(command, row.orderId, body, `${form.key}:${row.orderId}`);
                counts.accepted += 1;
                this.done.add(row.orderId);
                state.dataset.result = "accepted";
                setText(state, "Accepted");
                setText(words, receipt.events.length === 0 ? "Known already; nothing to add." : `Now ${phrase(receipt.status).toLowerCase()}.`);
            } catch (error) {
                const isAnswer = error.status >= 400 && error.status < 500 && error.status !== 429;
                counts[isAnswer ? "refused" : "failed"] += 1;
                state.dataset.result = isAnswer ? "refused" : "failed";
                setText(state, isAnswer ? "Refused" : "No answer");
                setText(words, [error.problem?.reason, error.problem?.detail ?? error.message].filter(Boolean).join(": "));
                if (error.problem?.errors) firstInvalid ??= error.problem;
            }
            say();
        })));
        if (firstInvalid) form.show(firstInvalid);
        this.choice.disabled = false;
        // The same key again: what was accepted without our hearing of it is not done twice.
        this.run.disabled = counts.refused + counts.failed === 0;
        setText(this.run, this.run.disabled ? "Done" : `Try the other ${counts.refused + counts.failed} again`);
    }
}
