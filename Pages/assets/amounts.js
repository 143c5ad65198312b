/** Amounts as people write them, and in the minor units of their currency. */

import { minorDigits } from "./format.js";

/**
 * The minor units of a written amount, by the currency's digits: “12.90” EUR is 1290. Undefined where the text is no such
 * amount.
 */
export function minorUnits(text, currency) {
    const places = minorDigits(currency);
    const match = /^([0-9]{1,13})(?:[.,]([0-9]+))?$/.exec(text.trim());
    if (!match || (match[2] ?? "").length > places) return undefined;
    const amount = Number(match[1] + (match[2] ?? "").padEnd(places, "0"));
    return Number.isSafeInteger(amount) ? amount : undefined;
}

/** The amount as it is written in a form: 1290 EUR is “12.90”. */
export function majorUnits({ amount, currency }) {
    const places = minorDigits(currency);
    if (places === 0) return String(amount);
    const text = String(amount).padStart(places + 1, "0");
    return `${text.slice(0, -places)}.${text.slice(-places)}`;
}
