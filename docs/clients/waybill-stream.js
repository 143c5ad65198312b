/**
 * Waybill's streams for browsers, by `fetch`. Unlike EventSource, it sends `Authorization` and reports why a stream was
 * refused. Parsing and reconnecting follow WHATWG HTML, section 9.2. No dependencies.
 *
 *     for await (const { type, data, id } of waybillStream("/v1/stream?shop=aurora", { token })) …
 */

/** The service answered with something other than an event stream, and reconnecting would not help. */
export class StreamRefused extends Error {
    constructor(response, problem) {
        const words = [problem?.code, problem?.detail].filter(Boolean).join(": ");
        super(`the service refused the stream with ${response.status} ${words}`.trim());
        this.name = "StreamRefused";
        this.status = response.status;
        /** The problem details (RFC 9457), or undefined. */
        this.problem = problem;
    }
}

/** Turns bytes into events. The pieces may be cut anywhere. */
export class EventStreamParser {
    // Removes a byte order mark at the beginning, and replaces invalid UTF-8 by U+FFFD.
    #decoder = new TextDecoder();
    #line = "";
    #afterReturn = false;
    #data = "";
    #type = "";
    #id;

    constructor(lastEventId = "", limit = 16 * 1024 * 1024) {
        this.#id = lastEventId;
        this.limit = limit;
        /** The id to reconnect with; blocks without data change it too. */
        this.lastEventId = lastEventId;
        /** The milliseconds of the last `retry`. */
        this.retry = undefined;
    }

