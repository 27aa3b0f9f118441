"""From rows as a source gives them to rows as the archive keeps them: kind, type and limits of time. Pure.

Whether an MSID is one of texts or of numbers, the rows already there say, since an entry of the telemetry database that was
added or mended later must not stop deliveries; where there are none, the entry; where there is none, the rows themselves.
The type of numbers is the entry's. A row that does not fit is rejected with a reason, never bent.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.samples import Samples
from jeta.times import TICKS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from jeta.tdb import Entry

_EXACT_INTEGER = 2**53
"""Integers up to here have a float64 of their own."""

EARLIEST_NS, LATEST_NS = -8 * 10**18, 9 * 10**18
"""What the archive can hold in ns in either time system: from 1716 to 2255 for Unix time."""

TOO_EARLY = "time before the earliest of the archive"
TOO_LATE = "time after the latest of the archive"
TEXT_FOR_NUMBER = "text for a numeric MSID"
TEXT_NOT_KEPT = "text beside the number of a numeric MSID: the number is kept; an MSID of states needs type: state"
INEXACT = "integer beyond 2**53 among floats"


@dataclass(frozen=True, slots=True)
class Conformed:
    """Rows fit for the archive, and how many were not.

    Attributes
    ----------
    samples : Samples
        The rows to commit, in the order given.
    rejected : Counter
        Rows left out, by reason.
    notes : Counter
        Rows of which something was not kept, by what.
    """

    samples: Samples
    rejected: Counter[str]
    notes: Counter[str] = field(default_factory=Counter)


def within(samples: Samples, earliest_ns: int, latest_ns: int) -> Conformed:
    """Keep the rows of ``[earliest_ns, latest_ns)``.

    Parameters
    ----------
    samples : Samples
        Any rows.
    earliest_ns, latest_ns : int
        Instants in ns, in the time system of the rows.
    """
    scale = 10**9 // TICKS_PER_SECOND[samples.resolution]
    early = samples.ticks < -(-earliest_ns // scale)
    late = samples.ticks >= -(-latest_ns // scale)
    counts = Counter({TOO_EARLY: int(early.sum()), TOO_LATE: int(late.sum())})
    return _without(samples, early | late, +counts)


def conform(samples: Samples, entry: Entry | None, present: Collection[str]) -> Conformed:
    """Give rows the kind and type of their MSID.

    Parameters
    ----------
    samples : Samples
        Rows as a source gave them.
    entry : Entry or None
        What the telemetry database says of the MSID, if anything.
    present : collection of str
        Types in which the archive holds rows of it: ``"text"`` or numpy's names.

    Returns
    -------
    Conformed
        Text for an MSID of texts or states, else numbers.
    """
    declared_text = entry.is_text if entry is not None else None
    wants_text = samples.is_text if declared_text is None else declared_text
    if "text" in present if present else wants_text:
        return Conformed(_as_text(samples, entry), Counter())
    numbers = _as_numbers(_with_raws(samples, dict(entry.state_codes) if entry is not None else {}))
    typed = _as_present_integers(_as_declared(numbers.samples, entry), present)
    checked = _exact_among(typed, present)
    return Conformed(checked.samples, numbers.rejected + checked.rejected, _texts_not_kept(samples, entry))


def _texts_not_kept(samples: Samples, entry: Entry | None) -> Counter[str]:
    """Count the rows whose number is kept and whose text, which says something else, is not."""
    if samples.texts is None or samples.raws is None or not len(samples):
        return Counter()
    codes = dict(entry.state_codes) if entry is not None else {}
    if entry is not None and entry.calibrations is not None:
        codes = dict(entry.calibrations.state_codes)
    pairs = zip(samples.texts.tolist(), samples.raws.tolist(), strict=True)
    says_more = [bool(text) and not np.isnan(number) and text != _state_text(number, codes) for text, number in pairs]
    return +Counter({TEXT_NOT_KEPT: int(np.array(says_more)[samples.values].sum())})


def _without(samples: Samples, left_out: NDArray[np.bool_], rejected: Counter[str]) -> Conformed:
    """The rows but some."""
    return Conformed(samples.take(~left_out) if left_out.any() else samples, rejected)


def _as_text(samples: Samples, entry: Entry | None) -> Samples:
    """Rows of an MSID of texts; numbers become the text of their state code, or are written out."""
    codes = dict(entry.state_codes) if entry is not None else {}
    if samples.texts is None or samples.raws is None:
        numbers, place = np.unique(samples.values, return_inverse=True)
        texts = [_state_text(number, codes) for number in numbers.tolist()]
        coded = Samples.from_texts(np.arange(len(texts)), "ms", texts, raws=numbers.astype(np.float64))
        return replace(samples, values=coded.values[place], texts=coded.texts, raws=coded.raws)
    blank = samples.texts == ""
    if (entry is not None and entry.type == "text" and not codes) or not (blank & ~np.isnan(samples.raws)).any():
        return _with_raws(samples, codes)
    pairs = zip(samples.texts.tolist(), samples.raws.tolist(), strict=True)
    texts = [text or (_state_text(number, codes) if number == number else "") for text, number in pairs]  # noqa: PLR0124 - NaN
    return _relevelled(samples, texts, samples.raws)


def _with_raws(samples: Samples, codes: dict[int, str]) -> Samples:
    """Give texts that came without a number the one of their state code, so that both kinds of source agree."""
    if samples.texts is None or samples.raws is None or not codes or not np.isnan(samples.raws).any():
        return samples
    numbers = {text: float(code) for code, text in reversed(codes.items())}
    pairs = zip(samples.texts.tolist(), samples.raws.tolist(), strict=True)
    raws = [number if number == number else numbers.get(text, np.nan) for text, number in pairs]  # noqa: PLR0124 - NaN
    return _relevelled(samples, samples.texts.tolist(), np.array(raws))


def _relevelled(samples: Samples, texts: list[str], raws: NDArray[np.float64]) -> Samples:
    """The same rows with other texts and numbers for their levels, equal levels made one."""
    coded = Samples.from_texts(np.arange(len(texts)), "ms", texts, raws=raws)
    return replace(samples, values=coded.values[samples.values], texts=coded.texts, raws=coded.raws)


def _state_text(number: float, codes: dict[int, str]) -> str:
    """The name of a state, or its number written out."""
    if float(number).is_integer():
        return codes.get(int(number), str(int(number)))
    return repr(float(number))


def _as_numbers(samples: Samples) -> Conformed:
    """Rows of a numeric MSID; of texts, the number that came with them or that they spell."""
    if samples.texts is None or samples.raws is None:
        return Conformed(samples, Counter())
    spelt = [_spelt_number(text) for text in samples.texts.tolist()]
    levels = np.where(np.isnan(samples.raws), np.array(spelt, dtype=np.float64), samples.raws)
    hopeless = np.isnan(samples.raws) & np.array([number is None for number in spelt], dtype=np.bool_)
    numeric = replace(samples, values=levels[samples.values], texts=None, raws=None)
    bad = hopeless[samples.values] if len(samples) else np.zeros(0, bool)
    return _without(numeric, bad, +Counter({TEXT_FOR_NUMBER: int(bad.sum())}))


def _spelt_number(text: str) -> float | None:
    """The number that a text spells: NaN where it is blank or says so, None where it spells none."""
    try:
        return float(text or "nan")
    except ValueError:
        return None


def _as_declared(samples: Samples, entry: Entry | None) -> Samples:
    """Rows in the declared type if it holds each value exactly; else as they are, since a wrong entry must not cost data."""
    dtype = None if entry is None else entry.dtype
    values = samples.values
    if dtype is None or dtype == values.dtype or not len(values):
        return samples
    if dtype.kind in "iu" and values.dtype.kind == "f":
        info = np.iinfo(dtype)
        if not bool(np.all((values >= info.min) & (values <= info.max) & (values == np.trunc(values)))):
            return samples
    with np.errstate(all="ignore"):
        cast = values.astype(dtype)
    back = cast.astype(values.dtype)
    same = (back == values) | (np.isnan(values) & np.isnan(back) if values.dtype.kind == "f" else False)
    return replace(samples, values=cast) if bool(np.all(same)) else samples


def _as_present_integers(samples: Samples, present: Collection[str]) -> Samples:
    """64-bit integers with or without sign like those that are there, if they fit: numpy joins the two kinds as floats."""
    values: NDArray[Any] = samples.values
    other = {"<i8": "<u8", "<u8": "<i8"}.get(values.dtype.newbyteorder("<").str)
    if other is None or other not in present or not len(values):
        return samples
    fits = values.min() >= 0 if other == "<u8" else values.max() <= np.iinfo(np.int64).max
    return replace(samples, values=values.astype(np.dtype(other))) if fits else samples


def read_as_floats(*types: str) -> bool:
    """Tell whether values of several numeric types are read as floats, which is so for int64 beside uint64 too.

    Parameters
    ----------
    *types : str
        Names of numpy types; ``"text"`` does not count.
    """
    dtypes = [np.dtype(name) for name in types if name != "text"]
    return bool(dtypes) and np.result_type(*dtypes).kind == "f"


def _exact_among(samples: Samples, present: Collection[str]) -> Conformed:
    """Leave out integers that would not survive beside the values that are there."""
    values: NDArray[Any] = samples.values
    if values.dtype.kind not in "iu" or values.dtype.itemsize < 8 or not read_as_floats(*present, values.dtype.str):
        return Conformed(samples, Counter())
    bad = (values > _EXACT_INTEGER) | (values < -_EXACT_INTEGER if values.dtype.kind == "i" else False)
    return _without(samples, np.asarray(bad, bool), +Counter({INEXACT: int(np.sum(bad))}))
