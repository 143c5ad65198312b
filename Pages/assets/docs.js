// Makes the API's page quicker to use: a search over its contents and its text, and a mark on the part that is read.
import { find, h, setText } from "./dom.js";

// The types have a page of their own; an address from before says where they stood here.
if (/^#(type|enumeration)/.test(location.hash) && !document.getElementById(location.hash.slice(1))) {
    location.replace(`/docs/types${location.hash}`);
}

const nav = find(".api > nav");
const entries = [...nav.querySelectorAll("li")];
const told = h("p", { class: "small soft", role: "status" });
const input = h("input", { class: "input", id: "filter", type: "search", autocomplete: "off", placeholder: "Press /" });

/** The part of the page that an entry leads to: an article, a section, or a heading with what follows it. */
const partOf = (entry) => {
    const target = document.getElementById(entry.firstElementChild.hash.slice(1));
    if (!target || target.tagName === "ARTICLE") return target?.textContent ?? "";
    let text = target.textContent;
    for (let next = target.nextElementSibling; next && next.tagName !== target.tagName; next = next.nextElementSibling) {
        text += ` ${next.textContent}`;
    }
    return text;
};

/** The texts of an entry in lower case: its name with the whole path of its operation, and its part of the page. */
const textsOf = (entry) => {
    const id = entry.firstElementChild.hash.slice(1);
    const path = document.querySelector(`article[id="${id}"] h3`)?.textContent ?? "";
    return { entry, name: `${entry.textContent} ${path} ${id}`.toLowerCase(), part: partOf(entry).toLowerCase() };
};
// The text of the page is read once it is searched.
let texts;

const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

const search = () => {
    texts ??= entries.map(textsOf);
    const wanted = words(input.value);
    const matching = (part) => texts.filter((one) => wanted.every((word) => one[part].includes(word)));
    // A name says more than a mention.
    const named = matching("name");
    const found = named.length > 0 ? named : matching("part");
    const shown = new Set(found.map(({ entry }) => entry));
    for (const entry of entries) entry.hidden = !shown.has(entry);
    for (const list of nav.querySelectorAll("ul")) {
        list.hidden = list.previousElementSibling.hidden = [...list.children].every((entry) => entry.hidden);
    }
    if (wanted.length === 0) setText(told, "");
    else if (found.length === 0) setText(told, "Nothing on this page has these words.");
    else setText(told, named.length > 0 ? `${found.length} found. Enter opens the first.` : `In the text of ${found.length}. Enter opens the first.`);
};

/** The place of a word that has one of its own, such as a problem's code; else the first entry that is shown. */
const open = () => {
    const word = input.value.trim();
    const own = word && document.getElementById(`problem-${word}`);
    const first = entries.find((entry) => !entry.hidden)?.firstElementChild;
    if (own) location.hash = own.id;
    else if (first) first.click();
    find("#menu").checked = false;
};

input.addEventListener("input", search);
input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || words(input.value).length === 0) return;
    event.preventDefault();
    open();
});
find(".entries", nav).prepend(h("div", { class: "field filter" }, h("label", { for: "filter" }, "Search"), input, told));

document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea")) return;
    event.preventDefault();
    find("#menu").checked = true;
    input.focus();
});
// On a phone the contents cover the text, so a choice closes them.
nav.addEventListener("click", (event) => { if (event.target.closest("a")) find("#menu").checked = false; });

// The mark: on the last part that began above the upper quarter of the window, else on the one that the address names

const parts = entries.map((entry) => ({ link: entry.firstElementChild, target: document.getElementById(entry.firstElementChild.hash.slice(1)) }))
    .filter(({ target }) => target);
let current;
const mark = () => {
    const begun = ({ target }) => target.getBoundingClientRect().top <= window.innerHeight / 4;
    const named = parts.find(({ target }) => target.id === location.hash.slice(1));
    const box = named?.target.getBoundingClientRect();
    // At the end of the page its last parts cannot come so far up.
    const isSeen = box && box.top >= 0 && box.top < window.innerHeight / 2;
    const link = (isSeen ? named : parts.findLast(begun))?.link;
    if (link === current) return;
    current?.removeAttribute("aria-current");
    current = link;
    current?.setAttribute("aria-current", "location");
    // On a phone the contents are closed while the text is read.
    if (!current?.offsetParent || nav.scrollHeight <= nav.clientHeight) return;
    const [top, bottom] = [current.offsetTop - nav.offsetTop, current.offsetTop + current.offsetHeight - nav.offsetTop];
    if (top < nav.scrollTop || bottom > nav.scrollTop + nav.clientHeight) nav.scrollTop = top - nav.clientHeight / 3;
};
let isDue = false;
const markSoon = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
        isDue = false;
        mark();
    });
};
window.addEventListener("scroll", markSoon, { passive: true });
window.addEventListener("resize", markSoon);
window.addEventListener("hashchange", markSoon);
markSoon();
