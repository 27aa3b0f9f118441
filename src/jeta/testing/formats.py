"""The tests that every input format must pass, for those who write one.

It needs pytest and hypothesis. Subclass `FormatTests` in a test module, give the class a name that begins with
``Test``, and say how to make the format, how to write a small file, and what is in it:

::

    class TestMyFormat(FormatTests):
        def make_format(self):
            return MyFormat()

        def write_file(self, folder):
            path = folder / "example.my"
            path.write_bytes(b"...")
            return path

        def expected(self):
            return {"TEMP": Samples(np.array([1000, 2000]), "ms", np.array([20.5, 20.7]))}
"""

from __future__ import annotations

import hashlib
import tempfile
from abc import ABC, abstractmethod
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jeta.errors import FormatError
from jeta.formats import Description, Format, read_share, shares_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jeta.formats import Delivery
    from jeta.samples import Samples

_TICKS_PER_MS = {"ms": 1, "us": 10**3, "ns": 10**6}

STRANGERS = {
    "empty.dat": b"",
    "newline.dat": b"\n",
    "noise.dat": hashlib.shake_256(b"no telemetry").digest(5000),
    "text.txt": b"Dear colleague,\nthe data will follow.\n",
    "other.csv": b"time,value\n2022-01-01,1\n",
    "other.json": b'{"name": "nothing of telemetry", "Data": []}',
    "signature_only.h5": b"\x89HDF\r\n\x1a\n",
    "other.fits": b"SIMPLE  =                    T".ljust(2880),
}
"""Files that are of no format of telemetry, by name."""

_TRUNCATIONS = 25
_EDITS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4), st.integers(0, 4)), max_size=6)


def check_delivery(delivery: Delivery) -> None:
    """Check that a delivery is well-formed, and that every row is accounted for.

    Parameters
    ----------
    delivery : Delivery
        What a reader returned.

    Raises
    ------
    AssertionError
        If it is not; the message says what was found and what was expected.
    """
    kept = sum(len(batch.samples) for batch in delivery.batches)
    left_out = sum(delivery.rejected.values())
    _expect(
        delivery.rows_read == kept + left_out, f"{delivery.rows_read} rows read, but {kept} kept, {left_out} left out"
    )
    keys = [batch.key for batch in delivery.batches]
    _expect(len(set(keys)) == len(keys), f"an MSID has more than one batch: {keys}")
    for counts in (delivery.rejected, delivery.notes):
        _expect(min(counts.values(), default=1) > 0, f"a count is not positive: {counts}")
    _expect(max(delivery.notes.values(), default=0) <= kept, f"of {kept} rows kept, more are noted: {delivery.notes}")
    for batch in delivery.batches:
        _expect(isinstance(batch.key, (str, int)) and batch.key != "", f"the key {batch.key!r} is no name or number")
        check_samples(batch.samples)


def check_shares(reader: Format, path: Path, shares: int) -> None:
    """Check that a file read in shares gives what it gives as a whole.

    Parameters
    ----------
    reader : Format
        One that obeys `SharedFormat`.
    path : Path
        A file of this format.
    shares : int
        Into how many shares to divide it, at least 1.

    Raises
    ------
    AssertionError
        If it does not: an MSID is in two shares, or rows differ, are lost, or are counted twice.
    """
    whole = reader.read(path)
    parts = [read_share(reader, path, share, shares) for share in range(shares)]
    for part in parts:
        check_delivery(part)
    rows_read = sum(part.rows_read for part in parts)
    _expect(rows_read == whole.rows_read, f"{shares} shares have {rows_read} rows, the file has {whole.rows_read}")
    for name in ("rejected", "notes"):
        found: Counter[Any] = sum((getattr(part, name) for part in parts), Counter())
        _expect(found == getattr(whole, name), f"{shares} shares have {name} {found}, the file {getattr(whole, name)}")
    keys = [batch.key for part in parts for batch in part.batches]
    _expect(len(set(keys)) == len(keys), f"an MSID is in more than one of {shares} shares: {keys}")
    strays = [number for number, part in enumerate(parts) if any(key is None for key, _ in part.rejected)]
    _expect(
        strays in ([], [0]), f"rows that belong to no MSID are counted in shares {strays}, expected in share 0 only"
    )
    found_samples = {batch.key: batch.samples for part in parts for batch in part.batches}
    _expect(set(found_samples) == {batch.key for batch in whole.batches}, f"{shares} shares have MSIDs {keys}")
    for batch in whole.batches:
        _expect(
            same_samples(found_samples[batch.key], batch.samples), f"{batch.key} differs if read in {shares} shares"
        )


