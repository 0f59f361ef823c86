"""The notebook on the data gate opens as an app: a person checks, opens a finding, repairs and uses what is left."""

from __future__ import annotations

import re

import pytest
from openedapp import MINUTE, opened_app
from playwright.sync_api import expect

from kit.jobs import runs

pytestmark = pytest.mark.slow


def test_it_checks_and_repairs() -> None:
    with opened_app("05_data_gate.ipynb", shot="data-app") as page:
        gate = page.get_by_role("region", name="Data", exact=True)
        expect(gate.get_by_text(re.compile(r"114 rows, 2 columns"))).to_be_visible(timeout=2 * MINUTE)
        expect(page.get_by_text("Nothing was checked yet")).to_be_visible()
        gate.get_by_role("button", name="Check", exact=True).click()
        expect(gate.get_by_text("Not ready to be trained on.")).to_be_visible(timeout=2 * MINUTE)
        gate.get_by_role("button", name="Exact duplicates").click()
        expect(gate.get_by_text("Is any row there more than once?").or_(gate.locator(".tb-flags"))).to_be_visible()
        gate.get_by_role("button", name="Clean", exact=True).click()
        use = gate.get_by_role("button", name="Use the cleaned data")
        use.click(timeout=2 * MINUTE)
        expect(gate.get_by_text("in use", exact=True)).to_be_visible()
    assert sorted(run.id.split("-")[2] for run in runs()) == ["clean", "gate"]
