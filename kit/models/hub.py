"""The Hugging Face hub: what its cache holds, whether it answers, and how a model comes from it.

huggingface_hub itself reads HF_HUB_OFFLINE, HF_ENDPOINT, HF_TOKEN, HF_HOME and the proxy variables.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, TypeVar

from kit.errors import KitError, UnsupportedError
from kit.i18n import _
from kit.models.folder import model_problem, read_json
from kit.models.meter import ByteMeter, require_room
from kit.report import Report

T = TypeVar("T")

PROBE_S = 3.0  # that the hub has to answer a question
_TAKEN = ("*.safetensors", "*.json", "*.txt", "*.model", "*.jinja")
_SMALL = ("config.json", "tokenizer_config.json")
# Folders hold copies in other formats (onnx/, original/); "consolidated" is Mistral's copy of the same weights.
_LEFT = ("*/*", "consolidated*")


class HubUnavailable(Exception):
    """The hub gives nothing now; the message says why, as a sentence."""


def cached(hub_id: str) -> Path | None:
    """Return the folder in the Hugging Face cache that holds the model `hub_id`, or None; never uses the network.

    Raises
    ------
    KitError
        The cache holds it in part, damaged or only as pickles.
    """
    folder = _snapshot(hub_id)
    if folder is None or not any(folder.iterdir()):
        return None
    problem = model_problem(folder)
    if problem is None:
        return folder
    if isinstance(problem, UnsupportedError) or _weights_in(folder):
        raise problem
    return None  # only a config or a tokenizer was ever asked for


def download(hub_id: str, report: Report) -> Path:
    """Download the model `hub_id` from the hub and return its folder.

    Parameters
    ----------
    hub_id : str
        organisation/name.
    report : Report
        Told the progress; may ask to stop.

    Raises
    ------
    HubUnavailable
        Offline mode, no network, a firewall, an unknown model or terms not accepted.
    KitError
        The disk is too full, or what came cannot be loaded.
    """
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    report.progress(_("asking the hub"))
    sizes = _ask(hub_id)
    if not any(name.endswith(".safetensors") for name in sizes):
        raise HubUnavailable(_("The hub has {id}, but without safetensors.").format(id=hub_id))
    total = sum(sizes.values())
    require_room(Path(constants.HF_HUB_CACHE), total)
    meter = ByteMeter(report, _("downloading {name}").format(name=hub_id), total)
    try:
        folder = snapshot_download(
            hub_id, allow_patterns=list(_TAKEN), ignore_patterns=list(_LEFT), tqdm_class=_bar_class(meter)
        )
    except HfHubHTTPError as exc:
        raise HubUnavailable(_refusal(hub_id, exc)) from exc
    except OSError as exc:
        raise HubUnavailable(_("The download broke off: {exc}").format(exc=_first_line(exc))) from exc
    problem: KitError | None = model_problem(Path(folder))
    if problem is not None:
        raise problem
    return Path(folder)


def described(hub_id: str) -> tuple[dict[str, Any], dict[str, tuple[str, tuple[int, ...]]], str, bool]:
    """Ask the hub what the model `hub_id` is; no weights are downloaded, only the headers of their files.

    Returns
    -------
    tuple
        config.json; name, dtype and shape of each weight; README.md; and whether there is a chat template.

    Raises
    ------
    HubUnavailable
        As `download`; or it has no config.json.
    """
    from huggingface_hub import get_safetensors_metadata, hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, NotASafetensorsRepoError, SafetensorsParsingError

    names = _ask(hub_id)
    if "config.json" not in names:
        raise HubUnavailable(_("The hub has {id}, but without a config.json.").format(id=hub_id))
    try:
        small = {name: Path(hf_hub_download(hub_id, name)) for name in _SMALL if name in names}
        heads = get_safetensors_metadata(hub_id).files_metadata.values()
        shapes = {name: (str(t.dtype), tuple(t.shape)) for head in heads for name, t in head.tensors.items()}
    except (NotASafetensorsRepoError, SafetensorsParsingError):
        shapes = {}
    except (HfHubHTTPError, OSError) as exc:
        raise HubUnavailable(_refusal(hub_id, exc)) from exc
    tokenizer = read_json(small["tokenizer_config.json"]) if "tokenizer_config.json" in small else None
    chat = "chat_template.jinja" in names or "chat_template" in (tokenizer or {})
    return read_json(small["config.json"]) or {}, shapes, _readme(hub_id), chat


def _readme(hub_id: str) -> str:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return Path(hf_hub_download(hub_id, "README.md")).read_text(encoding="utf-8", errors="replace")
    except (HfHubHTTPError, OSError):
        return ""


def _snapshot(hub_id: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, IncompleteSnapshotError, LocalEntryNotFoundError

    try:
        # The patterns matter here too: without them a cache that lacks only a README counts as incomplete.
        found = snapshot_download(
            hub_id, local_files_only=True, allow_patterns=list(_TAKEN), ignore_patterns=list(_LEFT)
        )
    except IncompleteSnapshotError as exc:
        found = str(exc.snapshot_path)
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return Path(found) if os.path.isdir(found) else None


def _weights_in(folder: Path) -> bool:
    return any(folder.glob("*.safetensors*"))


def answer_of(question: Callable[[], T | HubUnavailable]) -> T:
    """Return what the hub answers to `question` within a few seconds.

    Parameters
    ----------
    question : callable
        Asks, with a timeout of `PROBE_S`; returns the answer, or why there is none.

    Raises
    ------
    HubUnavailable
        Offline mode, no network, a firewall, or what `question` returned.
    """
    from huggingface_hub import constants, is_offline_mode

    if is_offline_mode():
        raise HubUnavailable(_("The hub was not asked: HF_HUB_OFFLINE is set."))
    answer: list[T | HubUnavailable] = []
    # On a thread: a name server that does not answer blocks longer than any timeout of a connection.
    thread = threading.Thread(target=lambda: answer.append(_reached(question)), daemon=True)
    thread.start()
    thread.join(PROBE_S + 1)
    if not answer:
        raise HubUnavailable(
            _("The hub ({endpoint}) did not answer within {s:g} s.").format(endpoint=constants.ENDPOINT, s=PROBE_S + 1)
        )
    if isinstance(answer[0], HubUnavailable):
        raise answer[0]
    return answer[0]


def _reached(question: Callable[[], T | HubUnavailable]) -> T | HubUnavailable:
    from huggingface_hub import constants

    try:
        return question()
    except Exception as exc:  # whatever a proxy, a firewall or a log-in page makes of it
        reason = _first_line(exc) or type(exc).__name__
        return HubUnavailable(
            _("The hub ({endpoint}) cannot be reached: {reason}.").format(
                endpoint=constants.ENDPOINT, reason=reason.rstrip(".")
            )
        )


def _ask(hub_id: str) -> dict[str, int]:
    """Return the files to take and their sizes in bytes."""
    return answer_of(lambda: _question(hub_id))


def _question(hub_id: str) -> dict[str, int] | HubUnavailable:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        info = HfApi().model_info(hub_id, files_metadata=True, timeout=PROBE_S)
    except HfHubHTTPError as exc:
        return HubUnavailable(_refusal(hub_id, exc))
    sizes = {file.rfilename: int(file.size or 0) for file in info.siblings or []}
    return {name: size for name, size in sizes.items() if _matches(name, _TAKEN) and not _matches(name, _LEFT)}


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _refusal(hub_id: str, exc: Exception) -> str:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    if isinstance(exc, GatedRepoError):
        return _("The hub keeps {id} behind terms: accept them on its page, then sign in with: hf auth login.").format(
            id=hub_id
        )
    if isinstance(exc, RepositoryNotFoundError):
        return _("The hub knows no model {id} (or it is private: sign in with hf auth login).").format(id=hub_id)
    return _("The hub refused: {reason}").format(reason=_first_line(exc))


def _first_line(exc: BaseException) -> str:
    return str(exc).strip().splitlines()[0] if str(exc).strip() else ""


def _bar_class(meter: ByteMeter) -> type[Any]:
    from tqdm.std import tqdm

    class Bar(tqdm):  # type: ignore[misc, type-arg, unused-ignore]
        """Counts for `meter` and draws nothing."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            self._counts_bytes = kwargs.get("unit") == "B"
            super().__init__(*args, **{**kwargs, "file": _Nowhere(), "disable": False})

        def update(self, n: float | None = 1) -> bool | None:
            drawn = super().update(n)
            # Received and written bytes have a bar each, and which of them moves depends on the transfer.
            meter.at(self.n if self._counts_bytes else 0)
            return bool(drawn)

    return Bar


class _Nowhere:
    def write(self, _text: str) -> None:
        """Drop the text."""

    def flush(self) -> None:
        """Do nothing."""
