/** Fields of a form, made from a JSON schema of `/openapi.json`, and the body that their values make. */

/** Follows references, and keeps the description of the place that refers. */
export function resolve(schema, description) {
    let found = schema, described = schema.description;
    for (let depth = 0; found.$ref && depth < 20; depth++) {
        found = found.$ref.slice(2).split("/").reduce((at, name) => at[name.replaceAll("~1", "/").replaceAll("~0", "~")], description);
        described ??= found.description;
    }
    return described === undefined ? found : { ...found, description: described };
}

const isMoney = (schema) => schema.properties?.amount && schema.properties?.currency && Object.keys(schema.properties).length === 2;

/**
 * The field of a schema.
 *
 * @returns `{ kind, name, pointer, required, description, … }`, where `kind` is `text`, `choice`, `flag`, `number`,
 *     `time`, `money`, `texts` (a map), `list` (with `element`) or `group` (with `fields`).
 */
export function field(schema, name, required, description, pointer = "") {
    const found = resolve(schema, description);
    const common = { name, pointer, required, description: found.description ?? "" };
    const type = Array.isArray(found.type) ? found.type[0] : found.type;
    if (found.enum) {
        const isCurrency = found.enum.length > 100;
        return { ...common, kind: isCurrency ? "text" : "choice", choices: found.enum, pattern: isCurrency ? "^[A-Z]{3}$" : undefined };
    }
    if (isMoney(found)) return { ...common, kind: "money" };
    if (type === "boolean") return { ...common, kind: "flag" };
    if (type === "integer" || type === "number") {
        return { ...common, kind: "number", isWhole: type === "integer", minimum: found.minimum, maximum: found.maximum };
    }
    if (type === "array") {
        const element = (index) => field(found.items, name, true, description, `${pointer}/${index}`);
        return { ...common, kind: "list", element, minimum: found.minItems ?? 0, maximum: found.maxItems };
    }
    if (type === "object" && found.properties) {
        const needed = new Set(found.required ?? []);
        const fields = Object.entries(found.properties).map(
            ([key, value]) => field(value, key, needed.has(key), description, `${pointer}/${key}`),
        );
        return { ...common, kind: "group", fields };
    }
    if (type === "object") return { ...common, kind: "texts", maximum: found.maxProperties };
    if (found.format === "date-time") return { ...common, kind: "time" };
    return { ...common, kind: "text", pattern: found.pattern, minLength: found.minLength, maxLength: found.maxLength, isLong: found.maxLength === 500 && /note|text|reason/i.test(name) };
}

/**
 * The commands that the description has for one order, by name: `{ name, path, summary, field }`.
 */
export function commandsOf(description) {
    const commands = new Map();
    for (const [path, item] of Object.entries(description.paths)) {
        const operation = item.post;
        if (!path.startsWith("/v1/orders/{id}/") || !operation?.tags?.includes("commands")) continue;
        const schema = operation.requestBody?.content?.["application/json"]?.schema;
        if (!schema) continue;
        const name = operation.operationId;
        commands.set(name, { name, path, summary: operation.summary, field: field(schema, "", true, description) });
    }
    return commands;
}
