"""Which loads there are, and what of one contradicts itself."""

from __future__ import annotations

from typing import Any

import pytest

from kit.errors import ParameterError
from kit.measure.loads import LoadSpec


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({}, "one user"),
        ({"kind": "users", "users": 4}, "4 users at once"),
        ({"kind": "poisson", "rate": 0.5}, "0.5 requests/s at random times"),
        ({"kind": "sweep", "sweep_users": (1, 2)}, "a sweep of loads"),
    ],
)
def test_loads_have_names(values: dict[str, Any], name: str) -> None:
    assert LoadSpec(**values).name == name


@pytest.mark.parametrize(
    ("values", "parameter"),
    [
        ({"kind": "users"}, "users"),
        ({"kind": "poisson"}, "rate"),
        ({"kind": "sweep"}, "sweep_users"),
        ({"kind": "sweep", "sweep_users": (1, 2), "sweep_rates": (1.0, 2.0)}, "sweep_rates"),
        ({"kind": "sweep", "sweep_users": (2, 2)}, "sweep_users"),
        ({"kind": "sweep", "sweep_rates": (2.0, 1.0)}, "sweep_rates"),
        ({"users": 2}, "users"),
        ({"kind": "users", "users": 2, "rate": 1.0}, "rate"),
        ({"kind": "poisson", "rate": 1.0, "sweep_rates": (1.0,)}, "sweep_rates"),
        ({"kind": "burst"}, "kind"),
        ({"ttft_limit_s": 0}, "ttft_limit_s"),
    ],
)
def test_what_contradicts_itself_is_refused(values: dict[str, Any], parameter: str) -> None:
    with pytest.raises(ParameterError) as caught:
        LoadSpec(**values)
    assert caught.value.parameter == parameter


def test_what_belongs_to_another_kind_names_that() -> None:
    with pytest.raises(ParameterError, match=r"Leave it out, or choose kind='poisson'\."):
        LoadSpec(kind="users", users=2, rate=1.0)


def test_a_sweep_is_made_of_loads() -> None:
    limits = {"ttft_limit_s": 0.5, "e2el_limit_s": 4.0}
    users = LoadSpec(kind="sweep", sweep_users=(1, 4), seed=3, **limits)
    assert users.levels() == tuple(LoadSpec(kind="users", users=n, seed=3, **limits) for n in (1, 4))
    rates = LoadSpec(kind="sweep", sweep_rates=(0.5, 2), **limits)
    assert rates.levels() == tuple(LoadSpec(kind="poisson", rate=rate, **limits) for rate in (0.5, 2.0))
    assert rates.limits == {"ttft_s": 0.5, "e2el_s": 4.0}
    assert LoadSpec().levels() == (LoadSpec(),)
