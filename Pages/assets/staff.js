/** The staff board: orders and events as they change. */

import { get } from "./api.js";
import { h, setText } from "./dom.js";
import { formatNumber } from "./format.js";
import { OrderList } from "./order-list.js";
import { session } from "./session.js";
import { Shortcuts } from "./shortcuts.js";
import { Feed, FeedView } from "./staff-feed.js";
import { ListView } from "./staff-list.js";
import { atMostEvery, goTo, Liveness, orderPath, perFrame, pool } from "./staff-parts.js";
import { AttentionView, MinuteChart, StatusCounts, TimesInStatus } from "./staff-stats.js";
import { follow } from "./stream.js";
import { eventPhrase, EVENT_TYPES, STATUSES } from "./words.js";

/** Milliseconds from one tick of the stream to the next. Below it, the feed shows every event. */
const TICK = 250;
/** Events of one tick from which on the feed moves once a second alone. */
const MANY = 15;
/** Orders of one page, and the most that the list holds. */
const PAGE = 50, MOST = 500;

const byId = (id) => document.getElementById(id);

// MARK: State in the address

/** The filters, and the order with the mark, as the address says them. */
function readAddress() {
    const query = new URLSearchParams(location.search);
    const words = (name) => (query.get(name) ?? "").split(",").filter(Boolean);
    return {
        query: query.get("q") ?? "", shops: words("shop"), statuses: words("status").filter((word) => STATUSES.includes(word)),
        types: words("type").filter((word) => EVENT_TYPES.includes(word)), attention: query.get("attention") === "true",
        current: query.get("order") ?? "",
    };
}

/** - change: `filter` for what “Back” undoes, `typing` for a letter of the search; undefined for the mark, which it does not. */
function writeAddress(change) {
    const query = new URLSearchParams();
    if (state.query) query.set("q", state.query);
    for (const [name, words] of [["shop", state.shops], ["status", state.statuses], ["type", state.types]]) {
        if (words.length) query.set(name, words.join(","));
    }
    if (state.attention) query.set("attention", "true");
    if (state.current) query.set("order", state.current);
    const text = query.toString().replaceAll("%2C", ",");
    const address = text ? `?${text}` : location.pathname;
    if (change) goTo(address, change === "typing");
    else history.replaceState(null, "", address);
}

const state = readAddress();

// MARK: Parts

let list = new OrderList({}, MOST);
const feed = new Feed();
const selection = new Set();
const changed = new Set();
/** What waits while the board is paused: the newest event of each order, and how many events they stand for. */
const held = { events: new Map(), count: 0, isPaused: false };
/** - next: the queries of the list's next page. */
let streams = [], loading, next, position, lastSelected, stats, isReachable = false;
/** - isReading: whether somebody looks on who may command nothing. */
let isOpen = false, isReading = false;

const listView = new ListView(byId("rows"), (orderId, isSelected, isRange) => select(orderId, isSelected, isRange));
const feedView = new FeedView(byId("feed-list"), byId("feed-empty"));
const counts = new StatusCounts(byId("statuses"), (status) => {
    toggle(state.statuses, status);
    filtersChanged();
});
const charts = [
    new MinuteChart(byId("events-chart"), (minute) => minute.events, "events"),
    new MinuteChart(byId("placed-chart"), (minute) => minute.placed, "orders"),
];
const times = new TimesInStatus(byId("times"));
const attentionView = new AttentionView({
    list: byId("attention-list"), count: byId("attention-count"), empty: byId("attention-empty"), more: byId("attention-more"),
    shown: byId("attention-shown"),
}, () => readStats());

function toggle(words, word) {
    const index = words.indexOf(word);
    if (index < 0) words.push(word);
    else words.splice(index, 1);
}

// MARK: Showing

/** Whether all rows are shown anew, and whether the row of the address is to be brought into view. */
let mustShowAll = true, mustScroll = state.current !== "";

