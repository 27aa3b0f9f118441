"""Ways to compare a mirror with its source, and servers of a source's folder that answer as real ones sometimes do."""

from __future__ import annotations

import functools
import threading
import time
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from archive.rows import contents
from jeta import fetch
from jeta.archive import JetaReader
from jeta.mirror.names import PLAIN_FOLDERS, is_plain
from jeta.operations import verify
from operations.lab import SPAN_MS

STATS = ("5min", "daily")


def statistics(root, msid, stat):
    """All columns of the statistics that a fetch gives, to the last bit, but for the widths of texts."""
    if msid not in JetaReader(root).names():
        return {}
    with fetch.set_archive(root):
        dat = fetch.Msid(msid, 0, SPAN_MS / 1000 * 2, stat=stat)
        names = ["times", "samples", "vals", "mins", "maxes", "means", "stds"]
        columns = {name: np.asarray(getattr(dat, name)) for name in names if hasattr(dat, name)}
        return {
            name: (array.tolist() if array.dtype.kind == "U" else array.tobytes()) for name, array in columns.items()
        }


def rows(root, msid):
    """All rows of an MSID; NaN as text, so that lists compare."""
    return [(tick, repr(value)) for tick, value in contents(root, msid)]


def errors(root):
    return [finding for finding in verify(root) if finding.severity == "error"]


def assert_same(source, mirror, msids=None):
    """Every fetch of the MSIDs gives the same of both, and the mirror has no others and no error."""
    names = JetaReader(source).names() if msids is None else msids
    assert [name for name in JetaReader(mirror).names() if JetaReader(mirror).rows(name)] == sorted(
        name for name in names if JetaReader(source).rows(name)
    )
    for name in names:
        assert rows(mirror, name) == rows(source, name)
        for stat in STATS:
            assert statistics(mirror, name, stat) == statistics(source, name, stat)
    assert plain(mirror) == plain(source)
    assert errors(mirror) == []


def plain(root):
    """The small files of an archive."""
    paths = [root / "bad_times.txt", *(path for name in PLAIN_FOLDERS for path in (root / name).glob("*"))]
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in paths
        if path.is_file() and is_plain(path.relative_to(root).as_posix())
    }


class Handler(SimpleHTTPRequestHandler):
    """Hands out files; `mischief` may answer otherwise, and tells so by returning True."""

    mischief = None
    asked = None
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        if self.asked is not None:
            self.asked.append(self.path)
        if self.mischief is None or not self.mischief(self):
            super().do_GET()

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    """Takes many connections at once: one that is not taken in is tried again by the system after a second."""

    request_queue_size = 128


@contextmanager
def served(root, mischief=None):
    """Serve a folder; yield its URL and the list of paths that are asked for."""
    asked = []
    kind = type(
        "OwnHandler", (Handler,), {"mischief": None if mischief is None else staticmethod(mischief), "asked": asked}
    )
    server = _Server(("127.0.0.1", 0), functools.partial(kind, directory=str(root)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(handler, status, content=b"", length=None):
    """Answer a request with some bytes, saying that they are so many."""
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(content) if length is None else length))
    handler.end_headers()
    handler.wfile.write(content)
    return True


def stall(seconds):
    """A mischief: say nothing for some time."""

    def mischief(handler):
        time.sleep(seconds)
        return answer(handler, 500)

    return mischief
