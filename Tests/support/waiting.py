"""Waits for a condition with a deadline, never for a time alone."""

import time


class Overdue(Exception):
    """A condition did not come true in time."""


def wait_for(condition, seconds, what, every=0.05):
    """The condition's first true value.

    Raises `Overdue` when there is none within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise Overdue(f"not within {seconds} s: {what}")
        time.sleep(every)
