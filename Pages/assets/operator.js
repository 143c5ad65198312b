// The operator's page: asks the service again and again and shows what it answers.
import { get, request, del } from "./api.js";
import { ask, chip, find, h, setText, sparkline, svg, toast } from "./dom.js";
import { formatAgo, formatBytes, formatClock, formatCompact, formatDuration, formatNumber, formatShare, formatTime, wordOf } from "./format.js";
import { Metrics } from "./metrics.js";
import { session } from "./session.js";
import { liveMark } from "./stream.js";

/** Milliseconds from one look at readiness, and at projections, to the next, so that a change is seen within a second. */
const INTERVAL = 700;
/** Every so many looks the metrics are read: each is a point of the lines. */
const METRICS_EVERY = 3;
/** The points of a line. */
const POINTS = 120;
/** Every so many looks the status is asked for; the service measures no more often. */
const STATUS_EVERY = 15;

const perSecond = (value) => [formatNumber(value, { maximumFractionDigits: value < 10 ? 1 : 0 }), "/s"];
const count = (value) => [formatNumber(value), ""];
const duration = (value) => [formatDuration(value), ""];

/** The numbers with a line: a name, a value from two readings, and its form. */
const RATES = [
    ["Commands accepted", perSecond, (now, before) => now.rate(before, "waybill_commands_total", { outcome: "accepted" })],
    ["Command to answer, p95", duration, (now, before) => now.quantile(before, "waybill_command_seconds", 0.95)],
    ["Commit, p95", duration, (now, before) => now.quantile(before, "waybill_commit_seconds", 0.95)],
    ["Commands waiting", count, (now) => now.sum("waybill_queue_commands")],
    ["Events delivered", perSecond, (now, before) => now.rate(before, "waybill_stream_frames_total")],
    ["Event to stream, p95", duration, (now, before) => now.quantile(before, "waybill_stream_lag_seconds", 0.95)],
    ["Streams open", count, (now) => now.sum("waybill_streams_open")],
    ["Database answers, p95", duration, (now, before) => now.quantile(before, "waybill_database_answer_seconds", 0.95)],
];

class Tile {
    #values = [];
    #value = h("span", {}, "–");
    #unit = h("span", { class: "unit" });
    #line = svg("svg", { class: "spark" });