const showList = perFrame(() => {
    const rows = list.sorted;
    listView.render(rows, {
        selection, current: state.current, now: Date.now(), changed: mustShowAll ? undefined : new Set(changed),
    });
    changed.clear();
    mustShowAll = false;
    setText(byId("orders-count"), list.hasMore ? `${formatNumber(rows.length)}+` : formatNumber(rows.length));
    byId("more").hidden = !next || rows.length >= MOST;
    byId("orders-empty").hidden = rows.length > 0 || loading !== undefined;
    setText(byId("orders-empty-words"), state.query
        ? `No order has the number, tracking number, customer or id “${state.query}”.`
        : isFiltered() ? "No order fits these filters." : "There are no orders yet.");
    showSelection();
    readStale();
    if (mustScroll && rows.length) {
        mustScroll = false;
        listView.element(state.current)?.scrollIntoView({ block: "nearest" });
    }
});

const showFeed = perFrame(() => {
    feedView.render(feed);
    const words = feed.isPaused ? `Paused. ${formatNumber(feed.waiting)} ${feed.waiting === 1 ? "event waits" : "events wait"}.` : "";
    setText(byId("feed-waiting"), words);
});

const showFeedCalmly = atMostEvery(1000, showFeed);

function showSelection() {
    for (const orderId of [...selection]) if (!list.rows.has(orderId)) selection.delete(orderId);
    byId("selection").hidden = selection.size === 0;
    setText(byId("selection-count"), `${formatNumber(selection.size)} selected`);
    const all = byId("all");
    all.checked = selection.size > 0 && selection.size === list.rows.size;
    all.indeterminate = selection.size > 0 && !all.checked;
}

function showPause() {
    byId("pause").setAttribute("aria-pressed", String(held.isPaused));
    setText(byId("pause"), held.isPaused ? (held.count ? `Resume · ${formatNumber(held.count)} waiting` : "Resume") : "Pause");
    byId("feed-pause").setAttribute("aria-pressed", String(feed.isPaused));
    setText(byId("feed-pause"), feed.isPaused ? (feed.waiting ? `Resume · ${formatNumber(feed.waiting)}` : "Resume") : "Pause");
    showFeed();
}

const showPauseSoon = perFrame(showPause);

const liveness = new Liveness(byId("live"), (isLive, hasBeenLive) => {
    isReachable = isLive;
    byId("board").classList.toggle("is-away", hasBeenLive && !isLive);
    if (!isLive) return;
    readStats();
    readStale();
});

function isFiltered() {
    return Boolean(state.query || state.shops.length || state.statuses.length || state.types.length || state.attention);
}

// MARK: Reading

/** Reads the list anew by the filters, and follows it from the position that it reflects. */
async function load() {
    loading?.abort();
    const mine = (loading = new AbortController());
    setText(byId("orders-state"), "Reading…");
    try {
        const page = await read(undefined, mine.signal);
        if (mine.signal.aborted) return;
        list = new OrderList({ shops: state.shops, statuses: state.statuses, attention: state.attention, query: state.query }, MOST);
        list.replace(page.orders, page.next !== undefined);
        [next, position] = [page.next, page.position];
        held.events.clear();
        held.count = 0;
        setText(byId("orders-state"), "");
        loading = undefined;
        mustShowAll = true;
        showList();
        showPause();
        connect();
    } catch (error) {
        if (mine.signal.aborted) return;
        loading = undefined;
        if (error.status === 401) return;
        setText(byId("orders-state"), `The list could not be read: ${error.message}${error.isTemporary ? " Trying again." : ""}`);
        if (!error.isTemporary) return;
        setTimeout(() => { if (!loading && isOpen) load(); }, 3000);
    }
}

/** Reads a page of the list by the filters. - queries: those that the page before gave as `next`; undefined at first. */
async function read(queries, signal) {
    if (!state.query) return readPage(queries?.[0] ?? filterQuery(), signal);
    return search(queries ?? searchQueries(state.query), signal);
}

function filterQuery(more = {}) {
    const query = new URLSearchParams({ limit: PAGE, ...more });
    if (state.shops.length) query.set("shop", state.shops.join(","));
    if (state.statuses.length) query.set("status", state.statuses.join(","));
    if (state.attention) query.set("attention", "true");
    return query;
}