    /** The events that these bytes complete: `{ type, data, id }`. */
    *parse(bytes) {
        let text = this.#decoder.decode(bytes, { stream: true });
        if (text === "") return;
        if (this.#afterReturn && text[0] === "\n") text = text.slice(1);
        this.#afterReturn = text.endsWith("\r");
        const lines = (this.#line + text).split(/\r\n|\r|\n/);
        this.#line = lines.pop();
        for (const line of lines) {
            if (line === "") {
                this.lastEventId = this.#id;
                const [type, data] = [this.#type || "message", this.#data];
                this.#type = this.#data = "";
                if (data !== "") yield { type, data: data.slice(0, -1), id: this.#id };
            } else {
                this.#interpret(line);
            }
        }
        if (this.#data.length + this.#line.length > this.limit) throw new RangeError("an event is too large");
    }

    #interpret(line) {
        const colon = line.indexOf(":");
        const name = colon < 0 ? line : line.slice(0, colon);
        let value = colon < 0 ? "" : line.slice(colon + 1);
        if (value[0] === " ") value = value.slice(1);
        if (name === "data") this.#data += value + "\n";
        else if (name === "event") this.#type = value;
        else if (name === "id" && !value.includes("\0")) this.#id = value;
        else if (name === "retry" && /^[0-9]+$/.test(value)) this.retry = Number(value);
    }
}

/** Waits; after a failure (`failed`) only until the network is back. */
const sleep = (milliseconds, failed, signal) => new Promise((resolve, reject) => {
    const end = (settle) => {
        clearTimeout(timer);
        forget();
        signal?.removeEventListener("abort", leave);
        settle();
    };
    const leave = () => end(() => reject(signal.reason));
    const timer = setTimeout(() => end(resolve), milliseconds);
    const due = Date.now() + milliseconds;
    const forget = whenBack(({ type }) => { if (Date.now() >= due || (failed && type === "online")) end(resolve); });
    signal?.addEventListener("abort", leave, { once: true });
});

/**
 * Calls `call` with the event whenever the page is shown or goes on, or the network is back, until the returned function
 * is called. Timers stand still in a sleeping phone, and a page that comes back from the cache has lost its connections.
 */
const whenBack = (call) => {
    const page = globalThis.document;
    const back = (event) => {
        if (page?.visibilityState !== "hidden" || ["online", "resume"].includes(event.type)) call(event);
    };
    const sources = [[page, "visibilitychange"], [page, "resume"], [globalThis, "pageshow"], [globalThis, "online"]];
    // A worker has no document, and Node neither.
    for (const [source, type] of sources) source?.addEventListener?.(type, back);
    return () => { for (const [source, type] of sources) source?.removeEventListener?.(type, back); };
};

/** A proxy answers these in place of a service that is away. */
const isAway = (response) => [502, 503, 504].includes(response.status);

const problemOf = async (response) => {
    if (!response.headers.get("Content-Type")?.startsWith("application/problem+json")) return undefined;
    return response.json().catch(() => undefined);
};

/**
 * Yields every event once and in order, across lost connections, a proxy's 502 to 504 and a phone's sleep; its type is
 * `snapshot`, `status`, `update`, `reset` or `bye`. The stream has no end: leave the loop, or abort the signal, which
 * closes the connection at once.
 *
 * - token: a text, or a function that returns a text or a promise; called again when the token has expired.
 * - lastEventId: the id to continue after.
 * - signal: an AbortSignal; its reason is thrown.
 * - silence: milliseconds without a byte after which the connection counts as lost. The service sends something every 15 s.
 * - onOpen: called each time the stream is open.
 * - onLost: called with the error, or with undefined at a stream's end, before each reconnection.
 *
 * Throws StreamRefused, and the signal's reason.
 */
export async function* waybillStream(url, { token, lastEventId = "", signal, silence = 45_000, onOpen, onLost } = {}) {
    let credential, wasAccepted = false, retry = 2000, failures = 0;
    const lose = () => { credential = undefined; wasAccepted = false; };
    for (;;) {
        signal?.throwIfAborted();
        const attempt = new AbortController(), parser = new EventStreamParser(lastEventId);
        const abort = () => attempt.abort(signal.reason);
        signal?.addEventListener("abort", abort, { once: true });
        let watchdog, lost, lastHeard;
        // By the clock, which goes on while timers stand still.
        const look = () => {
            clearTimeout(watchdog);
            const left = lastHeard + silence - Date.now();
            if (left > 0) watchdog = setTimeout(look, Math.min(left, silence));
            else attempt.abort(new Error("the stream is silent"));
        };
        const heard = () => {
            lastHeard = Date.now();
            look();
        };
        credential ??= await (typeof token === "function" ? token() : token);
        const forget = whenBack(() => look());
        try {
            heard();
            const headers = { Accept: "text/event-stream" };
            if (credential) headers.Authorization = `Bearer ${credential}`;
            if (lastEventId) headers["Last-Event-ID"] = lastEventId;
            const response = await fetch(url, { headers, signal: attempt.signal, cache: "no-store" });
            if (response.status === 401 && wasAccepted) { lose(); continue; }
            if (isAway(response)) throw new Error(`the service is away: ${response.status}`);
            const isStream = /^text\/event-stream *(;|$)/i.test(response.headers.get("Content-Type") ?? "");
            if (response.status !== 200 || !isStream) throw new StreamRefused(response, await problemOf(response));
            [wasAccepted, failures] = [true, 0];
            onOpen?.();
            for (const reader = response.body.getReader(); ;) {
                const { done, value } = await reader.read();
                if (done) break;
                heard();
                for (const event of parser.parse(value)) {
                    lastEventId = event.id;
                    if (event.type === "bye" && JSON.parse(event.data).reason === "tokenExpired") lose();
                    yield event;
                }
                lastEventId = parser.lastEventId;
            }
        } catch (error) {
            signal?.throwIfAborted();
            if (error instanceof StreamRefused || error instanceof RangeError) throw error;
            [lost, failures] = [error, failures + 1];
        } finally {
            clearTimeout(watchdog);
            forget();
            signal?.removeEventListener("abort", abort);
            attempt.abort();
        }
        retry = parser.retry ?? retry;
        onLost?.(lost);
        const pause = retry * 2 ** Math.max(failures - 1, 0) * (failures > 0 ? 1 + Math.random() / 2 : 1);
        await sleep(Math.min(pause, Math.max(30_000, Math.min(retry, 300_000))), failures > 0, signal);
    }
}
