"""Waiting for facts: tests poll a condition with a deadline and never sleep for a fixed time."""

import time


def until(condition, seconds=10.0, what="the condition"):
    """The first true value that `condition` returns; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise AssertionError(f"{what} did not come true within {seconds} s; last value: {value!r}")
        time.sleep(0.005)
