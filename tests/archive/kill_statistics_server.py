"""Processes that keep statistics until they are killed; run as a program by `test_kill_statistics`, see `kill_server`."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np

from archive import kill_server
from jeta import update
from jeta.archive import Writer, product_file, product_fold, sampled_bins
from jeta.samples import Samples

MSIDS = ("COUNTS", "CURRENT", "MODE")
WORDS = np.array(["OFF", "ON", "Ünknown", ""])
STEP_S, REACH_S = 20_000, 40_000
SEEDS_A_LIFE = 10_000


def _rows(rng: np.random.Generator, msid: str, start_s: int) -> Samples:
    """Some rows of an MSID, most of them near one another."""
    count = int(rng.integers(1, 16))
    ticks = (start_s + rng.integers(0, REACH_S // int(rng.choice([1, 40])), count)) * 1000
    if msid == "MODE":
        return Samples.from_texts(ticks, "ms", WORDS[rng.integers(0, 4, count)])
    if msid == "COUNTS":
        return Samples(ticks, "ms", rng.integers(0, 5, count, dtype=np.int32))
    return Samples(ticks, "ms", rng.choice([1.5, np.nan, 1 / 3], count))


def delivery(seed: int) -> dict[str, Samples]:
    """The delivery of that number, always the same: in order, late, or corrections of the one before."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(["in order", "in order", "late", "corrected"])
    life, number = divmod(seed, SEEDS_A_LIFE)
    start_s = STEP_S * (life % 16 + min(number, 16))
    if kind == "late":
        start_s = int(rng.integers(0, start_s + 1))
    elif kind == "corrected":
        rng = np.random.default_rng(seed - 1)
        rng.choice(4)
        start_s -= min(start_s, STEP_S)
    rows = {msid: _rows(rng, msid, start_s) for msid in rng.permutation(MSIDS)[: int(rng.integers(1, 4))].tolist()}
    if kind == "corrected" and "CURRENT" in rows:
        rows["CURRENT"] = Samples(rows["CURRENT"].ticks, "ms", np.full(len(rows["CURRENT"]), float(seed)))
    return rows


def write_until_killed(root: Path, log: Path, seed: int, workers: int, begun: int) -> None:
    """Commit, fold after every second commit, and rebuild after every second fold, telling what begins and what is done."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def tell(line: str, *, begins: bool = False) -> None:
        os.write(descriptor, f"{line}\n".encode())
        if begins:
            os.write(begun, b"x")

    with Writer(root) as writer:
        for number in itertools.count(seed):
            tell(f"commit {number}", begins=True)
            writer.commit(delivery(number), source=str(number))
            tell(f"committed {number}")
            if number % 2:
                tell("fold", begins=True)
                writer.fold()
                tell("folded")
            if number % 4 == 3:
                tell("rebuild", begins=True)
                update.statistics(archive=writer, rebuild=True, workers=1)
                tell("rebuilt")


def main() -> None:
    """Serve until the input ends, with files so small that few rows make several."""
    product_fold.ROWS_WORTH_STORING = 5
    product_fold.FILE_BINS = 12
    product_file.CHUNK_BINS = 4
    sampled_bins.PORTION_ROWS = 100
    kill_server.write_until_killed = write_until_killed
    kill_server.main()


if __name__ == "__main__":
    main()
