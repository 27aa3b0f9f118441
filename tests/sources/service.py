"""A service on this machine that answers as the public engineering database does."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np

HEADER = "theTime,MJD,euvalue,sqldataType"


@dataclass
class Answer:
    """What the service says to one question."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    cut: bool = False
    """Whether to promise more bytes than are sent."""
    sized: bool = True
    """Whether to say how many bytes there are."""


@dataclass
class Series:
    """Telemetry that the service has: sorted times in ms since 1970 UTC, values as text."""

    times_ms: list[int]
    values: list[str]
    sql_type: str = "real"

    def csv(self, start_ms, stop_ms):
        """The rows in a range with the one before and the one after."""
        low = max(int(np.searchsorted(self.times_ms, start_ms)) - 1, 0)
        high = int(np.searchsorted(self.times_ms, stop_ms)) + 1
        return csv(self.times_ms[low:high], self.values[low:high], self.sql_type)


def csv(times_ms, values, sql_type="real"):
    """An answer with some rows, as the service writes it."""
    stamps = np.array(times_ms, "M8[ms]").astype("M8[us]").astype(str)
    rows = [f"{str(s).replace('T', ' ')},0.0,{v},{sql_type}" for s, v in zip(stamps, values, strict=True)]
    return "".join(f"{line}\r\n" for line in [HEADER, *rows]).encode()


class Service:
    """The service: `series` and `recorded` are what it knows, `script` overrides its next answers."""

    def __init__(self):
        self.series: dict[str, Series] = {}
        self.recorded: dict[str, bytes] = {}
        self.mnemonics: list[dict] | None = []
        self.script: list[Answer] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.base = ""
        self._lock = threading.Lock()

    @property
    def downloads(self):
        """The names of the files that were asked for, in order."""
        return [path.rpartition("/")[2] for path, _ in self.requests if "/Download/file?" in path]

    def answer(self, path, headers):
        """Answer a question."""
        with self._lock:
            self.requests.append((path, headers))
            if self.script:
                return self.script.pop(0)
        where = urlsplit(path)
        query = parse_qs(where.query)
        if where.path.endswith("/Download/file"):
            return self._download(query["uri"][0])
        if where.path.endswith("/viz/api/v0.1/info/mnemonics") and self.mnemonics is not None:
            wanted = query.get("name")
            found = [each for each in self.mnemonics if not wanted or each["tlmMnemonic"] == wanted[0]]
            return Answer(json.dumps({"data": found}).encode())
        return Answer(b"no such page", 404)

    def _download(self, uri):
        name = uri.removeprefix("mast:jwstedb/")
        if name in self.recorded:
            return Answer(self.recorded[name])
        mnemonic, start, stop = Path(name).stem.rsplit("-", 2)
        if mnemonic not in self.series:
            return Answer(b"not found", 404)
        return Answer(self.series[mnemonic].csv(_ms(start), _ms(stop)))


def _ms(stamp):
    """An instant of an address, ms since 1970 UTC."""
    date, _, clock = stamp.partition("T")
    iso = f"{date[:4]}-{date[4:6]}-{date[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}"
    return int(np.datetime64(iso, "ms").astype(np.int64))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that went away is what some tests are about."""


@contextmanager
def running():
    """Run a service as long as the block lasts; its ``base`` is its address."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            answer = service.answer(self.path, dict(self.headers))
            time.sleep(answer.delay_s)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.sized:
                self.send_header("Content-Length", str(len(answer.body) + 100 * answer.cut))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *args):
            """Stay silent."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    service.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
