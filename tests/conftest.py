"""What every test gets: folders of its own, no model hub, a quiet machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["OMP_WAIT_POLICY"] = "passive"
os.environ.pop("TUNEBOOK_LANG", None)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a home and a cache of its own."""
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "tunebook-home"))
    monkeypatch.setenv("TUNEBOOK_CACHE", str(tmp_path / "tunebook-cache"))
