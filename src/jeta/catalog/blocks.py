"""What became of the rows of some MSIDs in one file, as columns of JSON: small, and read by the hundreds."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.catalog.records import MAX_NAME, MsidCounts, is_counts, is_whole, joined, plain_counts, storable
from jeta.errors import ValuesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_SPANS = 10_000
"""Most stretches that are kept of one MSID in one file; if there are more, those with the least time between them become one."""

MAX_BYTES = 2**26
"""Most bytes of a block that is read; a whole one has a hundredth of that."""

_NUMBERS = ("read", "stored", "duplicate", "replaced", "spans", "starts", "lengths")
_COUNTS = _NUMBERS[:4]
_ITEMS = 384
"""Names and stretches of a block, about: more make the file smaller, fewer make one MSID quicker to find."""

_UNITS_NS = (10**9, 10**6, 10**3, 1)
"""What instants may be counted in, so that they are short."""


@dataclass(slots=True)
class Block:
    """Counts of some MSIDs, one item an MSID in each list.

    Attributes
    ----------
    msids : list of str
        Names, sorted.
    read, stored, duplicate, replaced : list of int
        Rows.
    spans : list of int
        How many stretches each has.
    starts, lengths : list of int
        First instant of each stretch and how much later its last one is, ns; MSID after MSID.
    rejected : dict of int to dict
        Rows by reason, of those MSIDs that have some, by their place in `msids`.
    """

    msids: list[str] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    stored: list[int] = field(default_factory=list)
    duplicate: list[int] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)
    spans: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    rejected: dict[int, dict[str, int]] = field(default_factory=dict)

    def add(self, counts: MsidCounts) -> None:
        """Add one MSID, whose name comes after those that are there."""
        if counts.rejected:
            self.rejected[len(self.msids)] = plain_counts(counts.rejected)
        self.msids.append(counts.msid)
        for name in _COUNTS:
            getattr(self, name).append(int(getattr(counts, name)))
        spans = _few(counts.spans_ns)
        self.spans.append(len(spans))
        self.starts += [int(first) for first, _ in spans]
        self.lengths += [int(last) - int(first) for first, last in spans]

    @property
    def items(self) -> int:
        """About how large it is."""
        return len(self.msids) + len(self.starts) + sum(map(len, self.rejected.values()))

    def counts(self) -> Iterator[MsidCounts]:
        """Give what it holds, MSID by MSID."""
        ends = list(accumulate(self.spans))
        for at in range(len(self.msids)):
            yield self._counts(at, ends[at])

    def find(self, msid: str) -> MsidCounts | None:
        """Return the counts of one MSID, None if it is not here."""
        if msid not in self.msids:
            return None
        at = self.msids.index(msid)
        return self._counts(at, sum(self.spans[: at + 1]))

    def _counts(self, at: int, end: int) -> MsidCounts:
        """The counts of one MSID, whose stretches end at a place."""
        part = slice(end - self.spans[at], end)
        spans = tuple((first, first + more) for first, more in zip(self.starts[part], self.lengths[part], strict=True))
        numbers = {name: getattr(self, name)[at] for name in _COUNTS}
        return MsidCounts(self.msids[at], **numbers, rejected=self.rejected.get(at, {}), spans_ns=spans)

    def extents(self) -> Iterator[tuple[int, int] | None]:
        """Give first and last instant of the rows stored of each MSID, None where there are none."""
        end = 0
        for count in self.spans:
            start, end = end, end + count
            yield None if not count else (self.starts[start], self.starts[end - 1] + self.lengths[end - 1])


def blocks_of(msids: Iterable[MsidCounts]) -> Iterator[Block]:
    """Give counts in blocks of some hundred, sorted by name.

    Raises
    ------
    ValuesError
        If a number cannot be stored, or stretches run backwards.
    """
    found: dict[str, MsidCounts] = {}
    for counts in msids:
        name = storable(counts.msid, MAX_NAME)
        plain = counts if name == counts.msid else MsidCounts(name, *_rest(counts))
        found[name] = joined(found[name], plain) if name in found else plain
    block = Block()
    for name in sorted(found):
        block.add(found[name])
        if block.items >= _ITEMS:
            yield _checked(block)
            block = Block()
    if block.msids:
        yield _checked(block)


def _rest(counts: MsidCounts) -> tuple[Any, ...]:
    """All but the name."""
    return tuple(getattr(counts, name) for name in (*_COUNTS, "rejected", "spans_ns"))


def _few(spans: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Stretches, at most `MAX_SPANS` of them: the widest gaps stay."""
    if len(spans) <= MAX_SPANS:
        return list(spans)
    edges = np.array(spans, np.int64)
    cuts = np.sort(np.argsort(edges[1:, 0] - edges[:-1, 1])[-(MAX_SPANS - 1) :]) + 1
    firsts, lasts = edges[np.r_[0, cuts], 0], edges[np.r_[cuts - 1, len(edges) - 1], 1]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def _checked(block: Block) -> Block:
    """The block, if it is one."""
    columns = {name: getattr(block, name) for name in _NUMBERS}
    if any(set(map(type, column)) - {int} for column in columns.values()):
        raise ValuesError("it has counts that are no whole numbers")
    if any(min(columns[name], default=0) < 0 for name in _NUMBERS if name != "starts"):
        raise ValuesError("it has counts below 0, or stretches that run backwards")
    if {len(columns[name]) for name in (*_COUNTS, "spans")} != {len(block.msids)}:
        raise ValuesError("its columns are not of one length")
    if not sum(block.spans) == len(block.starts) == len(block.lengths):
        raise ValuesError("its stretches are not as many as it says")
    lasts = [first + more for first, more in zip(block.starts, block.lengths, strict=True)]
    edges = (min(block.starts, default=0), max(lasts, default=0), *(max(columns[name]) for name in _COUNTS))
    if not all(map(is_whole, edges)):
        raise ValuesError("it has numbers beyond what an int64 holds")
    return block


