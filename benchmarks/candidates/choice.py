"""Which candidate stands behind the service: by a rule that was written down before anything was measured.

1. It answers: no question without a whole answer, at any load.
2. It tells the log-probabilities of several tokens, which the service promises.
3. Its answers are those of the reference: the same likeliest token at `SAME_TOP` of the positions or more, and a
   divergence of at most `KL` nats.
4. Of these, the most tokens a second with eight clients. Whoever reaches `ALIKE` of that counts as equally quick, and
   of the equally quick the one with the least memory is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SAME_TOP = 0.9
KL = 0.02  # nats
ALIKE = 0.9
SEVERAL = 10  # tokens
CLIENTS = 8

Row = Mapping[str, Any]


def choose(rows: Sequence[Row]) -> tuple[str | None, str]:
    """Return the name of the one that is chosen and why; None where nobody can be."""
    faults = {row["name"]: fault(row) for row in rows}
    left = [row for row in rows if not faults[row["name"]]]
    out = "; ".join(f"{_told(row)}: {faults[row['name']]}" for row in rows if faults[row["name"]])
    if not left:
        return None, f"Nobody can be chosen. {out}"
    quickest = max(left, key=rate)
    alike = [row for row in left if rate(row) >= ALIKE * rate(quickest)]
    chosen = min(alike, key=lambda row: float(row["memory_mib"]["uss"]))
    why = f"{chosen['name']} has {rate(chosen):.0f} tokens/s with {clients_of(chosen)} clients"
    if chosen is not quickest:
        why += f", as good as the {rate(quickest):.0f} of {quickest['name']}, and less memory"
    others = [row for row in left if row not in alike]
    if others:
        why += "; slower: " + ", ".join(f"{row['name']} ({rate(row):.0f})" for row in others)
    return chosen["name"], f"{why}.{' Left out: ' + out + '.' if out else ''}"


def fault(row: Row) -> str:
    """Return why a candidate cannot be chosen; "" where it can."""
    if row.get("missing"):
        return "not measured"
    errors, answers = sum(each["errors"] for each in row["load"]), row["answers"]
    if errors:
        return f"{errors} questions without a whole answer"
    if answers["told"] < SEVERAL:
        return f"its server tells the log-probabilities of {answers['told']} tokens"
    if answers["same_top"] < SAME_TOP or answers["kl"] > KL:
        return f"answers differ (same token {answers['same_top']:.0%}, divergence {answers['kl']:.3f} nats)"
    return ""


def _told(row: Row) -> str:
    """Return the name, and how quick it is: who is left out may be the quickest."""
    return row["name"] if row.get("missing") else f"{row['name']} ({rate(row):.0f})"


def rate(row: Row) -> float:
    """Return tokens a second with eight clients, or with the nearest number that was measured."""
    return float(_load(row)["output_throughput"])


def clients_of(row: Row) -> int:
    """Return with how many clients that was."""
    return int(_load(row)["clients"])


def _load(row: Row) -> Mapping[str, Any]:
    found: Mapping[str, Any] = min(row["load"], key=lambda each: abs(each["clients"] - CLIENTS))
    return found
