"""What importing and fetching cost, looked at from a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import jeta
from jeta.archive import Writer, create_archive
from jeta.samples import Samples

SLOW = ("h5py", "astropy", "scipy", "pandas", "matplotlib", "yaml", "tables", "numcodecs", "hdf5plugin")


def run(code, *arguments):
    """Run Python code in a process without any setting of jeta's, and return what it prints."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "SYSTEMROOT"}}
    environment = {**kept, "PYTHONPATH": str(Path(jeta.__file__).parents[1])}
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_import_says_nothing():
    assert run("from jeta import fetch") == ""


def test_import_loads_no_slow_package():
    loaded = run("from jeta import fetch, update; import sys; print(*sys.modules)").split()
    only_fetch = run("from jeta import fetch; import sys; print(*sys.modules)").split()
    assert not set(SLOW) & set(only_fetch)
    assert not {"astropy", "pandas", "scipy", "matplotlib"} & set(loaded)


OPENED = """
import sys, numpy
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from jeta import fetch
print(*(path for path in opened if not path.endswith((".py", ".pyc"))), sep="\\n")
"""


def test_import_opens_no_file_but_modules():
    others = [path for path in run(OPENED).split() if "/__pycache__/" not in path]
    assert others == []


READS_OF_ENVIRONMENT = """
import os, sys, numpy
read = []
class Watched(dict):
    def get(self, key, default=None): read.append(key); return default
    def __getitem__(self, key): read.append(key); raise KeyError(key)
os.environ = Watched()
from jeta import fetch
print(*read)
"""


def test_import_needs_no_environment():
    assert run(READS_OF_ENVIRONMENT).split() == []


MEASURE = """
import re, sys
from pathlib import Path
from jeta import fetch
fetch.set_archive(sys.argv[1])
dat = fetch.MSID(sys.argv[2], 0, 4e9)
peak_kb = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(len(dat), dat.times.nbytes + dat.vals.nbytes + dat.bads.nbytes, peak_kb * 1024)
"""
ROWS = 20_000_000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """An archive of one long numeric MSID that is folded, and one the same with late rows all over it in the journal."""
    archive = create_archive(tmp_path_factory.mktemp("large") / "archive")
    ticks = np.arange(ROWS) * 64 + 1_600_000_000_000
    values = np.random.default_rng(0).integers(0, 4000, ROWS) * 0.25
    late = slice(None, None, 40)
    with Writer(archive.root) as writer:
        writer.commit({"FOLDED": Samples(ticks, "ms", values), "LATE": Samples(ticks, "ms", values)})
        writer.fold()
        writer.commit({"LATE": Samples(ticks[late] + 1, "ms", values[late])})
    return archive.root


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory of one process is read from /proc")
@pytest.mark.parametrize(("name", "rows"), [("FOLDED", ROWS), ("LATE", ROWS + ROWS // 40)])
def test_peak_memory_is_near_the_size_of_the_arrays(large, name, rows):
    """At most 1.3 times the arrays, and 100 MB for Python, numpy and buffers."""
    found, array_bytes, peak_bytes = map(int, run(MEASURE, large, name).split())
    assert (found, array_bytes) == (rows, rows * 17)
    assert peak_bytes <= 1.3 * array_bytes + 100e6