/** - returns: `{ orders, position, next }`, where `next` has the query of the next page; undefined after the last. */
async function readPage(query, signal) {
    const { orders, position, next: cursor } = await get(`/v1/orders?${query}`, { signal });
    if (!cursor) return { orders, position };
    const next = new URLSearchParams(query);
    next.set("cursor", cursor);
    return { orders, position, next: [next] };
}

/** A search finds orders by number, tracking number, customer and id; each by a query of its own. */
function searchQueries(text) {
    const named = [["number", text], ["customer", text]];
    if (text !== text.toUpperCase()) named.push(["number", text.toUpperCase()]);
    if (/[A-Za-z0-9]/.test(text)) named.push(["trackingNumber", text]);
    return [...named.map(([name, value]) => filterQuery({ [name]: value })), ...UUID.test(text) ? [text] : []];
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

async function search(queries, signal) {
    const answers = await Promise.allSettled(queries.map((query) => typeof query === "string"
        ? get(`/v1/orders/${query}`, { signal }).then((order) => ({ orders: [order].filter(isWanted), position: order.position }))
        : readPage(query, signal)));
    const pages = answers.filter(({ status }) => status === "fulfilled").map(({ value }) => value);
    // A text that one of them does not take, such as an unknown id, hides nothing that another finds.
    const failed = answers.find(({ status, reason }) => status === "rejected" && ![400, 404].includes(reason.status));
    if (failed) throw failed.reason;
    const orders = new Map(pages.flatMap((page) => page.orders).map((order) => [order.orderId, order]));
    const next = pages.flatMap((page) => page.next ?? []);
    return { orders: [...orders.values()], position: pages[0]?.position, next: next.length ? next : undefined };
}

/** Tells whether an order that was read by its id belongs to what the filters say. */
const isWanted = (order) => (!state.shops.length || state.shops.includes(order.shop))
    && (!state.statuses.length || state.statuses.includes(order.status)) && (!state.attention || order.internal?.attention);

async function more() {
    if (!next) return;
    const its = list;
    byId("more").disabled = true;
    try {
        const page = await read(next);
        if (its !== list) return;
        // Changes since the page was read come by the stream, whose events are older than the order's version.
        list.append(page.orders, page.next !== undefined);
        next = page.next;
        for (const order of page.orders) stale.add(order.orderId);
        showList();
    } catch (error) {
        if (error.status !== 401) setText(byId("orders-state"), `More orders could not be read: ${error.message}`);
    } finally {
        byId("more").disabled = false;
    }
}

/** Orders that must be read to know whether they belong to the list, and rows that are stale. */
const wanted = new Set(), stale = new Set(), reading = new Set();
/** Milliseconds without a change after which rows that are not on the screen are read too. */
const CALM = 1000;
let lastChange = 0, resting;
const limited = pool(4);

const reload = atMostEvery(3000, () => load());

const readStale = atMostEvery(200, () => {
    // A service that is away would be asked again and again.
    if (held.isPaused || loading || !isReachable) return;
    if (wanted.size > 40) {
        // So many changes are read faster as one page.
        wanted.clear();
        return reload();
    }
    for (const orderId of stale) if (!list.rows.has(orderId)) stale.delete(orderId);
    let due = [...wanted, ...[...stale].filter((orderId) => listView.visible.has(orderId))];
    if (due.length === 0 && stale.size) {
        // Nobody sees these rows, but they are exported and commanded.
        clearTimeout(resting);
        if (performance.now() < lastChange + CALM) return void (resting = setTimeout(readStale, CALM));
        due = [...stale];
    }
    const next = due.filter((orderId) => !reading.has(orderId)).slice(0, 8);
    for (const orderId of next) {
        wanted.delete(orderId);
        stale.delete(orderId);
        reading.add(orderId);
        const its = list;
        limited(() => get(`/v1/orders/${orderId}`)).then((order) => {
            if (its === list && list.take(order)) {
                changed.add(orderId);
                showList();
            }
        }, (error) => {
            if (error.status === 404 && its === list) {
                list.remove(orderId);
                showList();
            } else {
                stale.add(orderId);
                if (error.isTemporary) return new Promise((done) => setTimeout(done, 2000));
            }
        }).finally(() => {
            reading.delete(orderId);
            if (wanted.size || stale.size) readStale();
        });
    }
});
listView.onVisible = () => { if (stale.size) readStale(); };

let lastPosition;
/** Whether statistics are to be shown: a pause holds them, but for the part of the queue that somebody asked for in it. */
const mayShowStats = () => isOpen && (!held.isPaused || attentionView.isAwaiting);
const readStats = atMostEvery(1000, async () => {
    if (!mayShowStats()) return;
    const query = new URLSearchParams();
    if (state.shops.length) query.set("shop", state.shops.join(","));
    if (lastPosition) query.set("min_position", lastPosition);
    query.set("attentionLimit", attentionView.limit);
    try {
        const body = await get(`/v1/stats?${query}`);
        if (!mayShowStats()) return;
        stats = body;
        showStats();
    } catch (error) {
        if (error.status === 401) return;
        lastPosition = undefined;
        attentionView.fail();
        if (error.isTemporary) setTimeout(readStats, 5000);
    }
});

function showStats() {
    if (!stats) return;
    counts.render(stats.statuses, state.statuses);
    for (const chart of charts) chart.render(stats.perMinute);
    times.render(stats.timeInStatus);
    attentionView.render(stats.attention, Date.now());
    offerShops(stats.shops.map(({ shop }) => shop));
    // The stream does not send every event that begins or ends a reason for attention.
    if (state.attention && !state.query) {
        for (const { orderId } of stats.attention.newest) if (!list.rows.has(orderId)) wanted.add(orderId);
        if (!list.hasMore && stats.attention.orders < list.rows.size) for (const orderId of list.rows.keys()) stale.add(orderId);
        readStale();
    }
}

function offerShops(shops) {
    const select = byId("shop"), chosen = state.shops.join(",");
    const offered = ["", ...new Set([...shops, ...state.shops.length === 1 ? state.shops : []])].sort();
    if (state.shops.length > 1) offered.push(chosen);
    if (offered.join() !== [...select.options].map((option) => option.value).join()) {
        select.replaceChildren(...offered.map((shop) => h("option", { value: shop }, shop || "All shops")));
    }
    select.value = chosen;
}

// MARK: Following

function connect() {
    for (const stream of streams) stream.close();
    const query = new URLSearchParams({ conflate: TICK });
    if (state.shops.length) query.set("shop", state.shops.join(","));
    const own = new URLSearchParams(query);
    if (state.statuses.length) own.set("status", state.statuses.join(","));
    if (state.types.length) own.set("type", state.types.join(","));
    if (state.attention) own.set("attention", "true");
    const hasOwn = own.toString() !== query.toString();
    // Both go on where the list ends, so that nothing is lost between a filter and its stream.
    for (const its of [query, own]) if (position) its.set("after", position);
    streams = [open(`/v1/stream?${query}`, (event) => {
        arrived.push(event);
        if (!hasOwn) fed.push(event);
        showArrived();
    }, true)];
    // The feed's filters are the service's: a page that drops events would not see those that conflation left out.
    if (hasOwn) streams.push(open(`/v1/stream?${own}`, (event) => {
        fed.push(event);
        showArrived();
    }, false));
}

function open(url, take, isMain) {
    return follow(url, {
        onEvent: ({ type, data }) => {
            if (type === "status" || type === "update") take(data);
            else if (type === "reset" && isMain) load();
        },
        onState: (_, connection) => { if (isMain) liveness.take(connection); },
        // The next request tells if the session has ended, and the form to sign in comes then.
        onRefused: () => readStats(),
    });
}

let arrived = [], fed = [];

/** Takes all events that came since the last frame, together. */
const showArrived = perFrame(() => {
    const [events, news] = [arrived, fed];
    [arrived, fed] = [[], []];
    if (news.length) {
        feed.add(news);
        // Nobody reads so many at a time: then the feed moves once a second, by the newest.
        if (news.length > MANY) showFeedCalmly();
        else showFeed();
        if (feed.isPaused) showPauseSoon();
    }
    if (events.length) {
        lastPosition = events.at(-1).position;
        if (held.isPaused) {
            for (const event of events) {
                held.count += 1 + (event.skipped ?? 0);
                held.events.set(event.orderId, event);
            }
            showPauseSoon();
        } else {
            apply(events);
        }
    }
});

function apply(events) {
    for (const event of events) {
        const { changed: isChanged, read } = list.apply(event);
        if (isChanged) changed.add(event.orderId);
        if (read && list.rows.has(read)) stale.add(read);
        else if (read && !isChanged) wanted.add(read);
    }
    lastChange = performance.now();
    showList();
    if (wanted.size) readStale();
    readStats();
}

// MARK: Acting

function setPaused(isPaused) {
    held.isPaused = isPaused;
    if (isPaused) feed.pause();
    else {
        feed.resume();
        const events = [...held.events.values()];
        held.events.clear();
        held.count = 0;
        apply(events);
    }
    showPause();
}

function setFeedPaused(isPaused) {
    if (isPaused) feed.pause();
    else if (!held.isPaused) feed.resume();
    else return setPaused(false);
    showPause();
}

function select(orderId, isSelected, isRange) {
    if (isReading) return;
    const rows = list.sorted;
    const from = rows.findIndex((row) => row.orderId === lastSelected), to = rows.findIndex((row) => row.orderId === orderId);
    const range = isRange && from >= 0 && to >= 0 ? rows.slice(Math.min(from, to), Math.max(from, to) + 1) : [rows[to]];
    for (const row of range) {
        if (!row) continue;
        if (isSelected) selection.add(row.orderId);
        else selection.delete(row.orderId);
        changed.add(row.orderId);
    }
    lastSelected = orderId;
    showList();
    showSelection();
}

function selectAll(isSelected) {
    if (isReading) return;
    for (const row of list.sorted) {
        if (isSelected) selection.add(row.orderId);
        else selection.delete(row.orderId);
        changed.add(row.orderId);
    }
    showList();
    showSelection();
}

function move(by) {
    const rows = list.sorted;
    if (rows.length === 0) return;
    const at = rows.findIndex((row) => row.orderId === state.current);
    const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, at + by));
    for (const index of [at, next]) if (rows[index]) changed.add(rows[index].orderId);
    state.current = rows[next].orderId;
    writeAddress();
    showList();
    const element = listView.element(state.current);
    element?.scrollIntoView({ block: "nearest" });
    element?.querySelector("a").focus({ preventScroll: true });
}

