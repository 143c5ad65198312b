/** Comma-separated values (RFC 4180) that spreadsheets open safely. */

/**
 * The text of one cell. A text that a spreadsheet would take for a formula begins with an apostrophe, as OWASP advises;
 * numbers stay as they are.
 */
export function cell(value) {
    if (value === undefined || value === null) return "";
    if (typeof value === "number") return String(value);
    let text = String(value);
    // Also behind blanks, and the full-width forms that some spreadsheets read alike.
    if (/^[\s\0\u200b-\u200f\u202a-\u202e\u2066-\u2069]*[=+\-@＝＋－＠]/u.test(text) || /^[\t\r\n]/.test(text)) text = `'${text}`;
    return /[",;\r\n\t']|^\s|\s$/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The whole text with a head line and a byte order mark, by which spreadsheets know UTF-8.
 *
 * - columns: `[title, row => value]` each.
 */
export function csv(rows, columns) {
    const lines = [columns.map(([title]) => cell(title)), ...rows.map((row) => columns.map(([, of]) => cell(of(row))))];
    return "\ufeff" + lines.map((line) => line.join(",") + "\r\n").join("");
}
