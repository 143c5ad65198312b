/** The page of one order: as it is, as it was after any event, why, and what it takes now. */

import { get } from "./api.js";
import { h, setText } from "./dom.js";
import { formatTime } from "./format.js";
import { changesView } from "./order-changes.js";
import { CommandsView } from "./order-commands.js";
import { HistoryView } from "./order-history.js";
import { sections } from "./order-state.js";
import { session } from "./session.js";
import { Shortcuts } from "./shortcuts.js";
import { atMostEvery, foreign, goTo, Liveness, mark, markWords, perFrame, statusChip } from "./staff-parts.js";
import { explainStatus } from "./status-rule.js";
import { follow } from "./stream.js";
import { eventPhrase, phrase } from "./words.js";

const byId = (id) => document.getElementById(id);
// As it stands in the address: the service says whether it is an id.
const path = `/v1/orders/${location.pathname.split("/").findLast(Boolean)}`;

/** The order as it is, all its events, the states by version, and the version that is shown; undefined for now. */
let order, events = [], stream, links, chosen = readAddress();
const states = new Map();
/** The most states that are kept. */
const KEPT = 200;

function readAddress() {
    const version = Number(new URLSearchParams(location.search).get("version"));
    return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}

// MARK: Reading

async function start() {
    byId("order-problem").hidden = true;
    try {
        // The order goes first: an event that comes between is in the events and again on the stream.
        order = await get(path);
        await readEvents();
    } catch (error) {
        if (error.status !== 401) refuse(error);
        return;
    }
    byId("order").hidden = false;
    remember(order);
    stream?.close();
    stream = follow(`${path}/stream?after=${encodeURIComponent(order.position)}`, {
        onEvent: ({ type, data }) => {
            if (type === "status" || type === "update") take(data);
            else if (type === "snapshot" || type === "reset") readAgain();
        },
        onState: (_, connection) => liveness.take(connection),
        // This request tells if the session has ended, and the form to sign in comes then.
        onRefused: () => readAgain(),
    });
    await show();
    if (links) links.load();
    else nearLinks.observe(byId("links"));
}

/** Reads the links when their place comes near: most people look at the order alone. */
const nearLinks = new IntersectionObserver(async (entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    nearLinks.disconnect();
    const { LinksView } = await import("./order-links.js");
    links ??= new LinksView(byId("links"), path);
    links.load();
}, { rootMargin: "600px" });

/** Adds the next event. The stream and the log may both bring it; one after a gap is read later. */
function append(event) {
    if (event.version === (events.at(-1)?.version ?? 0) + 1) events.push(event);
}

/** Reads the events that the page does not have yet. */
async function readEvents() {
    let after = events.at(-1)?.position;
    do {
        const query = new URLSearchParams({ limit: 1000, ...after && { after } });
        const body = await get(`${path}/events?${query}`);
        body.events.forEach(append);
        after = body.next;
    } while (after);
}

function refuse(error) {
    byId("order").hidden = true;
    const problem = byId("order-problem");
    problem.hidden = false;
    problem.replaceChildren(h("h1", {}, error.status === 404 ? "There is no such order" : "The order could not be read"),
        h("p", {}, error.status === 404 ? "Its id is wrong, or it is of a shop that your token does not name." : error.message),
        h("p", {}, h("a", { class: "button", href: "/staff" }, "To the board")));
    if (error.isTemporary) setTimeout(start, 5000);
}

function remember(its) {
    states.delete(its.version);
    states.set(its.version, its);
    if (states.size > KEPT) states.delete(states.keys().next().value);
}

/** The order as of a version. */
async function stateAt(version) {
    if (version === 0) return undefined;
    if (version === order.version) return order;
    if (!states.has(version)) remember(await get(`${path}?version=${version}`));
    return states.get(version);
}

const readAgain = atMostEvery(150, async () => {
    try {
        const body = await get(path);
        if (body.version < order.version) return;
        order = body;
        remember(order);
        if (events.length < order.version) await readEvents();
        await show();
    } catch (error) {
        if (error.status !== 401) setTimeout(readAgain, 2000);
    }
});

const arrived = [];
const takeArrived = perFrame(() => {
    arrived.splice(0).forEach(append);
    showTime();
    history_.render(events, chosen ?? events.length);
    // The event says the status; the rest of the order is read.
    if (chosen === undefined && events.length) byId("order-status").replaceChildren(statusChip(events.at(-1).status));
    readAgain();
});

function take(event) {
    arrived.push(event);
    takeArrived();
}

// MARK: Showing

let showing = 0;

/** Shows the chosen version, or the order as it is. */
async function show() {
    const mine = (showing += 1);
    if (chosen >= order.version) {
        chosen = undefined;
        history.replaceState(null, "", location.pathname);
    }
    const version = chosen ?? order.version;
    showTime();
    let its, before;
    try {
        [its, before] = await Promise.all([stateAt(version), stateAt(version - 1)]);
    } catch (error) {
        if (error.status !== 401) setText(byId("time-state"), `This version could not be read: ${error.message}`);
        return;
    }
    if (mine !== showing) return;
    showHead(its);
    const { wide, narrow } = sections(its);
    byId("state-wide").replaceChildren(...wide.filter(Boolean));
    byId("state-narrow").replaceChildren(...narrow.filter(Boolean));
    showWhy(its);
    const event = events.find((one) => one.version === version);
    byId("changes").replaceChildren(changesView(before, its));
    setText(byId("changes-title"), event ? `What event ${version} changed` : "What changed");
    commands.render(chosen === undefined ? order : undefined, events);
    byId("commands-past").hidden = chosen === undefined;
    history_.render(events, version);
}

