"""Processes that write to an archive until they are killed; run as a program by `test_kill`.

The program imports everything once and then forks a writer for each line of its input, ``root log seed phases delay_ms
workers``: that takes some ms instead of half a second. It kills the writer ``delay_ms`` after that began so many phases (two
commits, a fold, and so on), and answers with its process id once it is dead.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import h5py  # noqa: F401 - so that writers need not import it
import hdf5plugin  # noqa: F401 - likewise
import numpy as np
from numcodecs import blosc

from jeta.archive import JetaReader, Writer, distribute, fold, segment
from jeta.samples import Samples

NUMERIC = ("COUNTS", "CURRENT", "TEMP")
MSIDS = (*NUMERIC, "MODE")
WORDS = np.array(["OFF", "ON", "Ünknown", ""])
SEEDS_A_LIFE = 10_000


def _rows(rng: np.random.Generator, msid: str, start_ms: int) -> Samples:
    """Some rows of an MSID, with an instant twice now and then."""
    count = int(rng.integers(1, 9))
    ticks = start_ms + rng.integers(0, 30, count)
    if msid == "MODE":
        return Samples.from_texts(ticks, "ms", WORDS[rng.integers(0, 4, count)], raws=rng.choice([0.0, np.nan], count))
    if msid == "COUNTS":
        return Samples(ticks, "ms", rng.integers(0, 5, count, dtype=np.int32))
    if msid == "CURRENT":
        return Samples(ticks * 1000 + rng.integers(0, 3, count), "us", rng.normal(size=count))
    return Samples(ticks, "ms", rng.choice([1.5, np.nan, -0.0], count))


def delivery(seed: int) -> dict[str, Samples]:
    """The delivery of that number, always the same: in order, late, the one before again, or corrections of it."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(["in order", "in order", "late", "duplicate", "corrected"])
    life, number = divmod(seed, SEEDS_A_LIFE)
    start_ms = 200 * life + 20 * number
    if kind == "late":
        start_ms = int(rng.integers(-50, start_ms + 50))
    elif kind == "duplicate":
        rng = np.random.default_rng(seed - 1)
        rng.choice(5)
        start_ms -= 20
    elif kind == "corrected":
        start_ms -= 20
    return {msid: _rows(rng, msid, start_ms) for msid in rng.permutation(MSIDS)[: int(rng.integers(1, 5))].tolist()}


def write_until_killed(root: Path, log: Path, seed: int, workers: int, begun: int) -> None:
    """Commit, and fold after every second commit, telling in the log what begins and what is done."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def tell(line: str, *, begins: bool = False) -> None:
        os.write(descriptor, f"{line}\n".encode())
        if begins:
            os.write(begun, b"x")

    pool = ProcessPoolExecutor(workers, get_context("spawn")) if workers else nullcontext()
    with Writer(root) as writer, pool as executor:
        for number in itertools.count(seed):
            tell(f"commit {number}", begins=True)
            writer.commit(delivery(number), source=str(number))
            tell(f"committed {number}")
            if number % 2:
                tell("fold", begins=True)
                writer.fold(executor=executor)
                tell("folded")


def use_small_pieces(segment_rows: int = 40, chunk_rows: int = 16) -> None:
    """Many segments out of few rows, and a task for each MSID."""
    segment.CHUNK_ROWS = chunk_rows
    fold.fold_column = partial(fold.fold_column, segment_rows=segment_rows)
    distribute._NAMES_A_TASK = 1


def one_life(root: str, log: str, seed: str, phases: str, delay_ms: str, workers: str) -> int:
    """Start a writer, let it write for a while, kill it; return its process id."""
    heard, begun = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            os.setsid()
            write_until_killed(Path(root), Path(log), int(seed), int(workers), begun)
        except BaseException:  # noqa: BLE001 - it is told, and the process ends
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(begun)
    for _ in range(int(phases)):
        os.read(heard, 1)
    time.sleep(float(delay_ms) / 1000)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(heard)
    return pid if os.WIFSIGNALED(status) else -1


def main() -> None:
    """Serve until the input ends."""
    JetaReader  # noqa: B018 - imported, as writers need it
    blosc.compress(np.zeros(9), b"lz4", 5)
    use_small_pieces()
    for line in sys.stdin:
        sys.stdout.write(f"{one_life(*line.split())}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
