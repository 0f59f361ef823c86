"""``tunebook bench``: time the answers of a server under a load, as a run like any other."""

from __future__ import annotations

import argparse
from typing import Any

from kit.cli.start import add_watching, watch
from kit.data import DataSpec
from kit.engines import Variant
from kit.i18n import _
from kit.jobs import start
from kit.measure import EvaluateSpec, LoadSpec

_LIMITS = ("ttft", "tpot", "e2el")


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command to the parser."""
    bench = commands.add_parser("bench", parents=[common], help=_("time the answers of an OpenAI-compatible server"))
    bench.add_argument("url", metavar=_("URL"), help=_("up to and including its /v1"))
    bench.add_argument("--model", required=True, help=_("its name on that server"))
    bench.add_argument("--key-variable", default="", help=_("environment variable that holds the key of the server"))
    bench.add_argument("--data", default="finance-alerts", help=_("where questions come from (finance-alerts)"))
    load = bench.add_mutually_exclusive_group()
    load.add_argument("--users", type=_whole, metavar="N[,N…]", help=_("at once; several: a sweep (1)"))
    load.add_argument("--rate", type=_numbers, metavar="R[,R…]", help=_("requests/s at random times; several: a sweep"))
    bench.add_argument("--requests", type=int, default=50, help=_("counted under each load (50)"))
    bench.add_argument("--new-tokens", type=int, default=64, help=_("written in each answer (64)"))
    for name in _LIMITS:
        bench.add_argument(f"--{name}-limit", type=float, metavar=_("SECONDS"), help=_("counts an answer as good"))
    add_watching(bench)
    bench.set_defaults(do=_bench)


def _bench(options: argparse.Namespace) -> int:
    spec = EvaluateSpec(
        variant=Variant(model=options.model, engine=options.url, key_variable=options.key_variable),
        data=DataSpec(source=options.data),
        measures=("latency",),
        requests=options.requests,
        new_tokens=options.new_tokens,
        load=_load(options),
    )
    spec.look_ahead()
    return watch(start(spec, now=options.now), options.detach)


def _load(options: argparse.Namespace) -> LoadSpec:
    limits = {f"{name}_limit_s": getattr(options, f"{name}_limit") for name in _LIMITS}
    if options.rate:
        if len(options.rate) > 1:
            return LoadSpec(kind="sweep", sweep_rates=options.rate, **limits)
        return LoadSpec(kind="poisson", rate=options.rate[0], **limits)
    users = options.users or (1,)
    if len(users) > 1:
        return LoadSpec(kind="sweep", sweep_users=users, **limits)
    return LoadSpec(**limits) if users == (1,) else LoadSpec(kind="users", users=users[0], **limits)


def _whole(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))