    constructor(name, form, read) {
        Object.assign(this, { name, form, read });
        this.element = h("div", { class: "card tile" }, h("span", { class: "name" }, name),
            h("span", { class: "value" }, this.#value, this.#unit), this.#line);
    }

    add(now, before) {
        const value = this.read(now, before);
        this.#values = [...this.#values, value].slice(-POINTS);
        const [text, unit] = value === undefined ? ["–", ""] : this.form(value);
        setText(this.#value, text);
        setText(this.#unit, unit);
        const known = this.#values.filter((value) => value !== undefined);
        sparkline(this.#line, known, known.length ? `${this.name}: at most ${this.form(Math.max(...known)).join("")}` : `${this.name}: nothing yet`, Math.max(known.length, 30));
    }
}

/** Replaces the content of a `dl` by names and values; values that are undefined are left out. */
const facts = (element, entries) => {
    const known = entries.filter(([, value]) => value !== undefined);
    const old = [...element.children];
    if (old.length === known.length * 2 && known.every(([name], index) => old[index * 2].textContent === name)) {
        known.forEach(([, value], index) => setText(old[index * 2 + 1], value));
        return;
    }
    element.replaceChildren(...known.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))]));
};

/** Lists of counts by label, each under a title. Counts of 0 are left out, and so are empty lists after the first. */
const groups = (element, metrics, titles) => {
    const lists = titles.map(([title, name, label]) => {
        const sums = new Map();
        for (const { labels, value } of metrics.all(name)) sums.set(labels[label], (sums.get(labels[label]) ?? 0) + value);
        return [title, [...sums].filter(([, value]) => value > 0).sort((a, b) => b[1] - a[1])];
    });
    const text = JSON.stringify(lists);
    if (element.dataset.shown === text) return;
    element.dataset.shown = text;
    const shown = lists.filter(([, counts], index) => index === 0 || counts.length);
    element.replaceChildren(...shown.map(([title, counts]) => h("div", { class: "group" }, h("h3", {}, title),
        counts.length
            ? h("dl", { class: "counts" }, counts.map(([word, value]) => [h("dt", {}, wordOf(word)), h("dd", {}, formatNumber(value))]))
            : h("p", { class: "soft" }, "None"))));
};

const showReadiness = (answer) => {
    const section = find("#ready");
    const [tone, word, reason] =
        answer.status === "fulfilled" ? ["good", "Ready", "The service takes commands and answers reads."]
            : answer.reason.status === 0 ? ["bad", "Not reachable", answer.reason.message]
                : ["bad", "Not ready", answer.reason.message];
    section.dataset.tone = tone;
    setText(find("#ready-word"), word);
    setText(find("#ready-reason"), reason);
    find("#ready-reason").hidden = !reason;
};

const STATES = { active: ["good", "Serving"], building: ["moving", "Building"], failed: ["bad", "Failed"] };

const start = async (name) => {
    const yes = await ask({
        title: `Replay ${name}?`, confirm: "Start replay",
        content: [h("p", {}, "A new version is built from the whole log while the current one is served, and takes its place when it has caught up. That costs the database reads and room for both.")],
    });
    if (!yes) return;
    try {
        await request("POST", `/v1/projections/${encodeURIComponent(name)}/replay`);
        toast(`The replay of ${name} has begun.`, "good");
    } catch (error) {
        toast(error.message, "bad");
    }
};

const cancel = async (name) => {
    const yes = await ask({
        title: `Cancel the replay of ${name}?`, confirm: "Cancel replay", cancel: "Go on", danger: true,
        content: [h("p", {}, "What has been built so far is removed. The current version stays.")],
    });
    if (!yes) return;
    try {
        // A replay that waits for the database is asked for a while before the service answers that it will end.
        const answer = await del(`/v1/projections/${encodeURIComponent(name)}/replay`, { timeout: 30_000, response: true });
        toast(answer.status === 202 ? `The replay of ${name} will end soon.` : `The replay of ${name} is cancelled.`, "info");
    } catch (error) {
        toast(error.message, "bad");
    }
};

/** A projection's row, which stays while its values change, so that a button keeps the focus. */
class ProjectionRow {
    #state = h("td", { "data-label": "State" });
    #lag = h("td", { class: "end", "data-label": "Behind" });
    #words = h("span", { class: "small soft" });
    #bar = h("progress", { max: "1" });
    #progress;
    #button = h("button", { class: "button little", type: "button" });

