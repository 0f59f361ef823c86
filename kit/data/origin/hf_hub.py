"""A dataset of the Hugging Face hub: found in the local cache, else asked for and kept there.

Only files with rows are taken (Parquet, JSON lines, CSV); no code of a dataset is ever run. What is in the cache is
used as it is, so the same rows come again, with or without a network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from kit.data.origin.arrow import class_names
from kit.data.origin.hub_name import CONVERTED, HubName, chosen, is_partial, parse
from kit.data.read import open_source
from kit.data.record import Record, Records
from kit.errors import DataError, KitError
from kit.i18n import _

_MAIN = "main"


def open_hub(source: str) -> Records:
    """Return the rows of a dataset of the hub.

    Parameters
    ----------
    source : str
        As `kit.data.origin.hub_name` describes.

    Raises
    ------
    KitError
        It is not here and the hub does not give it; how else to get it is told.
    ParameterError
        It has several configs or splits, and none or an unknown one is named.
    """
    name = parse(source)
    found = _here(name) or _fetched(name)
    return HubRows(name, *found)


class HubRows(Records):
    """The rows of files that came from the hub, one file after another.

    Parameters
    ----------
    name : HubName
    folder : Path
        That holds the files.
    files : sequence of str
        Inside it, in order.
    """

    def __init__(self, name: HubName, folder: Path, files: Sequence[str]) -> None:
        self._parts = [open_source(str(folder / file), None, "auto") for file in files]
        columns = dict.fromkeys(column for part in self._parts for column in part.columns)
        super().__init__(name.source, _("row"), tuple(columns))
        self._names = _classes(folder / files[0])
        sizes = [part.size for part in self._parts]
        self.size = sum(size for size in sizes if size is not None) if None not in sizes else None
        version = folder.name[:12]
        self.note(_("Taken from the hub's version {version}, as it lies in the cache.").format(version=version))
        if is_partial(files):
            self.note(_("The hub gives only the beginning of this dataset as Parquet: there are more rows."))

    def read(self) -> Iterator[Record]:
        """Yield the rows, numbered through all files."""
        number = 0
        for part in self._parts:
            for _number, cells, problem in part:
                number += 1
                yield Record(number, self._told(cells) if self._names else cells, problem)
            self.notes += [note for note in part.notes if note not in self.notes]

    def _told(self, cells: Any) -> dict[str, Any]:
        return {column: self._named(column, value) for column, value in cells.items()}

    def _named(self, column: str, value: Any) -> Any:
        names = self._names.get(column)
        if names is None or not isinstance(value, int):
            return value
        return names[value] if 0 <= value < len(names) else None


def _classes(file: Path) -> dict[str, tuple[str, ...]]:
    """Return the names of classes that stand as numbers, which Parquet files of the hub carry along."""
    if file.suffix != ".parquet":
        return {}
    from pyarrow import parquet

    note = (parquet.read_schema(file).metadata or {}).get(b"huggingface")
    try:
        return class_names(json.loads(note)["info"]["features"]) if note else {}
    except (ValueError, KeyError, TypeError):
        return {}


def _revisions(name: HubName) -> tuple[str, ...]:
    if name.revision:
        return (name.revision,)
    return (_MAIN,) if name.file else (CONVERTED, _MAIN)


def _here(name: HubName) -> tuple[Path, tuple[str, ...]] | None:
    """Return the folder of the cache and the files in it that `name` means, None unless all are there."""
    from huggingface_hub import get_cached_repo_tree, snapshot_download
    from huggingface_hub.errors import CachedRepoTreeNotFoundError, HFValidationError, LocalEntryNotFoundError

    for revision in _revisions(name):
        try:
            tree = get_cached_repo_tree(name.repo, repo_type="dataset", revision=revision)
        except (CachedRepoTreeNotFoundError, HFValidationError):
            continue
        files = chosen(name, [file.path for file in tree])
        if files:
            try:
                folder = snapshot_download(
                    name.repo, repo_type="dataset", revision=revision, allow_patterns=[*files], local_files_only=True
                )
            except LocalEntryNotFoundError:  # other files of this version are here
                return None
            return Path(folder), files
    return None


def _fetched(name: HubName) -> tuple[Path, tuple[str, ...]]:
    from kit.models.hub import HubUnavailable

    try:
        for revision in _revisions(name):
            files = chosen(name, _listed(name, revision))
            if files:
                return _downloaded(name, revision, files), files
    except HubUnavailable as exc:
        raise _unavailable(name, str(exc)) from exc
    problem = _("The hub has {repo}, but no file in it that can be read as rows.").format(repo=name.repo)
    raise DataError(problem, fix=_("Look at its page for how it is read, save it as Parquet and give the file."))


def _listed(name: HubName, revision: str) -> list[str]:
    """Return the files of one version, none where there is no such version."""
    from kit.models.hub import PROBE_S, HubUnavailable, answer_of

    def question() -> list[str] | HubUnavailable:
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HfHubHTTPError, RevisionNotFoundError

        try:
            info = HfApi().dataset_info(name.repo, revision=revision, timeout=PROBE_S)
        except RevisionNotFoundError:
            return []
        except HfHubHTTPError as exc:
            return HubUnavailable(_refusal(name, exc))
        return [file.rfilename for file in info.siblings or []]

    return answer_of(question)


def _downloaded(name: HubName, revision: str, files: Sequence[str]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    from kit.models.hub import HubUnavailable

    try:
        return Path(snapshot_download(name.repo, repo_type="dataset", revision=revision, allow_patterns=[*files]))
    except HfHubHTTPError as exc:
        raise HubUnavailable(_refusal(name, exc)) from exc
    except OSError as exc:
        reason = str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
        raise HubUnavailable(_("The download broke off: {reason}").format(reason=reason)) from exc


def _refusal(name: HubName, exc: Exception) -> str:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    if isinstance(exc, GatedRepoError):
        words = _("The hub keeps {repo} behind terms: accept them on its page, then sign in with: hf auth login.")
    elif isinstance(exc, RepositoryNotFoundError):
        words = _("The hub knows no dataset {repo} (or it is private: sign in with hf auth login).")
    else:
        reason = str(exc).strip().splitlines()[0] if str(exc).strip() else type(exc).__name__
        return _("The hub refused: {reason}").format(reason=reason)
    return words.format(repo=name.repo)


def _unavailable(name: HubName, reason: str) -> KitError:
    problem = _("{source} is not on this machine. {reason}").format(source=name.source, reason=reason)
    fix = _(
        "Where there is a network, get it with: hf download {repo} --repo-type dataset; or load it there, save it with "
        "data.save_to_disk('folder'), copy the folder here and give its path."
    ).format(repo=name.repo)
    return KitError(problem, fix=fix)
