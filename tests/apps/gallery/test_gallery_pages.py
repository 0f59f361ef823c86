"""The pages around the apps, read as text: facts, states, and nothing of a notebook's text taken for markup."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from kit.apps.gallery.cards import gallery_page
from kit.apps.gallery.entry import Entry
from kit.apps.gallery.foot import foot, with_foot
from kit.apps.gallery.login import login_page
from kit.apps.gallery.waiting import waiting_page
from kit.apps.house import House

EVIL = "<script>alert(1)</script>&\"'"
TOLD = {
    "title": "T",
    "about": "A.",
    "model": "smol · int8",
    "accuracy": "0.81 ± .04",
    "date": "2026-11-20",
    "limits": "L.",
}
HOSTILE = dict.fromkeys(TOLD, EVIL)


class Read(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def _gallery(*told: dict[str, str], **changes: Any) -> Read:
    cards = [(f"/app/{place}/", each) for place, each in enumerate(told)]
    return Read(gallery_page(cards, **{"theme": "light", "other": "/?theme=dark", "owner": False, **changes}))


def test_a_card_tells_all_that_is_known() -> None:
    page = _gallery(TOLD)
    for said in ("smol · int8", "0.81 ± .04", "2026-11-20", "L.", "1 app", "look and ask only"):
        assert said in page.text
    assert ("a", {"href": "/app/0/"}) in page.tags
    assert ("html", {"lang": "en", "data-theme": "light"}) in page.tags


def test_what_is_not_known_is_said_or_left_out() -> None:
    page = _gallery({**dict.fromkeys(TOLD, ""), "title": "T"}, TOLD, owner=True, theme="dark")
    assert "not measured here yet" in page.text
    assert page.text.count("Model") == 1
    assert "2 apps" in page.text
    assert "visitors may start work" in page.text


def test_long_limits_open_in_place() -> None:
    page = _gallery({**TOLD, "limits": "Not for this. Nor for that."})
    assert "details" in [tag for tag, _attrs in page.tags]
    assert "Nor for that." in page.text


@pytest.mark.parametrize(
    "page",
    [
        gallery_page([(f"/app/{EVIL}/", HOSTILE)], theme="light", other=EVIL, owner=False),
        foot(HOSTILE, owner=False, home=EVIL),
        waiting_page(EVIL, 1, ask=EVIL, enter=EVIL, visitors=1, theme="light"),
        login_page(password=True, guard="", action=EVIL, problem=EVIL),
    ],
    ids=["gallery", "foot", "waiting", "login"],
)
def test_text_is_never_markup(page: str) -> None:
    assert "<script>alert" not in page
    scripts = [attrs for tag, attrs in Read(page).tags if tag == "script"]
    assert len(scripts) == (2 if "application/json" in page else 0)


def test_the_foot_says_what_visitors_may_and_leads_back() -> None:
    told = Read(foot(TOLD, owner=False, home="/"))
    assert "accuracy 0.81 ± .04" in told.text
    assert "measured 2026-11-20" in told.text
    assert "only the owner starts work" in told.text
    assert ("a", {"href": "/"}) in told.tags
    assert "only the owner" not in Read(foot(TOLD, owner=True)).text


def test_the_foot_stands_after_the_last_cell_of_voilas_page() -> None:
    import voila

    usual = Path(voila.__file__).parents[4] / "share/jupyter/voila/templates/lab/index.html.j2"
    shown = with_foot(usual.read_text(encoding="utf-8"), "FOOT")
    assert shown.count("FOOT") == 1
    assert re.search(r"FOOT\s*</div>\s*</div>\s*<script[^>]*>\s*window.voila_finish", shown)


def test_in_other_templates_it_stands_at_the_end() -> None:
    assert with_foot("<p>cell</p></body></html>", "FOOT") == "<p>cell</p>FOOT</body></html>"
    assert with_foot("<p>cell</p>", "FOOT") == "<p>cell</p>"


@pytest.mark.parametrize(("place", "expected"), [(1, "You are next."), (7, "You are number 7 in line.")])
def test_who_waits_is_told_their_place(place: int, expected: str) -> None:
    page = waiting_page("T", place, ask="?a", enter="?ticket=x", visitors=3, theme="dark")
    read = Read(page)
    assert expected in read.text
    assert "All 3 places are taken" in read.text
    values = json.loads(re.findall(r'application/json">(.*?)</script>', page)[0])
    assert (values["ask"], values["enter"]) == ("?a", "?ticket=x")
    assert any(attrs.get("content") == "5; url=?ticket=x" for tag, attrs in read.tags if tag == "meta")


def test_the_only_place_is_called_that() -> None:
    assert "The only place is taken" in waiting_page("T", 1, ask="", enter="", visitors=1, theme="light")


def test_the_login_asks_for_what_there_is() -> None:
    assert "Password" in login_page(password=True, guard="", action="")
    assert "Token" in login_page(password=False, guard='<input name="_xsrf">', action="")


def test_a_house_comes_through_the_pipe_as_it_was() -> None:
    house = House((Entry("a", Path("/x/ü\n.ipynb")),), "tok", "argon2:$x", 7, True, "dark")
    line = house.to_line()
    assert line.count("\n") == 1
    assert House.from_line(line) == house
    assert house.place(house.entries[0]) == "app/a/"
    assert House((Entry("", Path("/x.ipynb")),), "").gallery is False
