/**
 * Numbers, money, times and words for people, in the page's language (the `lang` of its root) unless another is given.
 */

const formats = new Map();

/** Formatters are slow to make, so each is made once. */
const cached = (kind, language, options) => {
    const key = kind.name + language + JSON.stringify(options);
    let format = formats.get(key);
    if (!format) formats.set(key, format = new kind(language, options));
    return format;
};

export const pageLanguage = () => document.documentElement.lang || "en";

const asDate = (time) => (time instanceof Date ? time : new Date(time));

export const formatNumber = (value, options = {}, language = pageLanguage()) =>
    cached(Intl.NumberFormat, language, options).format(value);

/** A number in at most four digits: `1.2K`. */
export const formatCompact = (value, language = pageLanguage()) =>
    formatNumber(value, { notation: "compact", maximumFractionDigits: 1 }, language);

/**
 * The digits behind a currency's decimal point, as ISO 4217 has them, where they are not two. `Intl` has others for
 * currencies whose small coins went out of use: none for HUF, whose amounts would show a hundredfold.
 */
const CURRENCY_DIGITS = {
    BHD: 3, BIF: 0, CLF: 4, CLP: 0, DJF: 0, GNF: 0, IQD: 3, ISK: 0, JOD: 3, JPY: 0, KMF: 0, KRW: 0, KWD: 3, LYD: 3,
    OMR: 3, PYG: 0, RWF: 0, TND: 3, UGX: 0, UYI: 0, UYW: 4, VND: 0, VUV: 0, XAF: 0, XOF: 0, XPF: 0,
};

/** The number of digits behind the point of a currency's amounts. */
export const minorDigits = (currency) => CURRENCY_DIGITS[currency] ?? 2;

/** `{ amount, currency }` with the amount in minor units. */
export const formatMoney = ({ amount, currency }, language = pageLanguage()) => {
    const digits = minorDigits(currency);
    const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
    return formatNumber(amount / 10 ** digits, options, language);
};

/** A share from 0 to 1 as percent. */
export const formatShare = (share, language = pageLanguage()) =>
    formatNumber(share, { style: "percent", maximumFractionDigits: share < 0.1 && share > 0 ? 1 : 0 }, language);

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

export const formatBytes = (bytes, language = pageLanguage()) => {
    const power = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0), BYTES.length - 1);
    const value = bytes / 1000 ** power;
    const options = { style: "unit", unit: BYTES[power], unitDisplay: power ? "short" : "long", maximumFractionDigits: value < 10 && power ? 1 : 0 };
    return formatNumber(value, options, language);
};

const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** Seconds as one or two units: `2 hr 5 min`; below a second in milliseconds. */
export const formatDuration = (seconds, language = pageLanguage()) => {
    const unit = (value, name, digits = 0) =>
        formatNumber(value, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits }, language);
    if (seconds < 0.9995) return unit(seconds * 1000, "millisecond", seconds < 0.01 ? 1 : 0);
    if (seconds < 10) return unit(seconds, "second", 1);
    let left = Math.round(seconds);
    const parts = [];
    for (const [name, size] of UNITS) {
        const count = Math.floor(left / size);
        left -= count * size;
        if (count > 0) parts.push(unit(count, name));
        else if (parts.length) break;
        if (parts.length === 2) break;
    }
    return parts.join(" ");
};

/** `5 minutes ago`, `in 2 days`, `now`. */
export const formatAgo = (time, now = Date.now(), language = pageLanguage()) => {
    const seconds = (asDate(time) - now) / 1000;
    const format = cached(Intl.RelativeTimeFormat, language, { numeric: "auto" });
    for (const [name, size] of UNITS) {
        if (Math.abs(seconds) >= size || name === "second") return format.format(Math.trunc(seconds / size), name);
    }
    return "";
};

const SHORT = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };

/** The page's language as the reader's region writes times: a German browser's English has 24 hours and no “Nov 28”. */
const timeLanguage = () => {
    const { region } = new Intl.Locale(navigator.language).maximize();
    return region ? `${pageLanguage()}-${region}` : pageLanguage();
};

/** A time by the options of `Intl.DateTimeFormat`; without any, a short date and time with the zone. */
export const formatTime = (time, options = SHORT, language = timeLanguage()) =>
    cached(Intl.DateTimeFormat, language, options).format(asDate(time));

/** `09:14:05`, for lists that move. */
export const formatClock = (time) => formatTime(time, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** The tone of an order's or a parcel's status, as chips have it. */
const TONES = {
    placed: "info", preparing: "info", packed: "info",
    partlyShipped: "moving", shipped: "moving", inTransit: "moving", outForDelivery: "moving",
    partlyDelivered: "good", delivered: "good", readyForPickup: "good",
    returned: "back", returning: "back", returnedToSender: "back",
    attention: "bad", exception: "bad", attemptFailed: "bad", lost: "bad",
    onHold: "warn", cancelled: "neutral", void: "neutral",
};
export const toneOf = (status) => TONES[status] ?? "neutral";

/** A camel-case word of the API as people read it: `outForDelivery` is `Out for delivery`. */
export const wordOf = (name) => {
    const words = String(name).replace(/([a-z0-9])([A-Z])/g, (_, before, after) => `${before} ${after.toLowerCase()}`);
    return words.charAt(0).toUpperCase() + words.slice(1);
};
