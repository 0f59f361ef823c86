"""A real gallery: doors that are closed to strangers, a line in front of the places, passwords, read-only kernels."""

from __future__ import annotations

import json
import re
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import psutil
import pytest

from kit.apps.serve import App, start_app
from kit.errors import ParameterError

SAYS = (
    "import os\nprint('kernel', os.getpid(), os.getcwd())\n"
    "print('read only', os.environ.get('TUNEBOOK_READ_ONLY'))\n"
    "print('of', os.environ.get('JPY_SESSION_NAME'))\n"
    "print('address', os.environ.get('VOILA_REQUEST_URL'), os.environ.get('QUERY_STRING'))"
)
STARTS = (
    "import kit\ntry:\n    kit.start(kit.GetSpec(name='smollm2-135m-instruct'))\n"
    "except kit.KitError as exc:\n    print('refused:', exc)"
)


def _write(path: Path, *sources: str) -> Path:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    heading = nbformat.v4.new_markdown_cell(f"# App {path.stem}\n\nIt says what it sees.")
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[heading, *cells], metadata=metadata), path)
    return path


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("apps")
    (folder / "secret.png").write_bytes(b"\x89PNG beside no notebook")
    (folder / "one" / "pictures").mkdir(parents=True)
    (folder / "one" / "pictures" / "chart.png").write_bytes(b"\x89PNG")
    return [_write(folder / "one" / "alpha.ipynb", SAYS, STARTS), _write(folder / ".two" / "beta.ipynb", SAYS)]


@pytest.fixture(scope="module")
def app(notebooks: list[Path]) -> Iterator[App]:
    with start_app(notebooks, port=0, visitors=2, cull_after_s=3600) as app:
        yield app


