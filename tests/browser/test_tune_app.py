"""The notebook on tuning opens as an app: it tells what a tuning will take, and starts nothing by itself."""

from __future__ import annotations

import re

import pytest
from openedapp import MINUTE, opened_app
from playwright.sync_api import expect

from kit.jobs import runs

pytestmark = pytest.mark.slow


def test_it_opens() -> None:
    with opened_app("03_tune_a_model.ipynb", shot="tune-app") as page:
        tune = page.get_by_role("region", name="Tune", exact=True)
        expect(tune).to_be_visible(timeout=2 * MINUTE)
        expect(tune.get_by_text("60 rows", exact=True)).to_be_visible()
        tune.get_by_role("button", name=re.compile("^Best")).click()
        expect(tune.get_by_role("button", name=re.compile("^Best"))).to_have_attribute("aria-pressed", "true")
        expect(tune.get_by_text(re.compile("As in Best"))).to_be_visible()
        expect(page.get_by_text("Nothing was started yet.")).to_be_visible()
    assert runs() == []
