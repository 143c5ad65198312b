"""The steps of a story: lines of a shell as a reader would paste them, and the curl lines that they are made of."""

from dataclasses import dataclass, field


@dataclass
class Section:
    title: str
    note: str
    steps: list = field(default_factory=list)


@dataclass
class Ask:
    """A line whose answer is shown.

    - frames: the number of blocks after which a stream is left.
    - problem: the code of the problem that the line asks for; a problem that is not asked for is a mistake.
    """

    command: str
    note: str = ""
    frames: int = 0
    problem: str = ""


@dataclass
class Keep:
    """A line that sets the variable `name` for later lines; the page shows the line and no answer."""

    name: str
    command: str


AUTH = '-H "Authorization: Bearer ${}"'
SHORT = """ |
  grep -oE '"version":[0-9]+,"position":"[^"]+","status":"[a-zA-Z]+"'"""
JSON = "-H 'Content-Type: application/json'"


def get(path, who="BACKEND", options=""):
    return f'curl -s {options}{AUTH.format(who)} "$URL{path}"'


def post(path, body, who="BACKEND", options="", key=None):
    lines = [f'curl -s {options}"$URL{path}" {AUTH.format(who)} {JSON}']
    if key:
        lines.append(f"  -H 'Idempotency-Key: {key}'")
    lines.append(f"  -d {body}" if body.startswith('"$') else f"  -d '{body}'")
    return " \\\n".join(lines)
