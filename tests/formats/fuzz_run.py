"""Feed readers with damaged files, in processes of their own, and tell what went wrong.

``JETA_FUZZ_INPUTS=100000 python -m formats.fuzz_run [TARGET ...]``, in the folder ``tests``, does so for each target. What
goes wrong is printed, and kept as files in the folder ``JETA_FUZZ_KEEP``, if that is given.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from formats.fuzz import damaged
from formats.fuzz_seeds import MAPPED, Target, targets
from jeta import formats
from jeta.errors import FormatError
from jeta.formats.appearance import looks_like
from jeta.testing.formats import check_delivery, check_shares

if TYPE_CHECKING:
    from collections.abc import Iterator

HANG_S = 10
MOST_MB = 400
"""How much more memory one input of at most 1 MB may take."""
MOST_CHARACTERS = 2_000
ADDRESS_SPACE = 6 << 30
_TESTS = Path(__file__).parents[1]
_PROGRAM = ["-m", "formats.fuzz_run"]
_CHECK_SHARES_EVERY = 8
_LOOK_EVERY = 16
_SHOWN_CHARACTERS = 1_500


@dataclass
class Outcome:
    """What came of many inputs.

    Attributes
    ----------
    counts : Counter
        Inputs that were read and refused.
    faults : list of tuple
        Number of an input and what went wrong.
    peak_mb : int
        The most memory that a process took.
    """

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, str]] = field(default_factory=list)
    peak_mb: int = 0


def tried(target: Target, data: bytes, folder: Path, number: int = 0) -> str:
    """Read one damaged file in this process.

    Returns
    -------
    str
        ``"read"`` or ``"refused"``; what else may come of it is raised.
    """
    path = folder / f"x{target.suffix}"
    changed = folder / f"x{target.suffix}.yaml" if target.is_mapping else path
    if target.is_mapping:
        path.write_bytes(MAPPED)
    changed.write_bytes(data)
    reader = target.reader()
    reader.identify(path)
    if number % _LOOK_EVERY == 0:
        looks_like(path)
        _registered(path)
    came = {_called(reader.describe, path), _called(lambda path: check_delivery(reader.read(path)), path)}
    if "refused" not in came and number % _CHECK_SHARES_EVERY == 0 and formats.shares_of(reader, path, 1) > 1:
        check_shares(reader, path, 2)
    return "refused" if "refused" in came else "read"


def _called(call: Any, path: Path) -> str:
    """Whether a call refuses a file as it should."""
    try:
        call(path)
    except FormatError as err:
        _check_message(str(err), path)
        return "refused"
    return "read"


def _check_message(message: str, path: Path) -> None:
    """A message names the file, is not a novel, and can be printed."""
    assert path.name in message, f"the message does not name the file: {message}"
    assert len(message) < MOST_CHARACTERS, f"a message of {len(message)} characters: {message[:300]}"
    message.encode()


def _registered(path: Path) -> None:
    """Find the format as ingest does."""
    try:
        formats.identify(path)
    except FormatError:
        return


def _child(name: str, first: int, stop: int, status: Path) -> None:
    """Try inputs, saying before each which it is; a hang ends the process."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found: dict[str, Any] = {"counts": Counter(), "faults": [], "peak_mb": 0}
    with tempfile.TemporaryDirectory(dir=status.parent) as folder:
        target = targets(Path(folder))[name]
        tried(target, target.seeds[0], Path(folder))
        base = before = _peak_mb()
        for number in range(first, stop):
            status.write_text(str(number))
            signal.setitimer(signal.ITIMER_REAL, HANG_S)
            try:
                found["counts"][tried(target, damaged(target, number), Path(folder), number)] += 1
            except BaseException:  # noqa: BLE001 - any but those that are announced is a fault to be told
                found["faults"].append((number, traceback.format_exc(limit=-4)[-_SHOWN_CHARACTERS:]))
            if (peak := _peak_mb()) > max(before, base + MOST_MB):
                found["faults"].append((number, f"took {peak - base} MB"))
            before = max(before, peak)
            signal.setitimer(signal.ITIMER_REAL, 0)
        found["peak_mb"] = _peak_mb() - base
    sys.stdout.write(json.dumps(found))


def _peak_mb() -> int:
    """The most memory that this process took so far, on Linux without that of the process that started it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) >> 10


def run(name: str, first: int, stop: int, *, batch: int = 2_000) -> Outcome:
    """Try inputs in child processes, a batch in each; go on behind an input that ends one."""
    outcome = Outcome()
    shared_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=shared_memory) as folder:
        status = Path(folder, "status")
        while first < stop:
            end = min(first + batch, stop)
            status.write_text("")
            command = [sys.executable, *_PROGRAM, "--child", name, str(first), str(end), str(status)]
            done = subprocess.run(command, cwd=_TESTS, capture_output=True, text=True, check=False)
            if done.returncode and not status.read_text():
                raise RuntimeError(f"a good file of {name} cannot be read: {done.stderr[-_SHOWN_CHARACTERS:]}")
            if done.returncode:
                last = int(status.read_text())
                why = signal.Signals(-done.returncode).name if done.returncode < 0 else f"exit code {done.returncode}"
                outcome.faults.append((last, f"the process ended by {why}: {done.stderr[-_SHOWN_CHARACTERS:]}"))
                outcome.counts["ended the process"] += 1
                _join(outcome, run(name, first, last))  # what it had found is lost: once more, as far as it came
                first = last + 1
                continue
            _join(outcome, Outcome(**json.loads(done.stdout)))
            first = end
    return outcome


def _join(outcome: Outcome, found: Outcome) -> None:
    """Add what was found."""
    outcome.counts.update(found.counts)
    outcome.faults += [(number, text) for number, text in found.faults]
    outcome.peak_mb = max(outcome.peak_mb, found.peak_mb)


def _kept(name: str, outcome: Outcome) -> Iterator[str]:
    """Keep the inputs that were faults, and say which they are."""
    folder = os.environ.get("JETA_FUZZ_KEEP")
    with tempfile.TemporaryDirectory() as scratch:
        target = targets(Path(scratch))[name]
    for number, text in outcome.faults:
        if folder:
            Path(folder, f"{name}-{number}{target.suffix}").write_bytes(damaged(target, number))
        yield f"{name} {number}: {text}"


def _tell(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run all, or some targets."""
    if arguments[:1] == ["--child"]:
        name, first, stop, status = arguments[1:]
        _child(name, int(first), int(stop), Path(status))
        return 0
    inputs, start = int(os.environ.get("JETA_FUZZ_INPUTS", "1000")), int(os.environ.get("JETA_FUZZ_FIRST", "0"))
    with tempfile.TemporaryDirectory() as folder:
        names = arguments or list(targets(Path(folder)))
    faults = 0
    for name in names:
        began = time.monotonic()
        outcome = run(name, start, start + inputs)
        counts = ", ".join(f"{rows:,} {what}" for what, rows in sorted(outcome.counts.items()))
        _tell(
            f"{name}: {inputs:,} inputs, {counts}, {len(outcome.faults)} faults; at most {outcome.peak_mb} MB;"
            f" {time.monotonic() - began:.0f} s"
        )
        faults += len(outcome.faults)
        for line in _kept(name, outcome):
            _tell(line)
    return min(faults, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
