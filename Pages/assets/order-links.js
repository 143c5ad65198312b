/** The tracking links of an order: made, copied, revoked. */

import { del, get, newKey, post } from "./api.js";
import { h, setText } from "./dom.js";
import { formatTime } from "./format.js";
import { copyButton } from "./staff-parts.js";

const LIFETIMES = [["7d", "7 days"], ["30d", "30 days"], ["90d", "90 days"], ["366d", "a year"]];

export class LinksView {
    /** - order: the path of the order in the API. */
    constructor(element, order) {
        this.path = `${order}/tracking-links`;
        this.element = element;
        this.list = h("ul", { class: "plain links" });
        this.state = h("p", { role: "status", class: "small soft" });
        this.made = h("div", { class: "made-link", hidden: true });
        this.lifetime = h("select", { class: "input", id: "link-lifetime" }, LIFETIMES.map(([value, words]) => h("option", { value }, words)));
        this.lifetime.value = "90d";
        this.make = h("button", { type: "button", class: "button" }, "Make a link");
        this.make.addEventListener("click", () => this.#make());
        this.key = newKey();
        element.append(h("p", { class: "small soft" }, "Whoever has the link follows the order as its customer."),
            h("div", { class: "link-form" }, h("label", { for: "link-lifetime" }, "Good for"), this.lifetime, this.make), this.made, this.state, this.list);
    }

    async load() {
        try {
            const body = await get(this.path);
            this.#show(body.links);
        } catch (error) {
            // Operators read orders, and have no say about their links.
            if (error.status === 403) this.element.hidden = true;
            else if (error.status !== 401) setText(this.state, `The links could not be read: ${error.message}`);
        }
    }

    #show(links) {
        this.list.replaceChildren(...links.map(({ linkId, expiresAt }) => {
            const revoke = h("button", { type: "button", class: "button quiet little", "aria-label": `Revoke link ${linkId.slice(0, 8)}` }, "Revoke");
            let isSure = false;
            revoke.addEventListener("click", async () => {
                if (!isSure) {
                    isSure = true;
                    setText(revoke, "Really revoke?");
                    revoke.removeAttribute("aria-label");
                    return;
                }
                revoke.disabled = true;
                try {
                    await del(`${this.path}/${linkId}`);
                    if (this.shownId === linkId) this.made.hidden = true;
                    setText(this.state, "Revoked. The link is dead, and its pages end.");
                } catch (error) {
                    setText(this.state, `The link was not revoked: ${error.message}`);
                }
                this.load();
            });
            revoke.addEventListener("blur", () => {
                if (!isSure || revoke.disabled) return;
                isSure = false;
                setText(revoke, "Revoke");
            });
            return h("li", { "data-link": linkId }, h("span", { class: "code" }, linkId.slice(0, 8)), h("span", { class: "small soft" }, `until ${formatTime(expiresAt)}`), revoke);
        }));
        if (links.length === 0) this.list.append(h("li", { class: "small soft" }, "No link is alive."));
    }

    async #make() {
        this.make.disabled = true;
        try {
            const body = await post(this.path, { ttl: this.lifetime.value }, { key: `page-${this.key}` });
            this.key = newKey();
            this.shownId = body.linkId;
            const field = h("input", { class: "input code", type: "text", readonly: true, value: body.url, "aria-label": "The new link" });
            field.addEventListener("focus", () => field.select());
            this.made.replaceChildren(field, copyButton(body.url, "Copy the new link"),
                h("a", { class: "button quiet little", href: body.url, target: "_blank", rel: "noreferrer noopener" }, "Open"));
            this.made.hidden = false;
            setText(this.state, "Copy it now: the link is told this once.");
            this.load();
        } catch (error) {
            setText(this.state, error.problem?.detail ?? error.message);
        } finally {
            this.make.disabled = false;
        }
    }
}
