/**
 * A stream that a page follows: it lives through lost networks, restarts, proxies that answer for a service which is
 * away, a phone's sleep and the browser's page cache. Reading and reconnecting are the helper's that the documentation
 * offers to everybody.
 */
import { StreamRefused, waybillStream } from "./waybill-stream.js";

export { StreamRefused };

/**
 * Follows a stream; returns `{ close() }`.
 *
 * - onEvent: called with `{ type, data, id }`, the data parsed, for each snapshot, status, update, reset and bye.
 * - onState: called with `connecting`, `live`, `reconnecting` or `ended`, each when it begins.
 * - onRefused: called with the `StreamRefused` that ends the stream for good: the page must sign in, or say that the link
 *   is dead.
 * - lastEventId: the position to continue after.
 */
export function follow(url, { onEvent, onState = () => {}, onRefused = () => {}, lastEventId = "" }) {
    let [controller, state, isClosed] = [undefined, undefined, false];

    const tell = (next) => {
        if (next === state) return;
        state = next;
        onState(next);
    };

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
            tell("ended");
            if (error instanceof StreamRefused) onRefused(error);
            else reportError(error);
        }
    };

    // A page with an open connection cannot stay in the browser's cache, from which "back" shows it at once.
    const hide = () => controller.abort(new Error("the page is hidden"));
    const show = (event) => {
        if (!event.persisted || isClosed) return;
        tell("reconnecting");
        run();
    };
    window.addEventListener("pagehide", hide);
    window.addEventListener("pageshow", show);

    tell("connecting");
    run();
    return {
        close() {
            isClosed = true;
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
            // Whoever tells it again does not begin the second anew.
            timer ??= setTimeout(() => show(state), 1000);
            return;
        }
        clearTimeout(timer);
        timer = undefined;
        show(state);
    };
};
