"""The notebook on measuring opens as an app: nothing is measured before a visitor asks for it, and no cell fails."""

from __future__ import annotations

import pytest
from openedapp import MINUTE, opened_app
from playwright.sync_api import expect

from kit.jobs import runs

pytestmark = pytest.mark.slow


def test_it_opens() -> None:
    with opened_app("01_measure_and_compare.ipynb", height=1600, shot="measure-app") as page:
        for title in ("Quantization sweep", "Compare"):
            expect(page.get_by_role("region", name=title, exact=True)).to_be_visible(timeout=2 * MINUTE)
        expect(page.get_by_text("The sweep is not over yet.")).to_be_visible()
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    assert runs() == []
