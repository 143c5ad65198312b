// Many streams in one page, as many tabs of one browser would have them. The test reads what each has shown.
const tabs = [];

function followAll(urls) {
    for (const url of urls) {
        const tab = { seen: [], strange: [], opened: 0, closed: false };
        const source = new EventSource(url);
        source.onopen = () => { tab.opened += 1; };
        source.onerror = () => { tab.closed = tab.closed || source.readyState === EventSource.CLOSED; };
        for (const name of ["status", "update"]) {
            source.addEventListener(name, (frame) => { tab.seen.push({ id: frame.lastEventId, data: frame.data }); });
        }
        for (const name of ["message", "snapshot", "reset", "bye"]) {
            source.addEventListener(name, () => { tab.strange.push(name); });
        }
        tabs.push(tab);
    }
}
