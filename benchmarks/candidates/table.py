"""What was measured, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return a line for each candidate and load, and one for each candidate's answers."""
    measured = [row for row in rows if not row.get("missing")]
    speeds = [["server", "clients", "tokens/s", "first p50", "p95", "whole p50", "p95", "errors"]]
    for row in measured:
        for load in row["load"]:
            times = [load[f"p{p}_{name}"] for name in ("ttft_s", "e2el_s") for p in (50, 95)]
            told = [f"{each:.2f} s" if each is not None else "–" for each in times]
            speeds.append(
                [row["name"], str(load["clients"]), f"{load['output_throughput']:.1f}", *told, str(load["errors"])]
            )
    facts = [["server", "start", "USS", "PSS", "idle", "same token", "regret", "top 1", "top k", "KL", "told"]]
    for row in measured:
        answers, memory = row["answers"], row["memory_mib"]
        nats = [answers[name] for name in ("regret_nats", "top1_mad", "topk_mad", "kl")]
        facts.append(
            [
                row["name"],
                f"{row['start_s']:.1f} s",
                *(f"{memory[name]:.0f} MiB" for name in ("uss", "pss")),
                f"{row['idle_cores']:.2f} cores",
                f"{answers['same_top']:.1%}",
                *(f"{each:.4f}" if each is not None else "–" for each in nats),
                str(answers["told"]),
            ]
        )
    missing = [f"{row['name']}: {row['missing']}" for row in rows if row.get("missing")]
    return "\n\n".join([lined(speeds), lined(facts), *missing])


def lined(cells: Sequence[Sequence[str]]) -> str:
    """Return rows of text, the first column to the left, all others to the right."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in cells
    )
