/**
 * The page of an order that cannot be shown now: asks for the order, with pauses that grow, until the service shows it or
 * says that its link is dead. Then that page is opened.
 */
const LONGEST_PAUSE = 30_000;

// A calendar that could not be had leads to the order.
const url = new URL(location.href);
url.hash = "";
url.pathname = url.pathname.replace(/\/delivery\.ics$/, "");

let timer;
let pause = 2000;

/** Asks once; returns the milliseconds until the next attempt, or nothing after the last one. */
const attempt = async () => {
    let wait = 0;
    try {
        const headers = { Accept: "text/html" };
        const response = await fetch(url, { headers, cache: "no-store", signal: AbortSignal.timeout(20_000) });
        // A proxy's own 404 says nothing of the link.
        if (response.ok || (response.status === 404 && (await response.text()).includes("data-gone"))) {
            location.replace(url);
            return undefined;
        }
        wait = 1000 * (Number(response.headers.get("Retry-After")) || 0);
    } catch {
        // The network is away as well.
    }
    pause = Math.min(pause * 1.5, LONGEST_PAUSE);
    return Math.max(wait, pause) * (0.75 + Math.random() / 2);
};

const run = async () => {
    clearTimeout(timer);
    timer = undefined;
    const wait = await attempt();
    if (wait !== undefined) timer = setTimeout(run, wait);
};

// The timer is not set while a request is under way.
const hurry = () => { if (timer !== undefined && !document.hidden) run(); };
document.addEventListener("visibilitychange", hurry);
window.addEventListener("online", hurry);
timer = setTimeout(run, pause);
