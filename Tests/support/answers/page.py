"""Runs the story and writes the questions and their answers as Markdown."""

import json
import os
import pathlib
import signal
import subprocess
import textwrap

from support.answers.steps import Ask
from support.answers.story import SETUP, STORY

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs" / "answers.md"
WIDTH = 110
# A longer list is shown without its middle.
MOST = 12


class Shell:
    """A shell such as a reader's, with the variables that earlier lines set."""

    def __init__(self, url, binary, data_dir):
        path = f"{os.path.dirname(os.path.abspath(binary))}:{os.environ['PATH']}"
        self.variables = {"URL": url, "WAYBILL_DATA_DIR": data_dir, "PATH": path, "HOME": data_dir, "LC_ALL": "C.UTF-8"}

    def keep(self, step):
        value = self._run(f'{step.name}=$({step.command}); printf %s "${step.name}"')
        if not value:
            raise RuntimeError(f"nothing to keep in {step.name}: {step.command}")
        self.variables[step.name] = value

    def ask(self, step):
        """The answer. Raises RuntimeError where it is a problem that the step does not ask for, or another one."""
        answer = self._frames(step) if step.frames else self._run(step.command)
        code = problem_code(answer)
        if code != step.problem:
            raise RuntimeError(f"{step.command}\nis answered by the problem {code!r} instead of {step.problem!r}")
        return answer

    def _run(self, line):
        done = subprocess.run(
            ["bash", "-c", line],
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.stderr:
            raise RuntimeError(f"{line}\n{done.stderr}")
        return done.stdout

    def _frames(self, step):
        """The first blocks of a stream, whose reader then leaves."""
        with subprocess.Popen(
            ["bash", "-c", "exec " + step.command], env=self.variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        ) as curl:
            # A stream that says too little ends the run instead of hanging it.
            signal.signal(signal.SIGALRM, lambda *_: curl.kill())
            signal.alarm(30)
            text, blocks = b"", 0
            for line in curl.stdout:
                text += line
                blocks += line == b"\n"
                if blocks == step.frames:
                    break
            signal.alarm(0)
            curl.kill()
        if blocks < step.frames:
            raise RuntimeError(f"{blocks} of {step.frames} frames: {step.command}\n{text.decode()}")
        return text.decode()


def answered_sections(service):
    """Runs the story against the service; returns (title, Markdown) of each section in order."""
    return list(_sections(Shell(service.url, service.binary, service.data_dir)))


def split_sections(text):
    """The page's sections, as `answered_sections` makes them."""
    first, *rest = text.split("\n\n## ")
    return [first] + ["## " + part for part in rest]


def _sections(shell):
    yield "The beginning", head(shell)
    for section in STORY:
        text = f"## {section.title}\n\n{wrapped(section.note)}\n"
        for step in section.steps:
            if isinstance(step, Ask):
                answer = shell.ask(step)
                note = f"\n{wrapped(step.note)}\n" if step.note else ""
                text += f"{note}\n```sh\n{step.command}\n```\n\n```{language(answer)}\n{shown(answer)}\n```\n"
            else:
                text += f"\n```sh\n{step.name}=$({step.command})\n```\n"
                shell.keep(step)
        yield section.title, text


def head(shell):
    kept = ""
    for step in SETUP:
        shell.keep(step)
        is_echo = step.command.startswith("echo ")
        value = step.command.removeprefix("echo ") if is_echo else f"$({step.command})"
        kept += f"{step.name}={value}\n"
    return f"""# Answers

What a service says, asked with curl: `Scripts/docs` runs these lines in this order against a fresh one and writes
this page; `Scripts/test` runs them again and compares. JSON is wrapped for reading where it is long, and `…` stands for
the middle of a long list. Positions, ids and times made by the server differ from run to run.

```sh
URL=http://127.0.0.1:8080
{kept}```
"""


def problem_code(answer):
    """The code of the problem that the answer is; empty for any other answer."""
    body = answer.replace("\r\n", "\n").rpartition("\n\n")[2] if answer.startswith("HTTP/") else answer
    return json.loads(body)["code"] if body.startswith('{"type":"urn:waybill:problem:') else ""


def wrapped(text):
    return textwrap.fill(text, 118, break_long_words=False, break_on_hyphens=False)


def language(answer):
    return "json" if answer.startswith("{") and answer.count("\n") <= 1 else ""


def shown(answer):
    """The answer as it came, with JSON bodies wrapped where they are too long for a line."""
    head, gap, body = (
        answer.replace("\r\n", "\n").rstrip("\n").rpartition("\n\n") if answer.startswith("HTTP/") else ("", "", answer)
    )
    lines = body.rstrip("\n").split("\n")
    # A frame stays one line, as it must.
    return head + gap + "\n".join(pretty(json.loads(line)) if line.startswith("{") else line for line in lines)


def pretty(value, indent=0):
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not value or len(flat) + indent <= WIDTH:
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        # Short members share lines.
        parts = [f"{json.dumps(name)}: {pretty(member, indent + 2)}" for name, member in value.items()]
        return "{\n" + filled(parts, inner) + "\n" + " " * indent + "}"
    shown_of = [inner + pretty(element, indent + 2) for element in value]
    if len(value) > MOST:
        shown_of[2:-2] = [inner + "…"]
    return "[\n" + ",\n".join(shown_of) + "\n" + " " * indent + "]"


def filled(parts, inner):
    lines = [inner + parts[0]]
    for part in parts[1:]:
        last = lines[-1].rpartition("\n")[2]
        if "\n" in part or "\n" in lines[-1] or len(last) + len(part) + 2 > WIDTH:
            lines[-1] += ","
            lines.append(inner + part)
        else:
            lines[-1] += ", " + part
    return "\n".join(lines)
