/**
 * Signing in and out of the pages for staff and operators. The page holds two elements, both hidden at first: the form
 * of the template `sign-in`, and its own content.
 *
 *     session({ roles: ["operator"], page: find("#page"), begin: (who) => { …; return () => { … }; } });
 */
import { ApiError, del, get, onSignedOut, request } from "./api.js";
import { find, h, setText } from "./dom.js";

/** What people paste around a token: spaces and line ends, quotes, and the name of the scheme. */
export const cleanToken = (text) =>
    text.replace(/["'\s]+/g, " ").trim().replace(/^(authorization: ?)?(bearer )?/i, "").replaceAll(" ", "");

const words = (error) => {
    if (!(error instanceof ApiError)) return String(error);
    if (error.code === "expiredToken") return "This token has expired. Ask for a new one.";
    if (error.code === "missingToken" || error.code === "malformedToken") return "This is not a whole token.";
    if (error.code === "forbidden") return "This token's role cannot sign in here: it takes a token for staff or an operator.";
    return error.message;
};

/**
 * Shows the page to people who are signed in and may see it, and the form to others.
 *
 * - roles: the roles that the page is for.
 * - page: the element with the page's content.
 * - begin: called whenever somebody is signed in, with `{ role, subject, shops, expiresAt }`; returns a function that
 *   ends what it began, which is called when the session ends.
 *
 * An element `[data-session="who"]` gets the name of who is signed in; a button `[data-session="sign-out"]` signs out.
 */
export async function session({ roles, page, begin }) {
    const section = find("#sign-in");
    const form = find("form", section), input = find("input", section), problem = find(".error", section);
    const notice = find("[data-session='notice']", section);
    let end, timer;

    const leave = () => {
        end?.();
        end = undefined;
        clearTimeout(timer);
        page.hidden = true;
        for (const element of document.querySelectorAll("[data-session='bar']")) element.hidden = true;
    };

    /** Shows the form; a reason stands above it. */
    const showForm = (reason = "") => {
        leave();
        setText(notice, reason);
        notice.hidden = !reason;
        section.hidden = false;
    };

    const enter = (who) => {
        leave();
        if (!roles.includes(who.role)) {
            showForm(`You are signed in as ${who.role} ${who.subject}. This page is for ${roles.join(" and ")}: sign in with such a token.`);
            return;
        }
        section.hidden = true;
        page.hidden = false;
        for (const element of document.querySelectorAll("[data-session='bar']")) element.hidden = false;
        for (const element of document.querySelectorAll("[data-session='who']")) {
            element.replaceChildren(`${who.role} `, h("bdi", {}, who.subject));
            element.title = `Until ${new Date(who.expiresAt).toLocaleString()}`;
        }
        const left = new Date(who.expiresAt) - Date.now();
        // Timers hold 24 days at most; the service ends the session anyway.
        if (left < 2 ** 31) timer = setTimeout(() => showForm("Your session has ended. Sign in to go on."), Math.max(left, 0));
        end = begin(who) ?? undefined;
    };

    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const button = find("button", form);
        const token = cleanToken(input.value);
        const fail = (text) => {
            setText(problem, text);
            problem.hidden = false;
            input.setAttribute("aria-invalid", "true");
            input.focus();
        };
        if (!token) return fail("Paste a token.");
        button.disabled = true;
        try {
            await request("POST", "/session", { headers: { Authorization: `Bearer ${token}` } });
            const who = await get("/session");
            input.value = "";
            problem.hidden = true;
            input.removeAttribute("aria-invalid");
            enter(who);
            page.focus({ preventScroll: true });
        } catch (error) {
            fail(words(error));
        } finally {
            button.disabled = false;
        }
    });

    for (const button of document.querySelectorAll("[data-session='sign-out']")) {
        button.addEventListener("click", async () => {
            await del("/session").catch(() => {});
            showForm("You are signed out.");
            input.focus();
        });
    }

    onSignedOut(() => { if (end) showForm("Your session has ended. Sign in to go on."); });

    const look = async () => {
        try {
            enter(await get("/session"));
        } catch (error) {
            if (error.status === 401 || error.status === 403) return showForm();
            showForm(`${error.message} Trying again…`);
            timer = setTimeout(look, 3000);
        }
    };
    await look();
    // Somebody may have signed out in another tab.
    window.addEventListener("pageshow", (event) => { if (event.persisted) look(); });
}
