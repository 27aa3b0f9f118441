"""What the telemetry database and the archive say of an MSID before rows are added to it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from jeta.update.conform import INEXACT, Conformed, read_as_floats

if TYPE_CHECKING:
    from jeta.archive import Writer
    from jeta.tdb import Entry, Tdb

_EXACT_INTEGER = 2**53


def declared(writer: Writer, msid: str, tdb: Tdb | None = None) -> tuple[Entry | None, set[str]]:
    """Return the MSID's entry, if it has one, and the types in which the archive holds rows of it."""
    entries = writer.reader.tdb() if tdb is None else tdb
    return entries.get(msid), writer.reader.value_types(msid)


def reject_unless_exact(writer: Writer, msid: str, conformed: Conformed) -> Conformed:
    """Reject values for an MSID whose integers would not survive beside them.

    From then on its values are read as float64. That is rare, and happens once to an MSID, so all its rows are looked at.
    """
    types = writer.reader.value_types(msid)
    samples = conformed.samples
    if samples.is_text or not len(samples) or not types & {"<i8", "<u8"}:
        return conformed
    span = writer.reader.span_ns(msid)
    if read_as_floats(*types) or not read_as_floats(*types, samples.values.dtype.str) or span is None:
        return conformed
    values = writer.reader.read_samples(msid, *span).values
    if int(values.max()) <= _EXACT_INTEGER and int(values.min()) >= -_EXACT_INTEGER:
        return conformed
    return Conformed(samples.take(slice(0, 0)), conformed.rejected + Counter({INEXACT: len(samples)}), conformed.notes)
