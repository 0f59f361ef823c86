"""What a panel keeps."""

from __future__ import annotations

from kit.place import home
from kit.widgets.keep import keep, recall


def test_what_is_kept_comes_back_under_the_same_name_only() -> None:
    keep("a/../b", {"model": "x"})
    assert recall("a/../b") == {"model": "x"}
    assert recall("a-..-b") == {}


def test_files_stay_in_their_folder() -> None:
    keep("../../evil", {"x": 1})
    (file,) = (home() / "panels").iterdir()
    assert file.parent == home() / "panels"


def test_what_cannot_be_read_counts_as_nothing() -> None:
    keep("p", {"x": 1})
    (file,) = (home() / "panels").iterdir()
    file.write_text("{", encoding="utf-8")
    assert recall("p") == {}
    file.write_text("[1]", encoding="utf-8")
    assert recall("p") == {}
