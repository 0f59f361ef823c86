"""Runs that this machine can never take end before they begin, unless somebody insists."""

from __future__ import annotations

from tinywork import GreedySpec

from kit.jobs import start


def test_a_run_that_has_no_room_fails_at_once_and_begins_when_told_to() -> None:
    spec = GreedySpec(steps=100_000)  # 100 TB
    refused = start(spec).wait(30)
    assert refused.status.state == "failed"
    assert "It needs 107,000 GB, and this machine has " in refused.status.cause
    assert refused.status.fix.startswith("With steps=1 it needs 1.1 GB.")
    assert not refused.status.curves["number"]
    assert refused.result.status == "unsupported"
    begun = start(spec, now=True)
    for event in begun.watch(30):
        if event["kind"] == "metric":
            break
    assert begun.status.state == "running"
    begun.stop()
    begun.wait(30)
