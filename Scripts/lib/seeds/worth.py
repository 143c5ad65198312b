"""The worth of a unit, as docs/orders.md says it: the goods less discounts, with tax where it comes on top."""


def shares(amount, weights):
    """The amount divided by the weights, to the minor unit: by largest remainder, ties in the order of lines."""
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: -(amount * weights[index] % total))
    for index in by_remainder[: amount - sum(parts)]:
        parts[index] += 1
    return parts


def goods(line):
    return line["lineTotal"] if "lineTotal" in line else line["quantity"] * line["unitPrice"]


def line_values(lines, discount, tax, is_tax_included):
    """The worth of each line as a whole, by lineId. The lines' amounts are whole numbers of minor units."""
    left = [goods(line) - line.get("discount", 0) for line in lines]
    unassigned = min(discount - sum(line.get("discount", 0) for line in lines), sum(left))
    cuts = shares(unassigned, left)
    taxes = [0] * len(lines)
    if not is_tax_included:
        has_line_tax = any("tax" in line for line in lines)
        taxes = [line.get("tax", 0) for line in lines] if has_line_tax else shares(tax, left)
    return {line["lineId"]: value - cut + more for line, value, cut, more in zip(lines, left, cuts, taxes, strict=True)}


def worth(value, quantity, gone, more):
    """The worth of the next units of a line after those that are gone: all of them are worth exactly the line."""
    return (gone + more) * value // quantity - gone * value // quantity
