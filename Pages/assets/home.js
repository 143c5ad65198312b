// Tells on the first page whether the service is ready, and why not.
import { addCopyButtons, find } from "./dom.js";
import { liveMark } from "./stream.js";
import { get } from "./api.js";

const show = liveMark(find("#health"), { live: "Ready", ended: "Not ready" });
addCopyButtons();
try {
    await get("/readyz");
    show("live");
} catch (error) {
    show("ended");
    find("#health").textContent = `Not ready: ${error.message}`;
}