class Browser:
    """Somebody with cookies, who follows redirects."""

    def __init__(self) -> None:
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar())).open

    def get(self, url: str, data: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Return status, final address and body."""
        body = None if data is None else urllib.parse.urlencode(data).encode()
        try:
            with self._open(urllib.request.Request(url, body), timeout=60) as answer:
                return answer.status, answer.geturl(), answer.read().decode(errors="replace")
        except urllib.error.HTTPError as exc:
            return exc.code, exc.geturl(), exc.read().decode(errors="replace")


@pytest.fixture(scope="module")
def known(app: App) -> Browser:
    browser = Browser()
    browser.get(app.url)
    return browser


def _at(app: App, path: str) -> str:
    return app.url.split("?")[0] + path


def _kernels(app: App) -> list[psutil.Process]:
    return psutil.Process(app.process.pid).children()


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.2)
    return condition()


def _let_rest(app: App, seconds: float = 30) -> None:
    """Wait until the kernels have run what they were given: until they compute nothing for a second."""

    def computed() -> float:
        return sum(sum(kernel.cpu_times()[:2]) for kernel in _kernels(app))

    until, before = time.monotonic() + seconds, computed()
    while time.monotonic() < until:
        time.sleep(1)
        if computed() - before < 0.05:
            return
        before = computed()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "app/alpha/",
        "app/alpha/?place=1&ticket=x",
        "app/beta/?token=wrong",
        "voila/files/one/pictures/chart.png",
        "voila/static/voila.js",
        "voila/templates/lab/static/voila.js",
        "voila/api/themes/@jupyterlab/theme-light-extension/index.css",
        "voila/labextensions/@jupyter-widgets/jupyterlab-manager/package.json",
        "voila/tree",
        "voila/render/one/alpha.ipynb",
        "voila/api/contents/",
        "api/kernels",
        "api/kernels/00000000-0000-0000-0000-000000000000",
        "voila/query/00000000-0000-0000-0000-000000000000",
        "metrics",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_stranger_gets_the_login_and_nothing_else(app: App, path: str, method: str) -> None:
    before = len(_kernels(app))
    request = urllib.request.Request(_at(app, path), b"" if method == "POST" else None, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            status, shown = answer.status, urlsplit(answer.geturl()).path
    except urllib.error.HTTPError as exc:
        status, shown = exc.code, ""
    assert shown == "/login" or status in (403, 404, 405)
    assert len(_kernels(app)) == before


def test_the_gallery_leads_to_the_apps(app: App, known: Browser) -> None:
    status, _url, page = known.get(_at(app, ""))
    assert status == 200
    assert re.findall(r'href="(/app/[^"]*)"', page) == ["/app/alpha/", "/app/beta/"]
    assert "It says what it sees." in page
    assert "look and ask only" in page
    assert 'data-theme="dark"' in known.get(_at(app, "?theme=dark"))[2]
    assert 'data-theme="light"' in known.get(_at(app, "?theme=%22%3E%3Cscript"))[2]


@pytest.mark.parametrize("path", ["voila/tree", "voila/render/one/alpha.ipynb", "voila/api/contents/", "app/nobody/"])
def test_voilas_own_lists_are_not_there(app: App, known: Browser, path: str) -> None:
    assert known.get(_at(app, path))[0] == 404


def test_only_what_lies_beside_a_notebook_is_given_out(app: App, known: Browser) -> None:
    status, url, _body = known.get(_at(app, "app/alpha/pictures/chart.png"))
    assert (status, urlsplit(url).path) == (200, "/voila/files/one/pictures/chart.png")
    for path in ("secret.png", "one/../secret.png", "one/alpha.ipynb", "%2e%2e/secret.png", "/etc/passwd"):
        assert known.get(_at(app, "voila/files/" + path))[0] in (403, 404), path


def test_paths_that_leave_the_house_lead_nowhere(app: App) -> None:
    host, port = urlsplit(app.url).hostname, urlsplit(app.url).port
    token = app.url.split("token=")[1]
    for path in ("/voila/files/../../../../etc/passwd", "/app/alpha/../../../etc/passwd", "//etc/passwd", "/app/%00/"):
        with socket.create_connection((host, port), timeout=10) as connection:
            connection.sendall(f"GET {path}?token={token} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
            answer = connection.makefile("rb").read()
        assert b"root:" not in answer
        assert answer.split(b" ")[1] in (b"302", b"400", b"403", b"404"), path


def test_a_full_house_lets_people_wait_in_turn_and_goes_on(
    app: App, known: Browser, notebooks: list[Path], capfd: pytest.CaptureFixture[str]
) -> None:
    """One story, since kernels take seconds: two visit, two wait, a place is given up, the first of them enters."""
    status, _url, first = known.get(_at(app, "app/alpha/?theme=nonsense"))
    assert status == 200
    assert f"{notebooks[0].parent}" in first  # the notebook's own folder is where its kernel works
    assert "read only 1" in first
    assert f"of {notebooks[0]}" in first
    assert "refused: Visitors of this app" in first
    assert "accuracy not measured yet" in first
    assert "All apps" in first
    token = app.url.split("token=")[1]
    _status, _url, second = known.get(_at(app, f"app/beta/?token={token}"))
    assert "kernel" in second
    assert token not in second

    status, _url, page = known.get(_at(app, "app/beta/"))
    assert status == 503
    assert "You are next." in page
    mine = json.loads(re.findall(r'application/json">(.*?)</script>', page)[0])
    status, _url, page = known.get(_at(app, "app/alpha/?ticket=other"))
    assert "You are number 2 in line." in page
    assert len(_kernels(app)) == 2
    assert json.loads(known.get(_at(app, "app/beta/" + mine["ask"]))[2]) == {"place": 1}

    kernel = re.search(r'"kernelId": ?"([0-9a-f-]+)"', first)
    assert kernel
    request = urllib.request.Request(
        _at(app, f"api/kernels/{kernel[1]}"), method="DELETE", headers={"Authorization": f"token {token}"}
    )
    assert urllib.request.urlopen(request, timeout=30).status == 204
    assert json.loads(known.get(_at(app, "app/alpha/?ticket=other&place=1"))[2]) == {"place": 2}
    assert json.loads(known.get(_at(app, "app/beta/" + mine["ask"]))[2]) == {"place": 0}
    status, _url, page = known.get(_at(app, "app/beta/" + mine["enter"]))
    assert status == 200
    assert "kernel" in page
    assert len(_kernels(app)) == 2

    # nobody has a page open: a kernel makes room for who waits, long before it would be culled
    left = _kernels(app)
    asked = _at(app, "app/alpha/?ticket=other&place=1")
    assert _until(lambda: json.loads(known.get(asked)[2]) == {"place": 0}, 45)
    assert _until(lambda: sum(process.is_running() for process in left) == 1, 10)
    assert token not in capfd.readouterr().err


def test_a_password_lets_in_and_a_wrong_one_does_not(notebooks: list[Path]) -> None:
    with start_app(notebooks[1], port=0, password="open, sesame", allow_start=True) as app:
        assert "token" not in app.url
        process = psutil.Process(app.process.pid)
        told = " ".join([*process.cmdline(), *process.environ().values()])
        assert "sesame" not in told
        assert "argon2" not in told
        for guess in ("", "?token=", "?token=open,%20sesame"):
            assert "/login" in Browser().get(app.url + guess)[1]
        visitor = Browser()
        _status, url, page = visitor.get(app.url)
        guard = re.search(r'name="_xsrf" value="([^"]+)"', page)
        assert guard
        wrong = {"_xsrf": guard[1], "password": "sesame", "new_password": "mine"}
        assert visitor.get(url, wrong)[0] == 401
        assert visitor.get(url, {"password": "open, sesame"})[0] == 403  # a form of somebody else
        status, url, page = visitor.get(url, {"_xsrf": guard[1], "password": "open, sesame"})
        assert (status, urlsplit(url).path) == (200, "/")
        assert "read only 0" in page
        for _turn in range(9):
            assert Browser().get(url)[0] == 200
            visitor.get(_at(app, "login"), wrong)
        assert visitor.get(_at(app, "login"), wrong)[0] == 429


def test_a_login_leads_nowhere_else(app: App) -> None:
    for after in ("https://example.com/", "//example.com/", "\\\\example.com"):
        url = _at(app, "login?" + urllib.parse.urlencode({"next": after, "token": app.url.split("token=")[1]}))
        assert urlsplit(Browser().get(url)[1]).hostname == "127.0.0.1"


def test_kernels_that_wait_ready_show_the_same_page_at_once(notebooks: list[Path]) -> None:
    with start_app(notebooks, port=0, preheat=1) as app:
        assert _until(lambda: len(_kernels(app)) == 2, 30)
        _let_rest(app)
        token = app.url.split("token=")[1]
        url = _at(app, f"app/alpha/?token={token}")
        began = time.monotonic()
        pages = [Browser().get(url)[2]]
        took = time.monotonic() - began
        assert _until(lambda: len(_kernels(app)) == 3, 30)  # another one takes its place
        assert "read only 1" in pages[0]
        assert "All apps" in pages[0]
        assert took < 3
        _let_rest(app)
        pages.append(Browser().get(url)[2])
        assert token not in pages[1]  # what one visitor's address holds, the next one's kernel is not told
        assert len({re.findall(r"kernel (\d+)", page)[0] for page in pages}) == 2


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"visitors": 0}, "visitors=0"), ({"preheat": -1}, "preheat=-1"), ({"password": " "}, "password='…'")],
)
def test_values_out_of_range_are_refused(notebooks: list[Path], changes: dict[str, object], expected: str) -> None:
    with pytest.raises(ParameterError, match=expected):
        start_app(notebooks, port=0, **changes)  # type: ignore[arg-type]
