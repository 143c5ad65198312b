/**
 * Keyboard shortcuts of single keys, and the dialog that lists them.
 *
 * They do nothing while somebody writes, or holds Control, Alt or Meta, and can be switched off (WCAG 2.1.4).
 */

import { h } from "./dom.js";

const STORED = "waybill-shortcuts";

const isWriting = (target) => target.closest?.("input:not([type=checkbox]):not([type=range]), select, textarea, [contenteditable]") !== null;

export class Shortcuts {
    /**
     * - dialog: the dialog of help, which holds `[data-keys]` and the switch `[data-switch]`.
     * - keys: `[key, words, action]` each; several keys are separated by blanks.
     */
    constructor(dialog, keys) {
        this.dialog = dialog;
        this.actions = new Map();
        for (const [names, , action] of keys) for (const name of names.split(" ")) this.actions.set(name, action);
        this.isOn = localStorage.getItem(STORED) !== "off";
        dialog.querySelector("[data-keys]").replaceChildren(...keys.map(([names, words]) => h("div", { class: "key-line" },
            h("dt", {}, names.split(" ").map((name) => h("kbd", {}, { Enter: "Enter ↵", Escape: "Esc", " ": "Space", ArrowLeft: "←", ArrowRight: "→" }[name] ?? name))),
            h("dd", {}, words))));
        const onOff = dialog.querySelector("[data-switch]");
        onOff.checked = this.isOn;
        onOff.addEventListener("change", () => {
            this.isOn = onOff.checked;
            localStorage.setItem(STORED, this.isOn ? "on" : "off");
        });
        dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
        document.addEventListener("keydown", (event) => this.#press(event));
    }

    help() {
        if (!this.dialog.open) this.dialog.showModal();
    }

    #press(event) {
        if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
        if (!this.isOn || document.querySelector("dialog[open]")) return;
        if (isWriting(event.target)) {
            if (event.key === "Escape") event.target.blur();
            return;
        }
        const action = this.actions.get(event.key);
        // Enter and the space bar belong to a control that has the focus.
        if (!action || ["Enter", " "].includes(event.key) && event.target.closest?.("a, button, summary, input")) return;
        if (action(event) !== false) event.preventDefault();
    }
}
