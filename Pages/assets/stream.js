/**
 * A stream that a page follows: it lives through lost networks, restarts, proxies that answer for a service which is
 * away, a phone's sleep and the browser's page cache. Reading and reconnecting are the helper's that the documentation
 * offers to everybody.
 */
import { StreamRefused, waybillStream } from "./waybill-stream.js";

export { StreamRefused };

/** The milliseconds between two questions whether the service is ready, and those for an answer. */
const QUESTIONS = { every: 15_000, whileAway: 3000, deadline: 5000 };

/**
 * Asks, while the page is seen, whether the service is ready. A stream's heartbeats go on while the database is away, and
 * on a network that has come to a standstill a stream looks quiet for long: neither is live.
 *
 * - tell: called with `ready`, `unready` or `unreachable` after each answer; returns true where it is worth another
 *   question soon.
 *
 * Returns a function that ends the questions.
 */
const askReadiness = (tell) => {
    let timer, question;
    const ask = async () => {
        clearTimeout(timer);
        question?.abort();
        if (document.hidden) return;
        const own = question = new AbortController();
        let answer = "unreachable";
        try {
            const signal = AbortSignal.any([own.signal, AbortSignal.timeout(QUESTIONS.deadline)]);
            const { status } = await fetch("/readyz", { cache: "no-store", signal });
            // A proxy that does not let the question through has no say.
            answer = status >= 500 ? "unready" : "ready";
        } catch {
            if (own.signal.aborted) return;
        }
        const pause = tell(answer) ? QUESTIONS.whileAway : QUESTIONS.every;
        timer = setTimeout(ask, pause * (0.9 + Math.random() / 10));
    };
    const sources = [[document, "visibilitychange"], [window, "online"], [window, "offline"]];
    for (const [source, type] of sources) source.addEventListener(type, ask);
    timer = setTimeout(ask, QUESTIONS.every);
    return () => {
        clearTimeout(timer);
        question?.abort();
        for (const [source, type] of sources) source.removeEventListener(type, ask);
    };
};

/**
 * Follows a stream; returns `{ close() }`. The stream counts as live only while the service says that it is ready.
 *
 * - onEvent: called with `{ type, data, id }`, the data parsed, for each snapshot, status, update, reset and bye.
 * - onState: called with `connecting`, `live`, `reconnecting` or `ended`, each when it begins, and with the state of the
 *   connection alone, which is `live` too while the service is not ready.
 * - onRefused: called with the `StreamRefused` that ends the stream for good: the page must sign in, or say that the link
 *   is dead.
 * - lastEventId: the position to continue after.
 */
export function follow(url, { onEvent, onState = () => {}, onRefused = () => {}, lastEventId = "" }) {
    let [controller, told, isClosed] = [undefined, undefined, false];
    let [connection, readiness] = ["connecting", "ready"];

    const tell = (next = connection) => {
        connection = next;
        const shown = connection === "live" && readiness !== "ready" ? "reconnecting" : connection;
        if (told === `${shown} ${connection}`) return;
        told = `${shown} ${connection}`;
        onState(shown, connection);
    };

    const noteReadiness = (answer) => {
        const isBack = readiness === "unreachable" && answer !== "unreachable";
        readiness = answer;
        tell();
        // The connection may be one of those that nobody ends: another one goes on where it was.
        if (isBack && connection === "live") {
            controller.abort(new Error("the network has come back"));
            run();
        }
        return readiness !== "ready";
    };
    let stopAsking = askReadiness(noteReadiness);

    const run = async () => {
        controller = new AbortController();
        const { signal } = controller;
        const options = { lastEventId, signal, onOpen: () => tell("live"), onLost: () => tell("reconnecting") };
        try {
            for await (const { type, data, id } of waybillStream(url, options)) {
                lastEventId = id;
                try {
                    onEvent({ type, data: JSON.parse(data), id });
                } catch (error) {
                    // One event that the page cannot show must not end the stream.
                    reportError(error);
                }
            }
        } catch (error) {
            if (signal.aborted) return;
            stopAsking();
            tell("ended");
            if (error instanceof StreamRefused) onRefused(error);
            else reportError(error);
        }
    };

    // A page with an open connection cannot stay in the browser's cache, from which "back" shows it at once.
    const hide = () => {
        stopAsking();
        controller.abort(new Error("the page is hidden"));
    };
    const show = (event) => {
        if (!event.persisted || isClosed) return;
        tell("reconnecting");
        stopAsking = askReadiness(noteReadiness);
        run();
    };
    window.addEventListener("pagehide", hide);
    window.addEventListener("pageshow", show);

    tell("connecting");
    run();
    return {
        close() {
            isClosed = true;
            stopAsking();
            window.removeEventListener("pagehide", hide);
            window.removeEventListener("pageshow", show);
            controller.abort(new Error("the page has closed the stream"));
        },
    };
}

const WORDS = {
    connecting: "Connecting…", live: "Live", reconnecting: "Reconnecting…", current: "Up to date", paused: "Paused",
    ended: "Not updating",
};

/**
 * Shows a state in a live mark, which is `<span class="live" role="status">` in the page. A connection that comes back
 * within a second is not worth a word.
 *
 * - words: the texts of the states in the page's language.
 */
export const liveMark = (element, words = {}) => {
    let timer;
    const show = (state) => {
        element.dataset.state = state;
        const text = words[state] ?? WORDS[state];
        if (element.textContent !== text) element.textContent = text;
    };
    return (state) => {
        if (state === "reconnecting" && element.dataset.state !== state) {
            // The same state told again does not begin the second anew.
            timer ??= setTimeout(() => show(state), 1000);
            return;
        }
        clearTimeout(timer);
        timer = undefined;
        show(state);
    };
};
