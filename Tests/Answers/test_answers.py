"""docs/answers.md against a service: the page's lines are run in their order, and the answers compared by section."""

import difflib

from support.answers.normal import normal
from support.answers.page import PAGE, answered_sections, split_sections


def test_the_page_shows_what_a_service_answers(service, check):
    service.start()
    answered = answered_sections(service)
    written = split_sections(PAGE.read_text(encoding="utf-8"))
    for (title, now), then in zip(answered, written, strict=False):
        is_same = normal(now) == normal(then)
        check(title, is_same, "docs/answers.md is out of date or the service has changed; run Scripts/docs")
        if not is_same:
            print(
                *difflib.unified_diff(normal_lines(then), normal_lines(now), "page", "service", lineterm="", n=1),
                sep="\n",
            )
    check(
        "the page has every section and no other", len(answered) == len(written), f"{len(answered)} and {len(written)}"
    )


def normal_lines(text):
    return [normal(line) for line in text.split("\n")]