def pack(block: Block, base_ns: int) -> bytes:
    """Return a block as compressed JSON; instants count from `base_ns`, which makes them short."""
    content: dict[str, Any] = {name: getattr(block, name) for name in ("msids", *_NUMBERS)}
    starts = [start - base_ns for start in block.starts]
    unit = next(each for each in _UNITS_NS if not any(n % each for n in (*starts, *block.lengths)))
    content |= {"unit": unit, "starts": [n // unit for n in starts], "lengths": [n // unit for n in block.lengths]}
    content["rejected"] = {str(at): reasons for at, reasons in block.rejected.items()}
    return gzip.compress(json.dumps(content, separators=(",", ":")).encode(), 6, mtime=0)


def unpack(data: bytes, base_ns: int) -> Block:
    """Return the block that compressed JSON holds.

    Raises
    ------
    ValueError
        If it holds something else, or would be larger than any block is.
    """
    content = json.loads(_inflated(data))
    if not isinstance(content, dict) or set(content) != {"msids", *_NUMBERS, "rejected", "unit"}:
        raise ValuesError("it is no block of counts")
    columns = {name: content[name] for name in ("msids", *_NUMBERS)}
    if not all(isinstance(each, list) for each in columns.values()) or set(map(type, columns["msids"])) - {str}:
        raise ValuesError("its columns are not lists, or its names no texts")
    rejected = content["rejected"]
    if not (isinstance(rejected, dict) and all(map(is_counts, rejected.values()))):
        raise ValuesError("its reasons are no counts")
    block = Block(**columns, rejected={int(at): reasons for at, reasons in rejected.items()})
    unit = content["unit"]
    if unit not in _UNITS_NS or set(map(type, block.starts + block.lengths)) - {int}:
        raise ValuesError("its instants are no whole numbers")
    block.starts = [start * unit + base_ns for start in block.starts]
    block.lengths = [length * unit for length in block.lengths]
    return _checked(block)


def _inflated(data: bytes) -> bytes:
    """What gzip has compressed; no more than `MAX_BYTES`, whatever it claims."""
    engine = zlib.decompressobj(wbits=31)
    try:
        plain = engine.decompress(data, MAX_BYTES)
    except zlib.error as err:
        raise ValuesError(f"it cannot be decompressed: {err}") from err
    if not engine.eof or engine.unused_data:
        raise ValuesError(f"it does not end where it should, or has more than {MAX_BYTES} bytes")
    return plain