def check_samples(samples: Samples) -> None:
    """Check that samples are well-formed: types, lengths, and codes within the levels.

    Parameters
    ----------
    samples : Samples
        At least one row, all columns of shape (rows,).

    Raises
    ------
    AssertionError
        If they are not; the message says what was found and what was expected.
    """
    rows = len(samples)
    _expect(rows > 0, "a batch has no rows; expected no batch for an MSID without rows")
    _expect(samples.ticks.dtype == np.int64, f"ticks are {samples.ticks.dtype}, expected int64")
    _expect(samples.resolution in _TICKS_PER_MS, f"the resolution is {samples.resolution!r}, expected ms, us or ns")
    columns = {"ticks": None, "values": None, "quality": np.uint8, "alarm": np.int16}
    for name, dtype in columns.items():
        column = getattr(samples, name)
        if column is not None:
            _expect(column.shape == (rows,), f"{name} has shape {column.shape}, expected ({rows},)")
            _expect(dtype is None or column.dtype == dtype, f"{name} is {column.dtype}, expected {dtype}")
    kind = samples.values.dtype.kind
    if samples.texts is None:
        _expect(kind in "iufb" and samples.raws is None, f"values without texts are {samples.values.dtype}")
        _expect(samples.values.dtype.isnative, "values are not in the byte order of this machine")
        return
    levels = len(samples.texts)
    _expect(kind == "u" and int(samples.values.max()) < levels, f"codes are {samples.values.dtype} for {levels} levels")
    _expect(samples.raws is not None and len(samples.raws) == levels, f"raws are not one for each of {levels} levels")
    trailing = [text for text in samples.texts.tolist() if text != text.rstrip()]
    _expect(not trailing, f"texts have trailing blanks: {trailing}")


def same_samples(one: Samples, other: Samples) -> bool:
    """Tell whether samples are equal in every respect that a user can see; NaN equals NaN.

    Parameters
    ----------
    one, other : Samples
        Any samples, arrays of shape (rows,). Texts are compared as texts, with the numbers behind them, however they
        are coded.
    """
    if (one.resolution, one.is_text, len(one)) != (other.resolution, other.is_text, len(other)):
        return False
    pairs: list[tuple[Any, Any]] = [(one.ticks, other.ticks), (one.alarm, other.alarm), (one.quality, other.quality)]
    if one.raws is not None and other.raws is not None:
        pairs += [(one.decoded(), other.decoded()), (one.raws[one.values], other.raws[other.values])]
    else:
        pairs += [(one.values.dtype, other.values.dtype), (one.values, other.values)]
    return all(_same(first, second) for first, second in pairs)


