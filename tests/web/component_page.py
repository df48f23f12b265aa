"""Browser components on a page of their own: bundled as published, served with a test's rows.

The packages are the locked ones of the product, fetched by the same program that builds it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from fleet_app.runtime import toolchain
from fleet_app.settings import PROJECT_ROOT

COMPONENTS = PROJECT_ROOT / "fleet_app" / "web" / "components"
PUBLISHED = "public/external/fleet_app/web/components"
PACKAGES = ("live", "grid", "history", "places", "records", "zones")
STYLES = ("tokens", "shell", "forms", "live", "grid", "overview", "history")

WORKER = "maplibre-gl-worker.mjs"
WORKER_IMPORT = f'import workerUrl from "maplibre-gl/dist/{WORKER}?url";'

Answer = tuple[int, str, bytes]
"""Status, content type and body."""


@dataclass
class Asked:
    """One request as the server heard it."""

    method: str
    path: str
    query: str
    body: bytes = b""


def lay_out(folder: Path, packages: Iterable[str] = PACKAGES) -> Path:
    """Put the scripts of the components where the product publishes them; returns that folder."""
    published = folder / PUBLISHED
    for package in packages:
        target = published / package / "sources"
        target.mkdir(parents=True)
        for path in (COMPONENTS / package).iterdir():
            if path.suffix in {".js", ".jsx"}:
                shutil.copy(path, target / path.name)
    _name_worker(published / "live" / "sources" / "basemap.js")
    return published


def _name_worker(basemap: Path) -> None:
    """Give the address of the map's worker, which only the bundler of the product can work out."""
    text = basemap.read_text(encoding="utf-8")
    assert WORKER_IMPORT in text
    known = text.replace(WORKER_IMPORT, f'const workerUrl = "/{WORKER}";')
    basemap.write_text(known, encoding="utf-8")


def bundle(folder: Path, home: Path, script: str) -> None:
    """Make `folder/page.js` of a script that may import components and locked packages."""
    lay_out(folder)
    packed(folder, home, script)


def packed(folder: Path, home: Path, script: str) -> None:
    """Make `folder/page.js` of a script that imports what is laid out there."""
    for name in ("package.json", "bun.lock"):
        shutil.copy(PROJECT_ROOT / "reflex.lock" / name, folder / name)
    (folder / "main.jsx").write_text(script, encoding="utf-8")
    environment = {**os.environ, **toolchain.environment(home)}
    install = ["install", "--frozen-lockfile", "--ignore-scripts", "--no-progress"]
    named = ["--outdir", ".", "--entry-naming", "page.[ext]"]  # page.css beside it, if there is any
    build = ["build", "main.jsx", *named, "--production"]
    for arguments in (install, build):
        done = subprocess.run(
            [str(toolchain.bun()), *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@dataclass
class Site:
    """A running server: the page, its style sheets, and what `answer` makes of other requests."""

    folder: Path
    answer: Callable[[Asked], Answer]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def respond(self, asked: Asked) -> Answer:
        """The answer to one request."""
        if asked.path == "/":
            return 200, "text/html; charset=utf-8", _page().encode()
        if asked.path == "/page.js":
            return 200, "text/javascript", (self.folder / "page.js").read_bytes()
        if asked.path == "/page.css":
            built = self.folder / "page.css"
            return 200, "text/css", built.read_bytes() if built.is_file() else b""
        if asked.path == f"/{WORKER}" or asked.path.startswith("/maplibre-gl"):
            script = self.folder / "node_modules" / "maplibre-gl" / "dist" / asked.path[1:]
            return 200, "text/javascript", script.read_bytes()
        if asked.path.startswith("/styles/"):
            sheet = PROJECT_ROOT / "assets" / asked.path.lstrip("/")
            return 200, "text/css", sheet.read_bytes()
        self.asked.append(asked)
        return self.answer(asked)


def _page() -> str:
    links = "".join(f'<link rel="stylesheet" href="/styles/{name}.css">' for name in STYLES)
    links += '<link rel="stylesheet" href="/page.css">'
    return (
        f'<!doctype html><html lang="en"><head><title>Records</title><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">{links}</head>'
        f'<body><main id="root"></main><script type="module" src="/page.js"></script></body></html>'
    )


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Serve a site on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, kind, answer = site.respond(Asked(self.command, path, query, body))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = handle_one  # noqa: N815 - the names that http.server calls

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
