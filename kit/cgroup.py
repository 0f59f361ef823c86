"""What the control groups of this process allow and count (Linux, versions 1 and 2; see cgroups(7)).

A limit of any group above counts as much as one's own, so every level is looked at. Containers may see only a part of
the tree: where it begins for this process is told by ``/proc/self/mountinfo``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_ROOT = Path("/")  # tests have trees of their own
_NO_LIMIT = 1 << 60  # version 1 writes a number near 2**63 for "none"


@dataclass(frozen=True)
class _Files:
    """What the two versions call the same thing; `cache` are the names of pages that are given back when asked for."""

    limit: str
    used: str
    cache: tuple[str, str]
    kills: str


_NEW = _Files("memory.max", "memory.current", ("inactive_file", "active_file"), "memory.events")
_OLD = _Files(
    "memory.limit_in_bytes",
    "memory.usage_in_bytes",
    ("total_inactive_file", "total_active_file"),
    "memory.oom_control",
)


def memory_limit() -> int | None:
    """Return how many bytes of memory this process and its neighbours may use together, or None without a limit."""
    levels = _memory_levels()
    return min((limit for limit, _left in levels), default=None)


def memory_left() -> int | None:
    """Return how many bytes may still be taken below every limit, or None without a limit.

    File pages in the cache count as free: they are given back when somebody asks for memory.
    """
    return min((left for _limit, left in _memory_levels()), default=None)


def cpu_quota() -> float | None:
    """Return how many cores' worth of time this process and its neighbours may use, or None without a quota."""
    quotas = []
    for folder in _levels(""):
        allowed, _space, period = _text(folder / "cpu.max").partition(" ")
        quotas.append((_number(allowed), _number(period)))
    for folder in _levels("cpu"):
        quotas.append((_number(_text(folder / "cpu.cfs_quota_us")), _number(_text(folder / "cpu.cfs_period_us"))))
    return min((allowed / period for allowed, period in quotas if allowed and period), default=None)


def oom_kills() -> int | None:
    """Return how many processes the system has ended for lack of memory so far, or None where it does not tell.

    Linux counts them for the whole machine (``oom_kill`` in ``/proc/vmstat``) and for each group; in a container only
    the second may be to be seen.
    """
    places = [_ROOT / "proc/vmstat"]
    for names, controller in ((_NEW, ""), (_OLD, "memory")):
        places += [folder / names.kills for folder in _levels(controller)[:1]]
    counts = [_fields(place).get("oom_kill") for place in places]
    return max((count for count in counts if count is not None), default=None)


def _memory_levels() -> list[tuple[int, int]]:
    """Return the limit of every group that has one, with what is left of it, in bytes."""
    found = []
    for names, controller in ((_NEW, ""), (_OLD, "memory")):
        for folder in _levels(controller):
            limit, used = _number(_text(folder / names.limit)), _number(_text(folder / names.used))
            if limit is None or limit >= _NO_LIMIT:
                continue
            stat = _fields(folder / "memory.stat")
            cache = sum(stat.get(name, 0) for name in names.cache)
            taken = max((used or 0) - cache, 0)
            found.append((limit, max(limit - taken, 0)))
    return found


def _levels(controller: str) -> list[Path]:
    """Return the folder of this process's group and those of all groups above it, as far as they can be seen.

    Parameters
    ----------
    controller : str
        Of version 1, such as "memory"; "" for version 2.
    """
    own, mount = _own_path(controller), _mount(controller)
    if own is None or mount is None:
        return []
    folder, beginning = mount
    # The path is told from the root of the tree; in a container that may lie above what is mounted there.
    top = beginning.rstrip("/")
    inside = own.removeprefix(top) if f"{own}/".startswith(f"{top}/") and ".." not in own.split("/") else ""
    place = folder / inside.strip("/")
    while place != folder and not place.is_dir():
        place = place.parent
    return [place, *(above for above in place.parents if above.is_relative_to(folder))]


def _own_path(controller: str) -> str | None:
    for line in _text(_ROOT / "proc/self/cgroup").splitlines():
        _number_of_tree, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path
    return None


def _mount(controller: str) -> tuple[Path, str] | None:
    """Return where the tree of `controller` is to be found, and which of its groups is the topmost there."""
    for line in _text(_ROOT / "proc/self/mountinfo").splitlines():
        before, _dash, after = line.partition(" - ")
        kind, _source, options = after.split(" ", 2)
        if kind == ("cgroup" if controller else "cgroup2") and (not controller or controller in options.split(",")):
            beginning, place = before.split(" ")[3:5]
            return _ROOT / place.lstrip("/"), beginning
    return None


def _fields(path: Path) -> dict[str, int]:
    """Return the numbers of a file of lines such as "name 12"."""
    pairs = [line.split() for line in _text(path).splitlines()]
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None  # "max" and "-1" mean: no limit


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
