"""Replaces the parts that differ between any two runs, so that the rest can be compared."""

import re

RULES = [
    # Epochs and the ids that the server makes (UUIDv7 of this century's middle; ids of the story begin with 019a41c8).
    (r"\b[a-z2-7]{8}-(\d+)\b(?=[\"&]|$)", r"EPOCH-\1"),
    (r"\b(?!019a41c8)[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b", "UUID"),
    # Sealed positions, and cursors.
    (r"\bA[A-Za-z0-9_-]{22}(?=\"|$)", "SEALED"),
    (r"(\"next\":\s*\")[A-Za-z0-9_-]{24,}\"", r'\1CURSOR"'),
    # Moments of the run; those of the story are of 2025.
    (r"\b(?!2025)20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", "NOW"),
    (r"^Date: .*$", "Date: NOW"),
    (r"^X-Request-Id: .*$", "X-Request-Id: ID"),
    # Bodies that hold fractions of seconds are not always equally long.
    (r"^(Content-Length): \d+$", r"\1: N"),
    (r"^retry: \d+$", "retry: N"),
    # A run may see a minute end.
    (r"\"perMinute\":\s*\[.*?\]", '"perMinute": […]'),
    (r"(\"[a-zA-Z0-9]*Seconds\":\s*)[0-9.]+", r"\1N"),
]


def normal(text):
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text, flags=re.M | re.S if "perMinute" in pattern else re.M)
    # The place of a line break depends on the length of the line's texts.
    return re.sub(r"\s+", " ", text).strip()