async function exportShown() {
    const rows = [...list.sorted], now = Date.now();
    const { saveOrders } = await import("./csv.js");
    saveOrders(rows, now);
    setText(byId("orders-state"), `Exported ${formatNumber(rows.length)} ${rows.length === 1 ? "order" : "orders"}.`);
}

function filtersChanged(change = "filter") {
    if (change) writeAddress(change);
    showFilters();
    feed.clear();
    if (held.isPaused) feed.pause();
    selection.clear();
    wanted.clear();
    stale.clear();
    showFeed();
    load();
    readStats();
}

function showFilters() {
    byId("query").value = state.query;
    byId("attention").checked = state.attention;
    byId("type").value = state.types.length === 1 ? state.types[0] : "";
    byId("clear").hidden = !isFiltered();
    counts.render(stats?.statuses, state.statuses);
    offerShops(stats?.shops.map(({ shop }) => shop) ?? []);
}

// MARK: Start

// A phone shows the list first; where there is room, the counts are open.
byId("by-status").open = matchMedia("(min-width: 44rem)").matches;
byId("type").append(...EVENT_TYPES.map((type) => h("option", { value: type }, eventPhrase(type))));
byId("filters").addEventListener("submit", (event) => event.preventDefault());
let typing;
const searchTyped = () => {
    clearTimeout(typing);
    const text = byId("query").value.trim();
    if (text === state.query) return;
    state.query = text;
    filtersChanged("typing");
};
byId("query").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(searchTyped, 250);
});
// A reader who leaves the field may leave the page next.
byId("query").addEventListener("change", searchTyped);
byId("shop").addEventListener("change", () => {
    state.shops = byId("shop").value.split(",").filter(Boolean);
    filtersChanged();
});
byId("type").addEventListener("change", () => {
    state.types = [byId("type").value].filter(Boolean);
    filtersChanged();
});
byId("attention").addEventListener("change", () => {
    state.attention = byId("attention").checked;
    filtersChanged();
});
const showAttention = () => {
    state.attention = !state.attention;
    filtersChanged();
};
byId("attention-all").addEventListener("click", () => {
    state.attention = true;
    state.query = "";
    filtersChanged();
    byId("orders").scrollIntoView({ block: "nearest" });
});
const clearFilters = () => {
    Object.assign(state, { query: "", shops: [], statuses: [], types: [], attention: false });
    filtersChanged();
};
byId("clear").addEventListener("click", clearFilters);
byId("more").addEventListener("click", more);
byId("export").addEventListener("click", exportShown);
byId("all").addEventListener("change", () => selectAll(byId("all").checked));
byId("deselect").addEventListener("click", () => selectAll(false));
byId("pause").addEventListener("click", () => setPaused(!held.isPaused));
byId("feed-pause").addEventListener("click", () => setFeedPaused(!feed.isPaused));
let bulk, mustShowBulk = false;
const openBulk = () => {
    if (selection.size === 0) return false;
    // The forms are read when somebody needs them: most visits to the board do not.
    bulk ??= import("./staff-bulk.js").then(({ BulkDialog }) => new BulkDialog(byId("bulk")));
    bulk.then((dialog) => dialog.open(list.sorted.filter((row) => selection.has(row.orderId))), () => {
        bulk = undefined;
        setText(byId("orders-state"), "The commands could not be read. Try again.");
    });
};
byId("command").addEventListener("click", openBulk);

