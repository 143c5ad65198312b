// Makes the API's page quicker to use: a filter of its contents, and a mark on the part that is read.
import { find, h } from "./dom.js";

// The types have a page of their own; an address from before says where they stood here.
if (/^#(type|enumeration)/.test(location.hash) && !document.getElementById(location.hash.slice(1))) {
    location.replace(`/docs/types${location.hash}`);
}

const nav = find(".api > nav");
const entries = [...nav.querySelectorAll("li")];
const empty = h("p", { class: "soft", role: "status" });
const input = h("input", { class: "input", id: "filter", type: "search", autocomplete: "off", placeholder: "Press /" });

const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
input.addEventListener("input", () => {
    const wanted = words(input.value);
    for (const entry of entries) {
        const text = entry.textContent.toLowerCase();
        entry.hidden = !wanted.every((word) => text.includes(word));
    }
    for (const list of nav.querySelectorAll("ul")) {
        list.hidden = list.previousElementSibling.hidden = [...list.children].every((entry) => entry.hidden);
    }
    empty.textContent = entries.every((entry) => entry.hidden) ? "Nothing has this name." : "";
});
find(".entries", nav).prepend(h("div", { class: "field filter" }, h("label", { for: "filter" }, "Filter"), input, empty));

document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea")) return;
    event.preventDefault();
    find("#menu").checked = true;
    input.focus();
});
// On a phone the contents cover the text, so a choice closes them.
nav.addEventListener("click", (event) => { if (event.target.closest("a")) find("#menu").checked = false; });

const links = new Map(entries.map((entry) => [entry.firstElementChild.hash.slice(1), entry.firstElementChild]));
let current;
const observer = new IntersectionObserver((changes) => {
    for (const { isIntersecting, target } of changes) {
        if (!isIntersecting || !links.has(target.id)) continue;
        current?.removeAttribute("aria-current");
        current = links.get(target.id);
        current.setAttribute("aria-current", "location");
        // On a phone the contents are closed while the text is read.
        if (current.offsetParent && nav.scrollHeight > nav.clientHeight) {
            const [top, bottom] = [current.offsetTop - nav.offsetTop, current.offsetTop + current.offsetHeight - nav.offsetTop];
            if (top < nav.scrollTop || bottom > nav.scrollTop + nav.clientHeight) nav.scrollTop = top - nav.clientHeight / 3;
        }
    }
}, { rootMargin: "-10% 0px -80% 0px" });
for (const id of links.keys()) {
    const target = document.getElementById(id);
    if (target) observer.observe(target);
}
