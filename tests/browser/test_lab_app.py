"""The notebook on quantization opens as an app: methods can be ticked, and nothing starts by itself."""

from __future__ import annotations

import pytest
from openedapp import MINUTE, opened_app
from playwright.sync_api import expect

from kit.jobs import runs

pytestmark = pytest.mark.slow


def test_it_opens() -> None:
    with opened_app("04_quantization_lab.ipynb", shot="lab-app") as page:
        sweep = page.get_by_role("region", name="Quantization sweep", exact=True)
        expect(sweep).to_be_visible(timeout=2 * MINUTE)
        sweep.get_by_role("button", name="None", exact=True).click()
        expect(sweep.get_by_text("0 ticked")).to_be_visible()
        sweep.get_by_role("button", name="Usual four").click()
        expect(sweep.get_by_text("4 ticked")).to_be_visible()
        expect(page.get_by_text("The sweep is not over yet")).to_be_visible()
    assert runs() == []
