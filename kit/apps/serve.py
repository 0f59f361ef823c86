"""Serve notebooks as apps: start Voila in a process of its own, tell its address, stop it without a trace."""

from __future__ import annotations

import contextlib
import secrets
import signal
import subprocess
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import quote

import psutil

from kit.apps.gallery.entry import Entry, entries_of
from kit.apps.house import House, room_for
from kit.apps.port import free_port, local, reachable
from kit.apps.settings import voila_arguments
from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.service.note import read_note

PORT = 8866
_START_S = 60.0
_END_S = 15.0


@dataclass(frozen=True)
class App:
    """Notebooks that are being served.

    Parameters
    ----------
    url : str
        The full address with the token: whoever has it may use the app. With a password alone it holds no token.
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
    notebooks: str | Path | Sequence[str | Path] = (),
    *,
    ip: str = "127.0.0.1",
    port: int = PORT,
    token: str | None = None,
    password: str | None = None,
    theme: str = "light",
    visitors: int | None = None,
    allow_start: bool = False,
    cull_after_s: int = 600,
    cull_every_s: int = 60,
    preheat: int = 0,
) -> App:
    """Start serving notebooks and return when the server answers.

    Parameters
    ----------
    notebooks : path or sequence of paths, default ()
        One notebook stands at the address itself; folders, or several, behind a gallery. None: the notebooks that come
        along. Each visitor gets a run of a notebook, with a kernel of their own.
    ip : str, default "127.0.0.1"
        Where to listen; "0.0.0.0" for everybody who can reach this machine and has the token.
    port : int, default 8866
        0 for any free one.
    token : str, optional
        What visitors must know; left out, one is made up, unless there is a password.
    password : str, optional
        What visitors can type instead; only its hash is kept.
    theme : {"light", "dark"}, default "light"
        The look of the pages.
    visitors : int, optional
        How many kernels there may be at once, at least 1; who comes then waits. Left out, what half of the memory that
        is free now holds.
    allow_start : bool, default False
        Let visitors start, change and delete runs; without it they look and ask.
    cull_after_s, cull_every_s : int, seconds
        When a kernel without a page ends; see `voila_arguments`.
    preheat : int, default 0
        How many kernels of each notebook wait ready for the next visitors; each takes memory, whether somebody comes
        or not.

    Raises
    ------
    KitError
        There is no such notebook, the port is taken, or the server did not start.
    """
    _check_words(token, password)
    if visitors is not None and (isinstance(visitors, bool) or not isinstance(visitors, int) or visitors < 1):
        raise ParameterError("visitors", visitors, allowed=_("a whole number, at least 1"))
    token = token or ("" if password else secrets.token_urlsafe(24))
    port = free_port(ip, port)
    entries = _entries(notebooks)
    arguments = voila_arguments(
        [entry.path for entry in entries],
        ip=ip,
        port=port,
        theme=theme,
        cull_after_s=cull_after_s,
        cull_every_s=cull_every_s,
        preheat=preheat,
    )
    house = House(entries, token, _hashed(password), visitors or room_for(), allow_start, theme)
    process = subprocess.Popen(
        [sys.executable, "-m", "kit.apps.child", *arguments],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl+C in a terminal reaches us alone; we end it in order
    )
    host = f"[{local(ip)}]" if ":" in ip else local(ip)
    app = App(f"http://{host}:{port}/" + (f"?token={quote(token, safe='')}" if token else ""), process)
    try:
        _tell(process, house)
        _await_answer(app, ip, port)
    except BaseException:
        app.stop()
        raise
    return app


def _check_words(token: str | None, password: str | None) -> None:
    for name, word in (("token", token), ("password", password)):
        if word is not None and (not word.strip() or not word.isprintable()):
            shown = word if name == "token" else "…"  # a password stands in no message
            raise ParameterError(name, shown, allowed=_("one line of text, or left out to have one made up"))


def _hashed(password: str | None) -> str:
    if password is None:
        return ""
    from jupyter_server.auth.security import passwd

    return str(passwd(password))


def _entries(notebooks: str | Path | Sequence[str | Path]) -> tuple[Entry, ...]:
    """Return what is served; the address of a single notebook that was named is the root."""
    named = [notebooks] if isinstance(notebooks, str | Path) else list(notebooks)
    entries = entries_of(named)
    alone = len(named) == 1 and not Path(named[0]).is_dir()
    return (Entry("", entries[0].path),) if alone else entries


def serve(
    notebooks: str | Path | Sequence[str | Path] = (),
    *,
    browser: bool = True,
    tell: Callable[[str], None] = print,
    **settings: object,
) -> int:
    """Serve notebooks until Ctrl+C, SIGTERM or a closed terminal, and leave nothing behind.

    Parameters
    ----------
    notebooks : path or sequence of paths, default ()
        As for `start_app`.
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
            with start_app(notebooks, **settings) as app:  # type: ignore[arg-type]
                tell(_("{what} is served at:\n\n    {url}\n").format(what=_named(notebooks), url=app.url))
                tell(_("Ctrl+C stops it."))
                if browser:
                    webbrowser.open(app.url)
                return app.wait()
        except KeyboardInterrupt:
            return 0


def _named(notebooks: str | Path | Sequence[str | Path]) -> str:
    named = [notebooks] if isinstance(notebooks, str | Path) else list(notebooks)
    return ", ".join(map(str, named)) or _("The gallery")


def _tell(process: subprocess.Popen[str], house: House) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # a server that died at once tells by its exit code
        process.stdin.write(house.to_line())
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
    """Return the processes of an app; the model service is everybody's, even where a visitor's question started it."""
    try:
        parent = psutil.Process(pid)
        below = parent.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    note = read_note()
    service = next((each for each in below if note is not None and each.pid == note.pid), None)
    spared = {service, *_below(service)} if service is not None else set()
    return [*(each for each in below if each not in spared), parent]


def _below(process: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.children(recursive=True)
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
