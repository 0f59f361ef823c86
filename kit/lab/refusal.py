"""Why a request is not carried out, as an HTTP status and a body for people."""

from __future__ import annotations

import errno
from http.client import responses
from typing import Any

from tornado.web import HTTPError

from kit.errors import DataError, KitError, ModelNotFoundError, ParameterError, RunNotFoundError, UnknownNameError
from kit.i18n import _

_BY_TYPE: tuple[tuple[type[BaseException], int], ...] = (
    (RunNotFoundError, 404),
    (ModelNotFoundError, 404),
    (DataError, 422),
    (ParameterError, 400),
    (UnknownNameError, 400),
    (KitError, 409),
)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)


class Refused(KitError):
    """A request that is not carried out, with its status.

    Parameters
    ----------
    status : int
        Of HTTP.
    problem, fix : str
        As in `KitError`.
    """

    def __init__(self, status: int, problem: str, *, fix: str = "") -> None:
        self.status = status
        super().__init__(problem, fix=fix)


def status_of(exc: BaseException) -> int:
    """Return the HTTP status that tells `exc`."""
    if isinstance(exc, Refused):
        return exc.status
    if isinstance(exc, HTTPError):
        return int(exc.status_code)
    if isinstance(exc, OSError) and not isinstance(exc, KitError):
        return 507 if exc.errno in _FULL else 403 if exc.errno in _CLOSED else 500
    return next((status for kind, status in _BY_TYPE if isinstance(exc, kind)), 500)


def body_of(exc: BaseException | None, status: int) -> dict[str, Any]:
    """Return what the client is told of `exc`; of faults that are ours, no more than that there was one."""
    told = {
        "message": responses.get(status, _("Error")),
        "fix": "",
        "reason": responses.get(status, ""),
        "type": "HTTPError",
        "parameter": getattr(exc, "parameter", None),
        "row": getattr(exc, "row", None),
        "field": getattr(exc, "field", None),
    }
    if isinstance(exc, KitError):
        told |= {"message": exc.problem, "fix": exc.fix, "type": type(exc).__name__}
    elif isinstance(exc, HTTPError) and exc.log_message:
        told["message"] = exc.log_message
    elif isinstance(exc, OSError) and status != 500:
        told |= {"message": _("The disk refuses: {reason}.").format(reason=exc.strerror), "type": "OSError"}
    elif exc is not None and status == 500:
        told |= {
            "message": _("The server failed at this; its log tells where."),
            "fix": _("Try again; when it stays so, report it with that log."),
        }
    return told