const shortcuts = new Shortcuts(byId("keys"), [
    ["/", "Search", () => byId("query").focus()],
    ["j", "Next order", () => move(1)],
    ["k", "Previous order", () => move(-1)],
    ["Enter o", "Open the order", () => { if (state.current) location.assign(orderPath(state.current)); }],
    ["x", "Select the order, or not", () => { if (state.current) select(state.current, !selection.has(state.current), false); }],
    ["a", "Select all shown orders", () => selectAll(selection.size !== list.rows.size)],
    ["c", "One command for all selected orders", openBulk],
    ["p", "Pause, or resume", () => setPaused(!held.isPaused)],
    ["!", "Only orders that need attention, or all", showAttention],
    ["e", "Export what is shown as CSV", exportShown],
    ["Escape", "Clear the selection, else the filters", () => { if (selection.size) selectAll(false); else if (isFiltered()) clearFilters(); }],
    ["?", "This list", () => shortcuts.help()],
]);
byId("help").addEventListener("click", () => shortcuts.help());

window.addEventListener("popstate", () => {
    const its = readAddress(), { current, ...filters } = its, { current: _, ...old } = state;
    for (const orderId of [current, state.current]) changed.add(orderId);
    Object.assign(state, its);
    // The filters are as they were where only the mark or the fragment of the address is another.
    if (JSON.stringify(filters) === JSON.stringify(old)) return showList();
    clearTimeout(typing);
    filtersChanged(null);
});

setInterval(() => {
    const now = Date.now();
    listView.tick(now);
    attentionView.tick(now);
}, 10_000);
// The current minute ends also where nothing happens.
setInterval(readStats, 15_000);

session({
    roles: ["staff", "operator"],
    page: byId("board"),
    begin({ role }) {
        isReading = role === "operator";
        byId("board").classList.toggle("is-reading", isReading);
        isOpen = true;
        liveness.begin();
        showFilters();
        load();
        readStats();
        if (mustShowBulk) bulk?.then((dialog) => dialog.show(), () => {});
        return () => {
            isOpen = isReachable = false;
            liveness.end();
            loading?.abort();
            loading = undefined;
            for (const stream of streams) stream.close();
            streams = [];
            mustShowBulk = byId("bulk").open;
        };
    },
});