function showHead(its) {
    document.title = `${its.number} · ${phrase(its.status)} · Waybill`;
    byId("order-number").replaceChildren(foreign(its.number));
    byId("order-status").replaceChildren(statusChip(its.status));
    const found = chosen === undefined && mark(its, Date.now()), place = byId("order-mark");
    place.hidden = !found;
    if (found) {
        const { short, long } = markWords(found, Date.now());
        place.dataset.kind = found.kind;
        place.title = long;
        setText(place, short);
    }
    byId("order-who").replaceChildren(foreign(its.shop), " · ", foreign(its.customer));
}

function showTime() {
    const count = events.length, version = Math.min(chosen ?? count, count), slider = byId("slider");
    byId("past").hidden = chosen === undefined;
    slider.max = count;
    slider.value = version;
    const event = events[version - 1];
    const words = event ? `Event ${version} of ${count}: ${eventPhrase(event.type)}` : "";
    slider.setAttribute("aria-valuetext", words);
    setText(byId("time-event"), words);
    setText(byId("time-when"), event ? `Happened ${formatTime(event.occurredAt)} · recorded ${formatTime(event.recordedAt)}${event.actor ? ` · ${event.actor}` : ""}` : "");
    setText(byId("time-state"), chosen === undefined ? "" : `The order as it was after event ${chosen}. ${count - chosen} later.`);
    for (const [id, off] of [["first", version <= 1], ["previous", version <= 1], ["next", version >= count], ["now", chosen === undefined]]) {
        byId(id).disabled = off;
    }
}

function showWhy(its) {
    const { number, status, words, isTheServices, turn, evidence } = explainStatus(its, events);
    const link = (event) => h("li", {}, h("a", { href: `?version=${event.version}`, "data-version": event.version }, `#${event.version} ${eventPhrase(event.type)}`),
        h("span", { class: "small soft" }, h("time", { datetime: event.occurredAt }, formatTime(event.occurredAt)), event.actor && [" · ", foreign(event.actor)]));
    byId("why").replaceChildren(h("div", {},
        isTheServices
            ? h("p", {}, h("strong", {}, `Rule ${number} of 13`), `: ${words}. `)
            : h("p", {}, `The service shows ${phrase(its.status)}. By the rules of today, rule ${number} would give ${phrase(status)}: ${words}. A status that was sent stays what it was.`),
        evidence.length > 0 && h("p", { class: "small soft" }, evidence.length === 1 ? "The event behind it:" : "The events behind it:"),
        evidence.length > 0 && h("ul", { class: "plain evidence" }, evidence.slice(-5).reverse().map(link)),
        turn && !evidence.includes(turn) && [h("p", { class: "small soft" }, "Shown since:"), h("ul", { class: "plain evidence" }, link(turn))],
        h("p", { class: "small soft" }, "The first rule that fits gives the status: ", h("a", { href: "#rules", "data-rules": true }, "all rules"), ".")));
    for (const item of byId("rules").querySelectorAll("li")) {
        if (item.value === number) item.setAttribute("aria-current", "true");
        else item.removeAttribute("aria-current");
    }
}

const liveness = new Liveness(byId("live"));

// MARK: Acting

/** - isStep: whether it is one of several steps, which “Back” takes together. */
function choose(version, isStep = false) {
    chosen = version === undefined || version >= events.length ? undefined : Math.max(1, version);
    if (chosen !== readAddress()) goTo(chosen === undefined ? location.pathname : `?version=${chosen}`, isStep);
    return show();
}

const step = (by) => choose((chosen ?? events.length) + by, true);

const history_ = new HistoryView({ list: byId("events"), more: byId("events-more"), count: byId("events-count") }, (version) => {
    choose(version);
    byId("time").scrollIntoView({ block: "nearest" });
});
const commands = new CommandsView({ buttons: byId("commands"), place: byId("command-place"), state: byId("command-state") }, () => readAgain());

/** Shows the version under the slider at once, and reads it when the slider rests. */
let resting;
byId("slider").addEventListener("input", () => {
    const version = Number(byId("slider").value);
    chosen = version >= events.length ? undefined : version;
    showTime();
    clearTimeout(resting);
    resting = setTimeout(() => choose(version, true), 60);
});
window.addEventListener("popstate", () => {
    chosen = readAddress();
    if (order) show();
});
byId("first").addEventListener("click", () => choose(1));
byId("previous").addEventListener("click", () => step(-1));
byId("next").addEventListener("click", () => step(1));
byId("now").addEventListener("click", () => choose(undefined));
byId("past-now").addEventListener("click", () => choose(undefined));
byId("commands-now").addEventListener("click", () => choose(undefined));
document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-version], a[data-rules]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.version) {
        choose(Number(link.dataset.version));
        byId("time").scrollIntoView({ block: "nearest" });
    } else {
        byId("rules").open = true;
        byId("rules").scrollIntoView({ block: "nearest" });
        byId("rules").querySelector("summary").focus();
    }
});

const shortcuts = new Shortcuts(byId("keys"), [
    ["ArrowLeft [", "The event before", () => step(-1)],
    ["ArrowRight ]", "The event after", () => step(1)],
    ["n", "As it is now", () => choose(undefined)],
    ["c", "To the commands", () => (byId("commands").querySelector("button") ?? byId("commands-now")).focus()],
    ["h", "To the history", () => byId("events").querySelector("a")?.focus()],
    ["b", "Back to the board", () => location.assign("/staff")],
    ["?", "This list", () => shortcuts.help()],
]);
byId("help").addEventListener("click", () => shortcuts.help());

// MARK: Session

session({
    roles: ["staff", "operator"],
    page: byId("page"),
    begin() {
        liveness.begin();
        start();
        return () => {
            liveness.end();
            stream?.close();
        };
    },
});
