// eventsource for Node (version 2), which reconnects by itself and, unlike a browser's, sends headers.
const EventSource = require("eventsource");

const source = new EventSource(process.env.STREAM, { headers: { Authorization: `Bearer ${process.env.TOKEN}` } });
const show = (event) => console.log(event.lastEventId);
source.addEventListener("status", show);
source.addEventListener("update", show);
// Without a listener an error ends the process.
source.addEventListener("error", () => {});
