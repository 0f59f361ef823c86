"""The web server of the service, with bounds on what a request may take and how long."""

from __future__ import annotations

from tornado.http1connection import HTTP1ServerConnection
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.iostream import IOStream
from tornado.web import Application

_BODY = 2**20  # bytes: a question of 200,000 words
_BODY_OF_A_TOKEN = 16
_HEADERS = 2**14
_HEADERS_S = 15.0  # for the headers of a request, and of an idle connection
_BODY_S = 30.0
_CONNECTIONS = 512


def largest_body(context: int) -> int:
    """Return how many bytes a question may have where it and its answer have room in `context` tokens."""
    return max(_BODY, _BODY_OF_A_TOKEN * context)


class Door(HTTPServer):
    """A web server with room for so many connections; who has not shown the token yet leaves first when it is full."""

    def initialize(self, *args: object, **kwargs: object) -> None:  # type: ignore[override]
        super().initialize(*args, **kwargs)  # type: ignore[arg-type]
        self._inside: dict[IOStream, None] = {}  # whoever came first is first
        self._asking: set[IOStream] = set()

    def handle_stream(self, stream: IOStream, address: tuple[object, ...]) -> None:  # type: ignore[override]
        """Serve a connection, if there is room or can be made."""
        if len(self._inside) >= _CONNECTIONS:
            oldest = next((each for each in self._inside if each not in self._asking), None)
            if oldest is None:
                stream.close()
                return
            self._inside.pop(oldest)
            oldest.close()
        self._inside[stream] = None
        super().handle_stream(stream, address)  # type: ignore[arg-type]

    def on_close(self, server_conn: object) -> None:
        """Note that a connection has ended."""
        if isinstance(server_conn, HTTP1ServerConnection):
            self._inside.pop(server_conn.stream, None)
            self._asking.discard(server_conn.stream)
        super().on_close(server_conn)

    def let_in(self, request: HTTPServerRequest) -> None:
        """Note that a request has shown the token: its connection stays until it is answered."""
        stream = getattr(request.connection, "stream", None)
        if stream in self._inside:
            self._asking.add(stream)

    def answered(self, request: HTTPServerRequest) -> None:
        """Note that a request has its answer."""
        self._asking.discard(getattr(request.connection, "stream", None))


def door_of(application: Application, *, context: int) -> Door:
    """Return the web server of `application`, where questions have room in `context` tokens."""
    body = largest_body(context)
    return Door(
        application,
        max_body_size=body,
        max_buffer_size=2 * body,
        max_header_size=_HEADERS,
        idle_connection_timeout=_HEADERS_S,
        body_timeout=_BODY_S,
    )
