"""Serve a notebook as an app: start Voila in a process of its own, tell its address, stop it without a trace."""

from __future__ import annotations

import contextlib
import secrets
import signal
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import quote

import psutil

from kit.apps.port import free_port, local, reachable
from kit.apps.settings import voila_arguments
from kit.errors import KitError, ParameterError
from kit.i18n import _

PORT = 8866
_START_S = 60.0
_END_S = 15.0


@dataclass(frozen=True)
class App:
    """A notebook that is being served.

    Parameters
    ----------
    url : str
        The full address with the token: whoever has it may use the app.
    process : subprocess.Popen
        The server.
    """

    url: str
    process: subprocess.Popen[str]

    def wait(self) -> int:
        """Wait until the server ends by itself and return its exit code."""
        return self.process.wait()

    def stop(self) -> None:
        """End the server and the kernels of its visitors; returns when they are gone."""
        family = _family(self.process.pid)
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        _gone, left = psutil.wait_procs(family, timeout=_END_S)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()

    def __enter__(self) -> App:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()


def start_app(
    notebook: str | Path,
    *,
    ip: str = "127.0.0.1",
    port: int = PORT,
    token: str | None = None,
    theme: str = "light",
    cull_after_s: int = 600,
    cull_every_s: int = 60,
) -> App:
    """Start serving `notebook` and return when the server answers.

    Parameters
    ----------
    notebook : path
        The notebook; each visitor gets a run of it, with a kernel of their own.
    ip : str, default "127.0.0.1"
        Where to listen; "0.0.0.0" for everybody who can reach this machine and has the token.
    port : int, default 8866
        0 for any free one.
    token : str, optional
        What visitors must know; left out, one is made up.
    theme : {"light", "dark"}, default "light"
        The look of the page.
    cull_after_s, cull_every_s : int, seconds
        When a kernel without a page ends; see `voila_arguments`.

    Raises
    ------
    KitError
        There is no such notebook, the port is taken, or the server did not start.
    """
    if token is not None and (not token.strip() or not token.isprintable()):
        raise ParameterError("token", token, allowed=_("one line of text, or left out to have one made up"))
    token = token or secrets.token_urlsafe(24)
    port = free_port(ip, port)
    arguments = voila_arguments(
        Path(notebook), ip=ip, port=port, theme=theme, cull_after_s=cull_after_s, cull_every_s=cull_every_s
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "kit.apps.child", *arguments],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl+C in a terminal reaches us alone; we end it in order
    )
    host = f"[{local(ip)}]" if ":" in ip else local(ip)
    app = App(f"http://{host}:{port}/?token={quote(token, safe='')}", process)
    try:
        _give_token(process, token)
        _await_answer(app, ip, port)
    except BaseException:
        app.stop()
        raise
    return app


def serve(
    notebook: str | Path, *, browser: bool = True, tell: Callable[[str], None] = print, **settings: object
) -> int:
    """Serve `notebook` until Ctrl+C, SIGTERM or a closed terminal, and leave nothing behind.

    Parameters
    ----------
    notebook : path
        The notebook.
    browser : bool, default True
        Open the app in a browser.
    tell : callable, default print
        Is told the address.
    **settings
        As for `start_app`.

    Returns
    -------
    int
        0, or the exit code of a server that ended by itself.
    """
    with _signals_as_interrupts():
        try:
            with start_app(notebook, **settings) as app:  # type: ignore[arg-type]
                tell(_("{notebook} is served at:\n\n    {url}\n").format(notebook=notebook, url=app.url))
                tell(_("Ctrl+C stops it."))
                if browser:
                    webbrowser.open(app.url)
                return app.wait()
        except KeyboardInterrupt:
            return 0


def _give_token(process: subprocess.Popen[str], token: str) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # a server that died at once tells by its exit code
        process.stdin.write(token + "\n")
        process.stdin.flush()


def _await_answer(app: App, ip: str, port: int) -> None:
    until = time.monotonic() + _START_S
    while not reachable(ip, port):
        code = app.process.poll()
        if code is not None or time.monotonic() > until:
            how = _("it ended with code {code}").format(code=code) if code is not None else _("it does not answer")
            raise KitError(
                _("The server did not start: {how}.").format(how=how), fix=_("Its last words stand above this.")
            )
        time.sleep(0.1)


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [*parent.children(recursive=True), parent]
    except psutil.NoSuchProcess:
        return []


@contextlib.contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    names = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {name: signal.signal(name, interrupt) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
