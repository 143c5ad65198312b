/** The commands that the service describes, and how they are sent. */

import { get, post } from "./api.js";
import { commandsOf } from "./schema-fields.js";

let description;

/** The commands that the service describes; read once, when they are first needed. */
export function loadCommands() {
    description ??= get("/openapi.json").then(commandsOf);
    description.catch(() => { description = undefined; });
    return description;
}

/**
 * Sends a command of an order; throws `ApiError` where it is refused.
 *
 * - version: the order's, which must not have changed; undefined for any.
 */
export function send(command, orderId, body, key, version) {
    const path = command.path.replace("{id}", encodeURIComponent(orderId));
    return post(path, body, { key, headers: version && { "If-Match": `"${version}"` } });
}
