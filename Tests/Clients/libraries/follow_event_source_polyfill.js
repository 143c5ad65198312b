// Requests and reads a stream as event-source-polyfill does, by its source; the package itself is on npm alone. It
// sends its place as `lastEventId` in the query and never in a header, takes it only from blocks with data, gives up at
// any status but 200, doubles its delay from the last `retry` on, and takes 45 s of silence for a lost connection.
const SILENCE = 45_000;
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let lastEventId = "", retry = 1000, delay = retry;

const read = async () => {
    const separator = process.env.STREAM.includes("?") ? "&" : "?";
    const place = lastEventId && `${separator}lastEventId=${encodeURIComponent(lastEventId)}`;
    const controller = new AbortController();
    let silence = setTimeout(() => controller.abort(), SILENCE);
    try {
        const response = await fetch(process.env.STREAM + place, {
            headers: { Accept: "text/event-stream", Authorization: `Bearer ${process.env.TOKEN}` },
            cache: "no-store",
            signal: controller.signal,
        });
        const isStream = /^text\/event-stream(;.*)?$/i.test(response.headers.get("Content-Type") ?? "");
        if (response.status !== 200 || !isStream) process.exit(1);
        delay = retry;
        const decoder = new TextDecoder();
        let text = "", id = lastEventId;
        for await (const bytes of response.body) {
            clearTimeout(silence);
            silence = setTimeout(() => controller.abort(), SILENCE);
            const blocks = (text + decoder.decode(bytes, { stream: true })).split("\n\n");
            text = blocks.pop();
            for (const block of blocks) {
                const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s)));
                id = fields.id ?? id;
                if (fields.retry) delay = retry = Math.max(1000, Number(fields.retry));
                if (!fields.data) continue;
                lastEventId = id;
                if (fields.event === "status" || fields.event === "update") console.log(id);
            }
        }
    } finally {
        clearTimeout(silence);
    }
};

(async () => {
    for (;;) {
        await read().catch(() => {});
        await wait(delay);
        delay = Math.min(retry * 16, delay * 2);
    }
})();