class FormatTests(ABC):
    """The suite; see the module for how to use it."""

    @abstractmethod
    def make_format(self) -> Format:
        """Make the format."""

    @abstractmethod
    def write_file(self, folder: Path) -> Path:
        """Write a small valid file.

        Parameters
        ----------
        folder : Path
            Where to write it; it exists.

        Returns
        -------
        Path
            The file. It must be the same, name included, whenever it is written.
        """

    @abstractmethod
    def expected(self) -> Mapping[str | int, Samples]:
        """Return what is in that file: the samples of each MSID, in the order of the file."""

    def strangers(self) -> Mapping[str, bytes]:
        """Return files that are not of this format, by name; a subclass may add more."""
        return STRANGERS

    @pytest.fixture
    def fmt(self) -> Format:
        """Make the format."""
        return self.make_format()

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """Write a valid file."""
        return self.write_file(tmp_path)

    def test_obeys_the_protocol(self, fmt: Format) -> None:
        """It has a name of one word, and all methods."""
        _expect(isinstance(fmt, Format), f"{type(fmt).__name__} lacks one of name, identify, describe, read")
        _expect(fmt.name.isidentifier(), f"the name {fmt.name!r} is not one word of letters, digits and underscores")

    def test_identifies_its_own(self, fmt: Format, path: Path) -> None:
        """A valid file is identified, whether its path is given as a text or as a Path."""
        _expect(fmt.identify(path), f"{path.name} is not identified")
        _expect(fmt.identify(str(path)), f"{path.name}, given as a text, is not identified")

    def test_identifies_content_not_name(self, fmt: Format, path: Path) -> None:
        """The suffix of the file's name does not matter."""
        renamed = path.rename(path.with_name("renamed.bin"))
        _expect(fmt.identify(renamed), f"{path.name} is not identified when its name is {renamed.name}")

    def test_refuses_strangers(self, fmt: Format, tmp_path: Path) -> None:
        """Nothing else is identified, and reading it is a FormatError."""
        for name, content in self.strangers().items():
            stranger = tmp_path / name
            stranger.write_bytes(content)
            _expect(not fmt.identify(stranger), f"{name} is taken for {fmt.name}")
            for method in (fmt.read, fmt.describe):
                with pytest.raises(FormatError, match=name):
                    method(stranger)

    def test_refuses_a_directory(self, fmt: Format, tmp_path: Path) -> None:
        """A directory is not identified, and reading it is an error."""
        _expect(not fmt.identify(tmp_path), "a directory is identified")
        for method in (fmt.read, fmt.describe):
            with pytest.raises((FormatError, OSError)):
                method(tmp_path)

    def test_missing_file(self, fmt: Format, tmp_path: Path) -> None:
        """A file that is not there is an OSError, whatever is asked."""
        for method in (fmt.identify, fmt.describe, fmt.read):
            with pytest.raises(FileNotFoundError):
                method(tmp_path / "missing")

    def test_reads_what_was_written(self, fmt: Format, path: Path) -> None:
        """Every MSID has the rows that were written, in their order."""
        found = {batch.key: batch.samples for batch in fmt.read(path).batches}
        expected = self.expected()
        _expect(set(found) == set(expected), f"MSIDs {sorted(map(str, found))}, expected {sorted(map(str, expected))}")
        for key, samples in expected.items():
            _expect(same_samples(found[key], samples), f"{key}: found {found[key]}, expected {samples}")

    def test_accounts_for_every_row(self, fmt: Format, path: Path) -> None:
        """Rows are in a batch or counted as rejected; what is returned is well-formed and names file and format."""
        delivery = fmt.read(path)
        check_delivery(delivery)
        _expect(delivery.path == path, f"the path is {delivery.path}, expected {path}")
        _expect(delivery.format == fmt.name, f"the format is {delivery.format}, expected {fmt.name}")

    def test_reads_the_same_twice(self, fmt: Format, path: Path) -> None:
        """Reading leaves nothing behind that changes the next reading."""
        _expect(_same_delivery(fmt.read(path), fmt.read(str(path))), "the second reading differs from the first")

    def test_shares_are_the_whole(self, fmt: Format, path: Path) -> None:
        """Read in shares, if it can, a file gives the same rows, and counts the same."""
        rows = fmt.read(path).rows_read
        _expect(shares_of(fmt, path, 1_000_000) == 1, f"{path.name} has {rows} rows, but these are no single share")
        if shares_of(fmt, path, 1) == 1:
            return
        for shares in (1, 2, 3, 7):
            check_shares(fmt, path, shares)

    def test_describes_what_it_reads(self, fmt: Format, path: Path) -> None:
        """What the description tells agrees with the rows."""
        told, delivery = fmt.describe(path), fmt.read(path)
        _expect((told.path, told.format) == (path, fmt.name), f"described as {told.format} {told.path}")
        for name, actual in _facts(delivery).items():
            value = getattr(told, name)
            _expect(value is None or value in ((), actual), f"{name} is told to be {value}, but is {actual}")

    def test_leaves_the_file_as_it_is(self, fmt: Format, path: Path) -> None:
        """Content, time of change and neighbourhood of the file stay."""
        before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(path.parent.iterdir()))
        fmt.identify(path)
        fmt.describe(path)
        fmt.read(path)
        after = (path.read_bytes(), path.stat().st_mtime_ns, sorted(path.parent.iterdir()))
        _expect(before == after, f"{path.name} or its folder was changed by reading")

    def test_cut_short(self, fmt: Format, path: Path) -> None:
        """A file that was cut gives an error that names it, or the rows that are left."""
        content = path.read_bytes()
        for size in {len(content) * part // _TRUNCATIONS for part in range(_TRUNCATIONS)} | {len(content) - 1}:
            path.write_bytes(content[:size])
            _survives(fmt, path)

    @settings(
        max_examples=100,
        deadline=None,
        derandomize=True,  # the same damage each time, so that what fails once can be looked into
        suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
    )
    @given(edits=_EDITS)
    def test_damaged(self, edits: list[tuple[float, bytes, int]]) -> None:
        """A file with changed, missing or added bytes gives an error that names it, or rows that are well-formed."""
        with tempfile.TemporaryDirectory() as folder:
            path = self.write_file(Path(folder))
            content = bytearray(path.read_bytes())
            for place, added, removed in edits:
                start = int(place * len(content))
                content[start : start + removed] = added
            path.write_bytes(content)
            _survives(self.make_format(), path)


def _survives(fmt: Format, path: Path) -> None:
    """Check that a damaged file is read, described and identified without any error but those that are announced."""
    fmt.identify(path)
    try:
        _expect(isinstance(fmt.describe(path), Description), "describe returned no Description")
        check_delivery(fmt.read(path))
    except FormatError as err:
        _expect(path.name in str(err), f"the message does not name the file: {err}")


def _facts(delivery: Delivery) -> dict[str, Any]:
    """Return what a description may tell, worked out from the rows."""
    ms = [batch.samples.ticks // _TICKS_PER_MS[batch.samples.resolution] for batch in delivery.batches]
    return {
        "rows": delivery.rows_read,
        "first": min((int(ticks.min()) for ticks in ms), default=None),
        "last": max((int(ticks.max()) for ticks in ms), default=None),
        "keys": tuple(batch.key for batch in delivery.batches),
    }


def _same_delivery(one: Delivery, other: Delivery) -> bool:
    """Tell whether deliveries are equal."""
    return (
        (one.path, one.format, one.rows_read, one.rejected, one.notes)
        == (other.path, other.format, other.rows_read, other.rejected, other.notes)
        and [batch.key for batch in one.batches] == [batch.key for batch in other.batches]
        and all(same_samples(a.samples, b.samples) for a, b in zip(one.batches, other.batches, strict=True))
    )


def _same(one: Any, other: Any) -> bool:
    """Tell whether two arrays, or None, are equal; NaN equals NaN."""
    if one is None or other is None:
        return one is other
    if isinstance(one, np.dtype):
        return bool(one == other)
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f" and other.dtype.kind == "f")


def _expect(holds: Any, otherwise: str) -> None:
    """Fail a test with a sentence; a plain assert would vanish under ``python -O``."""
    if not holds:
        raise AssertionError(f"the format fails its conformance tests: {otherwise}")
