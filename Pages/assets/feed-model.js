/** The newest events of a feed: bounded, and held back while somebody reads. */
export class Feed {
    /** @param limit the most events that are kept. */
    constructor(limit = 100) {
        this.limit = limit;
        /** The events that are shown, the newest first. */
        this.shown = [];
        /** The number of events that wait for the end of the pause, those that conflation left out included. */
        this.waiting = 0;
        this.isPaused = false;
        this.held = [];
    }

    /** Takes events, the oldest first. One that is known already, since its stream began anew, is left out. */
    add(all) {
        const known = new Set([...this.shown, ...this.held].map((event) => event.position));
        const events = all.filter((event) => !known.has(event.position));
        if (this.isPaused) {
            for (const event of events) this.waiting += 1 + (event.skipped ?? 0);
            this.held = this.#newest(this.held, events);
        } else {
            this.shown = this.#newest(this.shown, events);
        }
    }

    pause() {
        this.isPaused = true;
    }

    resume() {
        this.isPaused = false;
        this.shown = [...this.held, ...this.shown].slice(0, this.limit);
        this.#forget();
    }

    /** Forgets all events, shown and waiting. */
    clear() {
        this.shown = [];
        this.#forget();
    }

    #forget() {
        this.held = [];
        this.waiting = 0;
    }

    #newest(older, events) {
        return [...events.slice(-this.limit).reverse(), ...older].slice(0, this.limit);
    }
}
