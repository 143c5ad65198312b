/**
 * Elements, built from values. Texts become text nodes and attributes are set by name, so nothing that a customer or a
 * carrier wrote is ever read as HTML.
 *
 *     h("li", { class: "row", dataset: { id } }, h("bdi", {}, name), " · ", h("a", { href }, "Open"))
 */

const SVG = "http://www.w3.org/2000/svg";

const build = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        if (name === "dataset") Object.assign(element.dataset, value);
        else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
        else if (name === "value") element.value = value;
        else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
    return element;
};

/** An element. An attribute `onclick` is a listener of `click`; undefined, null and false leave an attribute out. */
export const h = (name, attributes = {}, ...children) => build(document.createElement(name), attributes, children);

/** The same for SVG. */
export const svg = (name, attributes = {}, ...children) => build(document.createElementNS(SVG, name), attributes, children);

/** The first element that matches, which must be there. */
export const find = (selector, root = document) => {
    const element = root.querySelector(selector);
    if (!element) throw new Error(`the page has no ${selector}`);
    return element;
};

/** Sets an element's text where it differs, so that screen readers hear of changes alone. */
export const setText = (element, text) => {
    if (element.textContent !== String(text)) element.textContent = text;
};

/** A status as a chip. */
export const chip = (tone, ...words) => h("span", { class: "chip", dataset: { tone } }, ...words);

/** A short message that goes by itself; `tone` as of chips. Screen readers read it. */
export const toast = (text, tone = "info", milliseconds = 6000) => {
    let region = document.querySelector(".toasts");
    if (!region) {
        region = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
        document.body.append(region);
    }
    const message = h("div", { class: "toast", dataset: { tone } }, text);
    // A region that is filled as it is made is not read.
    requestAnimationFrame(() => region.append(message));
    setTimeout(() => message.remove(), milliseconds);
};

/**
 * Asks a question in a dialog and resolves to true or false. Escape and a click beside it mean no.
 *
 * - title, confirm, cancel: texts. - danger: marks what cannot be undone. - content: further nodes.
 */
export const ask = ({ title, confirm, cancel = "Cancel", danger = false, content = [] }) => new Promise((resolve) => {
    const heading = h("h2", { id: "ask-title" }, title);
    const actions = h("div", { class: "actions" },
        h("button", { class: "button", type: "button", onclick: () => dialog.close("no") }, cancel),
        h("button", { class: `button ${danger ? "danger" : "primary"}`, type: "button", onclick: () => dialog.close("yes") }, confirm));
    const dialog = h("dialog", { "aria-labelledby": "ask-title", class: "stack" }, heading, content, actions);
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close("no"); });
    dialog.addEventListener("close", () => {
        dialog.remove();
        resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
});

/**
 * Draws numbers as a line in an `<svg class="spark">`; the text is what screen readers hear. The last number stands at the
 * right; with `count`, the line has room for so many, and grows from there.
 */
export const sparkline = (element, values, text, count = values.length) => {
    const [width, height] = [100, 30];
    const top = Math.max(...values, 1e-9);
    const step = width / Math.max(count - 1, 1);
    const start = width - (values.length - 1) * step;
    const points = values.map((value, index) => `${(start + index * step).toFixed(1)},${(height - 1 - (value / top) * (height - 2)).toFixed(1)}`);
    element.setAttribute("viewBox", `0 0 ${width} ${height}`);
    element.setAttribute("preserveAspectRatio", "none");
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", text);
    const line = `M${points.join("L")}`;
    element.replaceChildren(...(values.length < 2 ? [] : [
        svg("path", { class: "area", d: `${line}L${width},${height}L${start.toFixed(1)},${height}Z` }), svg("path", { d: line })]));
};

/** Gives every `.code-block` below an element a button that copies its text. */
export const addCopyButtons = (root = document) => {
    if (!navigator.clipboard) return;
    for (const block of root.querySelectorAll(".code-block")) {
        if (block.querySelector(".button")) continue;
        const button = h("button", { class: "button little", type: "button" }, "Copy");
        button.addEventListener("click", async () => {
            await navigator.clipboard.writeText(block.querySelector("pre").textContent.trim());
            setText(button, "Copied");
            setTimeout(() => setText(button, "Copy"), 2000);
        });
        block.append(button);
    }
};

/** Loads a style sheet of what a first view does not show. Ends when it applies, or when it cannot be had. */
export const addStyleSheet = (url) => new Promise((done) => {
    document.head.append(h("link", { rel: "stylesheet", href: String(url), onload: done, onerror: done }));
});
