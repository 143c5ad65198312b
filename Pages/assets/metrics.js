/**
 * Reads Prometheus' text format, and makes rates and quantiles from two readings.
 */

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** One reading of all metrics, with the time at which it was taken. */
export class Metrics {
    #samples = new Map();

    constructor(text, at = performance.now()) {
        /** In milliseconds, by a clock that does not jump. */
        this.at = at;
        for (const line of text.split("\n")) {
            const match = LINE.exec(line);
            if (!match) continue;
            const [, name, labels = "", value] = match;
            const sample = { labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, text]) => [key, text])), value: Number(value) };
            if (this.#samples.has(name)) this.#samples.get(name).push(sample);
            else this.#samples.set(name, [sample]);
        }
    }

    /** The samples of a metric: `[{ labels, value }]`. */
    all(name) { return this.#samples.get(name) ?? []; }

    /** The sum of a metric's samples that have these labels; undefined where there is none. */
    sum(name, labels = {}) {
        const found = this.all(name).filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value));
        return found.length ? found.reduce((sum, sample) => sum + sample.value, 0) : undefined;
    }

    /** What a counter gained a second since an earlier reading; undefined where it began anew meanwhile. */
    rate(earlier, name, labels) {
        const gained = this.sum(name, labels) - earlier.sum(name, labels);
        return gained >= 0 ? gained / ((this.at - earlier.at) / 1000) : undefined;
    }

    /**
     * A quantile of what a histogram observed since an earlier reading, interpolated within its bucket; undefined where it
     * observed nothing.
     */
    quantile(earlier, name, share) {
        const before = new Map(earlier.all(`${name}_bucket`).map(({ labels, value }) => [labels.le, value]));
        const buckets = this.all(`${name}_bucket`)
            .map(({ labels, value }) => ({ upTo: labels.le === "+Inf" ? Infinity : Number(labels.le), count: value - (before.get(labels.le) ?? 0) }))
            .sort((a, b) => a.upTo - b.upTo);
        const total = buckets.at(-1)?.count;
        if (!(total > 0)) return undefined;
        let [low, below] = [0, 0];
        for (const { upTo, count } of buckets) {
            if (count >= share * total) {
                if (upTo === Infinity) return low;
                return low + (upTo - low) * ((share * total - below) / Math.max(count - below, 1));
            }
            [low, below] = [upTo, count];
        }
        return low;
    }
}
