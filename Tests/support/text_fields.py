"""The text fields of all commands, from the description of a running service, and bodies that hold a text in each."""

import copy


class Fields:
    """Bodies of every command, from the description's examples.

    `texts` are the paths of each one's free texts, tracking numbers included; `bounded` those of all texts that are no
    words and have no format, addresses included.
    """

    def __init__(self, description):
        self._schemas = description["components"]["schemas"]
        self.bodies, self.texts, self.bounded = {}, {}, {}
        for path, item in description["paths"].items():
            content = item.get("post", {}).get("requestBody", {}).get("content", {})
            if "application/json" not in content:
                continue
            command = path.removeprefix("/v1/orders").removeprefix("/{id}/")
            media = content["application/json"]
            self.bodies[command] = media["example"]
            strings = list(self._strings(media["schema"], ()))
            self.texts[command] = [path for path, schema in strings if is_free(schema)]
            self.bounded[command] = [path for path, schema in strings if is_bounded(schema)]

    def _strings(self, schema, path):
        if "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        if schema.get("type") == "string":
            yield path, schema
        for part in ("anyOf", "oneOf", "allOf"):
            for choice in schema.get(part, []):
                yield from self._strings(choice, path)
        for name, member in schema.get("properties", {}).items():
            yield from self._strings(member, (*path, name))
        if "items" in schema:
            yield from self._strings(schema["items"], (*path, 0))

    def saying(self, command, text, body=None):
        """The command with `text` in every free text; objects that hold one are made where the example has none."""
        body = copy.deepcopy(self.bodies[command] if body is None else body)
        for path in self.texts[command]:
            put(body, path, said_at(path, text))
        return body

    def saying_at(self, command, path, text):
        """The command with `text` at one place."""
        body = copy.deepcopy(self.bodies[command])
        put(body, path, text)
        return body

    @property
    def count(self):
        return sum(len(paths) for paths in self.texts.values())


def is_bounded(schema):
    """True for a text of up to 500 characters that is no word of a list and has no format."""
    return schema.get("maxLength") == 500 and "enum" not in schema and "format" not in schema


def is_free(schema):
    """True for a text that may be anything, or anything with a letter or digit: not for an address."""
    return is_bounded(schema) and "https" not in schema.get("pattern", "")


def said_at(path, text):
    """The text as the path can hold it: a tracking number needs a letter or digit."""
    return numbered(text) if path[-1] == "trackingNumber" else text


def numbered(text):
    """The text with a digit, within 500 characters."""
    return text[:498] + " 7"


NOTHING = {"amount": 0, "currency": "EUR"}
# The other members that an object with a text must have, and lists of which the example has no element.
NEEDED = {
    "proof": {"kind": "photo"},
    "place": {"text": "x"},
    "pickupPlace": {"text": "x"},
    "origin": {"text": "x"},
    "lines": [{"lineId": "extra", "sku": "x", "name": "x", "quantity": 1, "unitPrice": NOTHING}],
    "fees": [{"feeId": "extra", "name": "x", "amount": NOTHING}],
}


def put(body, path, text):
    """Sets the text at the path; of a list, in every element."""
    name, *rest = path
    if name == 0:
        for element in body:
            put(element, rest, text)
    elif rest:
        put(body.setdefault(name, copy.deepcopy(NEEDED.get(name, {}))), rest, text)
    else:
        body[name] = text


def found(value, path):
    """The value at the path; None where there is none."""
    for name in path:
        try:
            value = value[name]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def pointer(path):
    return "".join(f"/{name}" for name in path)


def told_apart(value, path=()):
    """Every text in a JSON value: (path, text)."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from told_apart(member, (*path, name))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from told_apart(element, (*path, index))
