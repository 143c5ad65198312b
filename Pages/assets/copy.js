/** Copies texts. */

import { h, setText } from "./dom.js";

/** Copies a text; also where the page has no secure context. */
export async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) {
        await navigator.clipboard.writeText(text);
        return;
    }
    const area = h("textarea", { class: "visually-hidden", readonly: true }, text);
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    if (!isDone) throw new Error("the browser does not copy");
}

/** A button that copies a text and says so. */
export function copyButton(text, words) {
    const button = h("button", { type: "button", class: "button quiet little", "aria-label": words }, "Copy");
    button.addEventListener("click", async () => {
        const isDone = await copy(text).then(() => true, () => false);
        setText(button, isDone ? "Copied" : "Select it by hand");
        setTimeout(() => setText(button, "Copy"), 2000);
    });
    return button;
}
