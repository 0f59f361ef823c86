"""The notebook on choosing a model opens as an app: it measures how fast the machine is, and starts nothing else."""

from __future__ import annotations

import re

import pytest
from openedapp import MINUTE, opened_app
from playwright.sync_api import expect

from kit.jobs import runs
from kit.machine import known_speed

pytestmark = pytest.mark.slow


def test_it_opens() -> None:
    with opened_app("02_choose_a_model.ipynb", height=4000, shot="choose-app") as page:
        for title in ("This machine", "Choose a model", "Compare"):
            expect(page.get_by_role("region", name=title, exact=True)).to_be_visible(timeout=2 * MINUTE)
        expect(page.get_by_role("img", name="Predicted memory and speed")).to_be_visible()
        expect(page.get_by_text(re.compile(r"models can be chosen, \d+ are left out"))).to_be_visible()
        expect(page.get_by_text("No search is over yet.")).to_be_visible()
    assert runs() == []
    assert known_speed() is not None
