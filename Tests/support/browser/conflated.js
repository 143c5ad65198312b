// A dashboard: one row for each order, kept up to date by a conflated feed. The test reads what it has taken and shown.
const feed = { status: 0, bytes: 0, events: 0, skipped: 0, largest: 0, busiest: 0, last: "", began: 0, ended: 0, strange: [] };
const rows = new Map();

// Orders whose rows are behind, with their contents. A tick brings hundreds of them at once: each painted frame shows
// as many as can be written in so many milliseconds, and the next one goes on.
const behind = new Map();
const BUDGET = 2;

function take(frame) {
    const event = JSON.parse(frame.data);
    behind.set(event.orderId, event);
    feed.events += 1;
    feed.skipped += event.skipped;
    if (!(event.skipped >= 0) || event.position !== frame.id) feed.strange.push(frame.data);
}

function show(event) {
    let row = rows.get(event.orderId);
    if (!row) {
        row = table.appendChild(document.createElement("div"));
        row.style.cssText = "content-visibility: auto; contain: strict; height: 1.2em;"
            + " display: grid; grid-template-columns: repeat(4, 15em)";
        for (let cell = 0; cell < 4; cell += 1) row.appendChild(document.createElement("span"));
        rows.set(event.orderId, row);
    }
    [event.number, event.status, event.data?.contactRef ?? "", event.position].forEach((text, cell) => {
        if (row.children[cell].textContent !== text) row.children[cell].textContent = text;
    });
}

requestAnimationFrame(function paint() {
    const until = performance.now() + BUDGET;
    for (const [order, event] of behind) {
        if (performance.now() > until) break;
        behind.delete(order);
        show(event);
    }
    requestAnimationFrame(paint);
});

function read(block) {
    const frame = {};
    for (const line of block.split("\n")) {
        const colon = line.indexOf(": ");
        frame[line.slice(0, colon)] = line.slice(colon + 2);
    }
    if (frame.id !== undefined) {
        const [, before] = feed.last.split("-");
        const [, now] = frame.id.split("-");
        // An id-only block may repeat the position; an event's goes up.
        if (Number(now) < Number(before ?? 0) || (frame.data && now === before)) feed.strange.push(`${feed.last}, ${frame.id}`);
        feed.last = frame.id;
    }
    if (frame.event === "status" || frame.event === "update") take(frame);
    else if (frame.event !== undefined) feed.strange.push(block);
    // The orders here are told of in ASCII, so that a character is a byte.
    feed.largest = Math.max(feed.largest, block.length + 2);
    feed.ended = performance.now();
}

// Rows that contain themselves: in a table each text that changes would lay out all of it.
const table = document.body.appendChild(document.createElement("div"));

// The list as it is before the feed goes on from there.
async function load(url) {
    const list = await (await fetch(url)).json();
    list.orders.forEach(show);
}

// By fetch, which shows the bytes as they come; an EventSource keeps them to itself.
async function follow(url) {
    feed.began = performance.now();
    const response = await fetch(url);
    feed.status = response.status;
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let pending = "";
    for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        feed.bytes += value.length;
        const before = performance.now();
        const blocks = (pending + decoder.decode(value, { stream: true })).split("\n\n");
        pending = blocks.pop();
        blocks.forEach(read);
        feed.busiest = Math.max(feed.busiest, performance.now() - before);
    }
    feed.strange.push("the stream ended");
}

// The times between the frames that the browser paints, in milliseconds.
function paints(milliseconds) {
    return new Promise((resolve) => {
        const gaps = [];
        let first, before;
        requestAnimationFrame(function frame(now) {
            if (before !== undefined) gaps.push(now - before);
            first ??= now;
            before = now;
            if (now - first >= milliseconds) resolve(gaps);
            else requestAnimationFrame(frame);
        });
    });
}
