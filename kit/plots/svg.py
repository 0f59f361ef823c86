"""A figure as SVG to stand inside a page.

Text stays text, colours become the page's CSS variables (one drawing serves light and dark), nothing leaks out of it
(matplotlib writes a style sheet for ``*`` and ids that repeat between figures), and it has a text alternative.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from kit.plots.style import description, roles

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_COLOUR = re.compile(r"#[0-9a-f]{6}\b")
_FONT = re.compile(r"font:\s*(?:(\d{3}|bold)\s+)?([\d.]+)px[^;]*;?")
_FAMILY = re.compile(r"font-family:[^;]*;?\s*")  # the page's own font
_URL = re.compile(r"url\(#([^)]+)\)")
_HASH_SALT = "tunebook"  # fixed: the same figure gives the same text


def svg(figure: Figure) -> str:
    """Return `figure` as an ``<svg>`` element: as wide as its place, never wider, of fixed height."""
    import matplotlib

    stream = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": _HASH_SALT}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the page's font has it: text stays text
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    root = ElementTree.fromstring(stream.getvalue())
    _drop_what_leaks(root)
    marks = description(figure).marks
    for element in root.iter():
        if element.get("id") in marks:
            _insert(element, "title", marks[element.attrib["id"]])
    _own_ids(root)
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        if "style" in element.attrib:
            element.set("style", _page_style(element.attrib["style"]))
    _head(root, figure)
    return ElementTree.tostring(root, encoding="unicode")


def _drop_what_leaks(root: ElementTree.Element) -> None:
    for element in list(root):
        if element.tag == f"{_SVG}metadata" or element.find(f"{_SVG}style") is not None:
            root.remove(element)


def _own_ids(root: ElementTree.Element) -> None:
    """Give ids that no other figure in the page has, and drop those that nothing refers to."""
    wanted = {e.attrib[_LINK][1:] for e in root.iter() if _LINK in e.attrib}
    for element in root.iter():
        for value in element.attrib.values():
            wanted.update(_URL.findall(value))
    mark = "tb" + hashlib.sha256(ElementTree.tostring(root)).hexdigest()[:8]
    for element in root.iter():
        if _LINK in element.attrib:
            element.set("href", f"#{mark}{element.attrib.pop(_LINK)[1:]}")
        if element.get("id") in wanted:
            element.set("id", mark + element.attrib["id"])
        else:
            element.attrib.pop("id", None)
        for name, value in element.attrib.items():
            element.set(name, _URL.sub(rf"url(#{mark}\1)", value))


def _page_style(style: str) -> str:
    names = roles()

    def variable(found: re.Match[str]) -> str:
        role = names.get(found.group())
        return f"var(--tb-{role}, {found.group()})" if role else found.group()

    def font(found: re.Match[str]) -> str:
        weight, size = found.groups()
        return f"font-size: {float(size):g}px;" + (f" font-weight: {weight};" if weight else "")

    return _COLOUR.sub(variable, _FAMILY.sub("", _FONT.sub(font, style)))


def _head(root: ElementTree.Element, figure: Figure) -> None:
    words = description(figure)
    height = figure.get_size_inches()[1] * 72
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("class", "tb-plot")
    root.set("role", "img")
    root.set("style", f"width: 100%; height: {height:.0f}px; stroke-linejoin: round; stroke-linecap: butt")
    root.set("preserveAspectRatio", "xMinYMid meet")
    if words.text:
        _insert(root, "desc", words.text)
    if words.title:
        root.set("aria-label", f"{words.title}. {words.text}")
        _insert(root, "title", words.title)


def _insert(parent: ElementTree.Element, tag: str, text: str) -> None:
    child = ElementTree.Element(tag)
    child.text = text
    parent.insert(0, child)
