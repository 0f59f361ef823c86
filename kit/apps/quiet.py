"""What the server of an app need not say: a known line, requests that went well, and tokens in addresses."""

from __future__ import annotations

import logging

from tornado.web import RequestHandler

_FULL = 503  # somebody waits for a place, which is no fault

# Jupyter's websockets answer within three pings where tornado counts one, and tornado says so at the first visit. Less
# patience would close living pages whose answer is a moment late.
_KNOWN = "The websocket_ping_timeout ("


def quiet_pings() -> None:
    """Keep tornado from telling that it and Jupyter count pings differently."""
    logging.getLogger("tornado.general").addFilter(_tells_news)


def _tells_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_KNOWN)


def log_faults(handler: RequestHandler) -> None:
    """Log a request that failed here, without what stands behind the "?": that may be a token."""
    status, request = handler.get_status(), handler.request
    if status >= 500 and status != _FULL:
        logging.getLogger("tornado.access").error("%s %s %s", status, request.method, request.path)
