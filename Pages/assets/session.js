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

const ENDED = "Your session has ended. Sign in to go on: what you have written is still here.";

/** A role and a name. A token that names nobody has its role for a subject, which is said once. */
const nameOf = ({ role, subject }) => (subject === role ? [role] : [`${role} `, h("bdi", {}, subject)]);

const PEOPLE = { staff: "staff", operator: "operators" };

const words = (error) => {
    if (!(error instanceof ApiError)) return String(error);
    if (error.code === "expiredToken") return "This token has expired. Ask for a new one.";
    if (error.code === "missingToken" || error.code === "malformedToken") return "This is not a whole token.";
    if (error.code === "unknownKey") return "This service does not know the key of this token. A development token comes from the service's own data directory: give `waybill token` the same --data-dir.";
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
    const notice = find("[data-session='notice']", section), title = find("h1", section);
    let end, timer, known, focused, tabs;

    const leave = () => {
        // A half-written text waits in the hidden page, and the focus comes back to it.
        if (end && page.contains(document.activeElement)) focused = document.activeElement;
        end?.();
        end = undefined;
        clearTimeout(timer);
        page.hidden = true;
        // A modal dialog would lie above the form.
        for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
        for (const element of document.querySelectorAll("[data-session='bar']")) element.hidden = true;
    };

    const showSection = (words, hasForm, reason) => {
        leave();
        setText(title, words);
        for (const part of section.children) if (part !== title && part !== notice) part.hidden = !hasForm;
        notice.replaceChildren(...reason);
        notice.hidden = reason.length === 0;
        section.hidden = false;
    };

    /** Shows the form; a reason, a text and elements, stands above it. */
    const showForm = (...reason) => showSection("Sign in", true, reason);

    /** Shows that the service does not answer. The session may well be good, so nobody is asked to sign in. */
    const showDelay = (error) =>
        showSection("Waiting for the service", false, [`${error.message} Your session is kept: this page opens by itself when the service answers.`]);

    /** Shows the form after the end of a session, and moves the focus to the words that say so. */
    const askAgain = (reason) => {
        if (!end) return;
        showForm(reason);
        notice.focus();
    };

    const enter = (who) => {
        // The page is as somebody else left it.
        if (known && (known.role !== who.role || known.subject !== who.subject || known.shops.join() !== who.shops.join())) return location.reload();
        leave();
        if (!roles.includes(who.role)) {
            showForm("You are signed in as ", ...nameOf(who), `. This page is for ${roles.map((role) => PEOPLE[role]).join(" and ")}: sign in with such a token.`);
            return;
        }
        known = who;
        section.hidden = true;
        page.hidden = false;
        for (const element of document.querySelectorAll("[data-session='bar']")) element.hidden = false;
        for (const element of document.querySelectorAll("[data-session='who']")) {
            element.replaceChildren(...nameOf(who));
            element.title = `Until ${new Date(who.expiresAt).toLocaleString()}`;
        }
        const left = new Date(who.expiresAt) - Date.now();
        // Timers hold 24 days at most; the service ends the session anyway.
        if (left < 2 ** 31) timer = setTimeout(() => askAgain(ENDED), Math.max(left, 0));
        end = begin(who) ?? (() => {});
    };

    /** Gives the focus to what had it before the session ended, or to the page. */
    const focusPage = () => {
        const last = focused?.isConnected && focused.checkVisibility() ? focused : page;
        focused = undefined;
        last.focus({ preventScroll: last === page });
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
            tabs.postMessage("in");
            if (end) focusPage();
        } catch (error) {
            fail(words(error));
        } finally {
            button.disabled = false;
        }
    });

    for (const button of document.querySelectorAll("[data-session='sign-out']")) {
        button.addEventListener("click", async () => {
            button.disabled = true;
            try {
                await del("/session");
            } catch (error) {
                // With no session left there is nothing to end; otherwise the cookie still opens the pages.
                if (error.status !== 401) return showForm(`You are still signed in: ${error.message} Reload the page, and sign out again.`);
            } finally {
                button.disabled = false;
            }
            tabs.postMessage("out");
            showForm("You are signed out.");
            focused = undefined;
            input.focus();
        });
    }

    onSignedOut(() => askAgain(ENDED));

    /** Listens to the other tabs of the browser, which share the session: who signs in or out in one does so in all. */
    const join = () => {
        tabs = new BroadcastChannel("waybill-session");
        tabs.addEventListener("message", ({ data }) => {
            if (data === "out") askAgain("You signed out in another tab.");
            else look().then(() => { if (end) focusPage(); });
        });
    };
    join();

    /** - timeout: milliseconds, after which people at the first time are told that it takes long. */
    const look = async (timeout = 4000) => {
        try {
            enter(await get("/session", { timeout }));
        } catch (error) {
            if (error.status === 401 || error.status === 403) return showForm();
            showDelay(error);
            timer = setTimeout(look, 2000, 15_000);
        }
    };
    await look();
    // A page that listens cannot stay in the browser's cache; one that comes back from there has missed what was told.
    window.addEventListener("pagehide", () => tabs.close());
    window.addEventListener("pageshow", (event) => {
        if (!event.persisted) return;
        join();
        look();
    });
}
