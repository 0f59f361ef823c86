"""Names of datasets on the Hugging Face hub, and which of their files hold the rows that are meant.

A name is ``hf://owner/name``, with ``/config`` and ``:split`` where there are several, and ``@revision`` behind the
name for another version; ``hf://datasets/owner/name/path/file.jsonl`` is one file of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kit.data.origin.address import HUB
from kit.errors import ParameterError
from kit.i18n import _

CONVERTED = "refs/convert/parquet"  # where the hub keeps a copy of each public dataset as Parquet, by config and split
_NAME = re.compile(
    r"(?:datasets/)?(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w.-]+))?(?:/(?P<rest>[^:]+?))?/?(?::(?P<split>[\w.-]+))?"
)
_SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev"), "validation"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
_WORD = re.compile(r"[^a-z]+")
_DATA = (".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv")
_ABOUT = ("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json")
_PART = re.compile(r"\d+\.parquet")
_PARTIAL = "partial-"


@dataclass(frozen=True)
class HubName:
    """What a name of the hub says.

    Parameters
    ----------
    source : str
        As it was given.
    repo : str
        owner/name.
    revision, config, split, file : str, default ""
        "" where the name does not say.
    """

    source: str
    repo: str
    revision: str = ""
    config: str = ""
    split: str = ""
    file: str = ""


def parse(source: str) -> HubName:
    """Return what `source` says.

    >>> parse("hf://ann/notes/en:train")
    HubName(source='hf://ann/notes/en:train', repo='ann/notes', revision='', config='en', split='train', file='')

    Raises
    ------
    ParameterError
        It is no such name.
    """
    found = _NAME.fullmatch(source[len(HUB) :])
    if found is None:
        allowed = _("a name such as hf://owner/name, hf://owner/name:train or hf://owner/name/config:train")
        raise ParameterError("source", source, allowed=allowed)
    rest, split = found["rest"] or "", found["split"] or ""
    file = rest if rest.lower().endswith(_DATA) else ""
    return HubName(source, found["repo"], found["revision"] or "", "" if file else rest, split, file)


def chosen(name: HubName, files: Sequence[str]) -> tuple[str, ...]:
    """Return the files that hold the rows that `name` means, in order; none where there are no data files.

    Raises
    ------
    ParameterError
        There are several configs or splits, or none of that name: they are named.
    """
    if name.file:
        return (name.file,) if name.file in files else ()
    groups: dict[tuple[str, str], list[str]] = {}
    for file in sorted(files):
        if file.lower().endswith(_DATA) and file.rsplit("/", 1)[-1] not in _ABOUT:
            groups.setdefault(_place(file), []).append(file)
    if not groups:
        return ()
    config = _one(name, "config", name.config, [config for config, _split in groups])
    split = _one(name, "split", name.split, [split for of, split in groups if of == config], config=config)
    held = groups[config, split]
    return tuple(file for file in held if file.endswith(".parquet")) or tuple(held)


def is_partial(files: Sequence[str]) -> bool:
    """Has the hub converted only the beginning of this data?"""
    return any(f"/{_PARTIAL}" in f"/{file}" for file in files)


def _place(file: str) -> tuple[str, str]:
    """Return config and split of a file, by its folders and its name."""
    *folders, last = file.split("/")
    if len(folders) == 2 and _PART.fullmatch(last):
        return folders[0], folders[1].removeprefix(_PARTIAL)
    split = _split_in(last.rsplit(".", 1)[0])
    rest = []
    for folder in folders:
        if not split and folder.lower() in _SPLITS:
            split = _SPLITS[folder.lower()]
        elif folder != "data":
            rest.append(folder)
    return "/".join(rest) or "default", split or "train"


def _split_in(stem: str) -> str:
    words = [word for word in _WORD.split(stem.lower()) if word in _SPLITS]
    return _SPLITS[words[0]] if words else ""


def _one(name: HubName, what: str, asked: str, known: Sequence[str], *, config: str = "") -> str:
    """Return what was asked for, or the only one there is."""
    names = list(dict.fromkeys(known))
    asked = _SPLITS.get(asked, asked) if what == "split" and asked not in names else asked
    if asked in names:
        return asked
    if not asked and (len(names) == 1 or "default" in names):
        return names[0] if len(names) == 1 else "default"
    begin = f"{HUB}{name.repo}" + (f"@{name.revision}" if name.revision else "")
    if what == "config":
        allowed = _("one of its parts: {names}").format(names=", ".join(names))
        example = f"{begin}/{names[0]}"
    else:
        allowed = _("one of its splits: {names}").format(names=", ".join(names))
        example = f"{begin}{'' if config == 'default' else f'/{config}'}:{names[0]}"
    fix = _("Name it, such as source={example!r}.").format(example=example)
    raise ParameterError("source", name.source, allowed=allowed, fix=fix)