    constructor(name) {
        this.name = name;
        this.#bar.setAttribute("aria-label", `Replay of ${name}`);
        this.#progress = h("div", { class: "stack tight", hidden: true }, this.#bar, this.#words);
        this.#button.addEventListener("click", () => (this.isReplaying ? cancel(name) : start(name)));
        this.element = h("tr", { dataset: { projection: name } }, h("th", { scope: "row" }, name), this.#state, this.#lag,
            h("td", { "data-label": "Replay" }, h("div", { class: "replay" }, this.#progress, this.#button)));
    }

    show(versions) {
        const served = versions.find(({ state }) => state !== "building");
        const replay = versions.find((version) => version.replay)?.replay;
        const shown = served ?? versions[0];
        const [tone, word] = STATES[shown.state] ?? ["neutral", wordOf(shown.state)];
        const text = `${word}, version ${shown.version}`;
        if (this.#state.textContent !== text) this.#state.replaceChildren(chip(tone, text));
        setText(this.#lag, shown.lag ? `${formatNumber(shown.lag)} ${shown.lag === 1 ? "event" : "events"}, ${formatDuration(shown.lagSeconds)}` : "Up to date");
        this.isReplaying = replay !== undefined;
        this.#progress.hidden = !this.isReplaying;
        if (replay) {
            this.#bar.value = replay.progress;
            const rest = replay.secondsLeft === undefined ? "" : ` · ${formatDuration(replay.secondsLeft)} left`;
            setText(this.#words, replay.state === "running"
                ? `${formatShare(replay.progress)} · ${formatCompact(replay.eventsPerSecond)} events/s${rest}`
                : `${formatShare(replay.progress)} · interrupted`);
        }
        setText(this.#button, this.isReplaying ? "Cancel" : "Replay…");
        this.#button.setAttribute("aria-label", this.isReplaying ? `Cancel the replay of ${this.name}` : `Replay ${this.name}`);
    }
}

const rows = new Map();

const showProjections = ({ projections }) => {
    const byName = Map.groupBy(projections, ({ name }) => name);
    for (const [name, versions] of byName) {
        if (!rows.has(name)) rows.set(name, new ProjectionRow(name));
        rows.get(name).show(versions);
    }
    const wanted = [...byName.keys()].map((name) => rows.get(name).element);
    const body = find("#projections");
    if (wanted.some((row, index) => body.children[index] !== row) || body.children.length !== wanted.length) body.replaceChildren(...wanted);
};

const LEVELS = { warning: "warn", error: "bad", critical: "bad" };

const showFailures = (failures) => {
    find("#failures").replaceChildren(failures.length === 0
        ? h("div", { class: "empty" }, h("p", {}, "Nothing has gone wrong."))
        : h("div", {}, failures.map(({ level, message, count, lastAt }) => h("div", { class: "failure" },
            chip(LEVELS[level] ?? "neutral", wordOf(level)),
            h("bdi", {}, message, count > 1 && h("span", { class: "soft" }, ` · ${formatNumber(count)} times`)),
            h("time", { datetime: lastAt, title: formatTime(lastAt) }, formatAgo(lastAt))))));
};

const showFacts = (metrics, position, status) => {
    const [epoch, number] = position?.split("-") ?? [];
    const database = status?.database;
    const ahead = metrics.sum("waybill_database_clock_ahead_seconds");
    facts(find("#log"), [
        ["Events", number && formatNumber(Number(number))], ["Head", position], ["Epoch", epoch],
        ["Log", database && formatBytes(database.logBytes)],
        ["Database", database?.bytes === undefined ? undefined : formatBytes(database.bytes)],
        ["Measured", database && formatAgo(database.measuredAt)], ["PostgreSQL", database?.version],
        ["Its clock", ahead === undefined ? undefined : `${formatDuration(Math.abs(ahead))} ${ahead < 0 ? "behind" : "ahead"}`],
    ]);
    const places = metrics.sum("waybill_connection_places"), expires = metrics.sum("waybill_tls_certificate_expires_seconds");
    // Lanes hold the connections of their streams by themselves.
    const open = metrics.sum("waybill_connections_open") + (metrics.sum("waybill_streams_on_lanes") ?? 0);
    const pools = metrics.all("waybill_pool_connections").map(({ labels: { pool }, value }) =>
        `${pool} ${metrics.sum("waybill_pool_connections_lent", { pool }) ?? 0} of ${value}`).join(", ");
    facts(find("#process"), [
        ["Waybill", status?.version], ["Started", status && `${formatTime(status.startedAt)}, ${formatAgo(status.startedAt)}`],
        ["Connections", Number.isNaN(open) ? undefined : `${formatNumber(open)}${places ? ` of ${formatNumber(places)}` : ""}`],
        ["Database in use", pools || undefined],
        ["Reads waiting", metrics.sum("waybill_pool_waiting")],
        ["Recent events", formatBytes(metrics.sum("waybill_stream_ring_bytes") ?? 0)],
        ["Log lines dropped", metrics.sum("waybill_log_lines_dropped_total") || undefined],
        ["Certificate", expires === undefined ? undefined : `expires ${formatAgo(expires * 1000)}`],
    ]);
};

const begin = () => {
    const words = {};
    const live = liveMark(find("#live"), words);
    const tiles = RATES.map((rate) => new Tile(...rate));
    find("#rates").replaceChildren(...tiles.map((tile) => tile.element));
    const leaving = new AbortController();
    const { signal } = leaving;
    let timer, readyTimer, before, status, position, since, turn = 0, isLooking = false, isAsking = false;
    /** The last time at which all was well, whether the numbers are fresh, and what keeps the service from being ready. */
    let wasWell, isFresh, trouble;

    /** Shows whether the numbers are those of now. Old ones step back, and say how old they are. */
    const tellAge = () => {
        const isOld = isFresh === false || trouble !== undefined;
        if (isOld) {
            since ??= wasWell ?? Date.now();
            words.reconnecting = `${trouble?.status ? "Not ready." : "Reconnecting…"} As of ${formatClock(since)}`;
            live("reconnecting");
        } else if (isFresh) {
            [since, wasWell] = [undefined, Date.now()];
            live("live");
            find("#live").title = `As of ${formatClock(wasWell)}`;
        }
        find("#page").classList.toggle("is-old", isOld);
        setText(find("#rates-age"), isOld ? `As of ${formatClock(since)}.` : "A point every 2 seconds; up to 4 minutes.");
    };

    /** Asks for readiness alone, and again while other answers wait for a database that does not answer. */
    const lookReady = async () => {
        if (isAsking) return;
        isAsking = true;
        clearTimeout(readyTimer);
        const [answer] = await Promise.allSettled([get("/readyz", { signal, timeout: 3000 })]);
        isAsking = false;
        if (signal.aborted) return;
        trouble = answer.reason;
        showReadiness(answer);
        tellAge();
        if (isLooking) readyTimer = setTimeout(lookReady, INTERVAL);
    };

    const look = async () => {
        if (isLooking) return;
        isLooking = true;
        clearTimeout(timer);
        lookReady();
        const began = performance.now();
        const options = { signal, timeout: 10_000 };
        const [projections, text, newStatus] = await Promise.allSettled([
            get("/v1/projections", options),
            turn % METRICS_EVERY === 0 ? request("GET", "/metrics", { ...options, headers: { Accept: "text/plain" } }) : undefined,
            turn % STATUS_EVERY === 0 ? get("/v1/status", options) : status]);
        isLooking = false;
        clearTimeout(readyTimer);
        if (signal.aborted) return;
        // The next look asks again for the parts that failed.
        if (text.status === "fulfilled" && newStatus.status === "fulfilled") turn += 1;
        if (newStatus.status === "fulfilled" && newStatus.value !== status) {
            status = newStatus.value;
            showFailures(status.failures);
        }
        if (projections.status === "fulfilled") {
            position = projections.value.position;
            showProjections(projections.value);
        }
        if (text.value) {
            const metrics = new Metrics(text.value);
            if (before) for (const tile of tiles) tile.add(metrics, before);
            before = metrics;
            groups(find("#streams"), metrics, [
                ["Open now", "waybill_streams_open", "kind"], ["Begun, since the start", "waybill_stream_beginnings_total", "outcome"],
                ["Ended, since the start", "waybill_streams_ended_total", "reason"], ["Turned away, since the start", "waybill_streams_refused_total", "reason"]]);
            groups(find("#commands"), metrics, [
                ["Commands, since the start", "waybill_commands_total", "outcome"],
                ["Requests refused, since the start", "waybill_requests_refused_total", "reason"]]);
        }
        if (before) showFacts(before, position, status);
        isFresh = projections.status === "fulfilled" && text.status === "fulfilled";
        tellAge();
        schedule(Math.max(INTERVAL - (performance.now() - began), 250));
    };
    /** A page that nobody sees asks for nothing. */
    const schedule = (milliseconds) => {
        if (document.visibilityState === "visible" && !signal.aborted) timer = setTimeout(look, milliseconds);
    };
    const change = () => {
        clearTimeout(timer);
        clearTimeout(readyTimer);
        if (document.visibilityState === "visible") look();
        else live("paused");
    };
    document.addEventListener("visibilitychange", change, { signal });
    document.addEventListener("resume", look, { signal });
    window.addEventListener("online", look, { signal });
    look();
    return () => {
        clearTimeout(timer);
        clearTimeout(readyTimer);
        leaving.abort(new Error("signed out"));
    };
};

session({ roles: ["operator"], page: find("#page"), begin });
