"""What the server of an app need not say: one known line, and nothing that could be an error."""

from __future__ import annotations

import logging

# Jupyter's websockets answer within three pings where tornado counts one, and tornado says so at the first visit. Less
# patience would close living pages whose answer is a moment late.
_KNOWN = "The websocket_ping_timeout ("


def quiet_pings() -> None:
    """Keep tornado from telling that it and Jupyter count pings differently."""
    logging.getLogger("tornado.general").addFilter(_tells_news)


def _tells_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_KNOWN)
