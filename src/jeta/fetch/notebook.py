"""What a notebook shows of an MSID or of a set: a small picture and a few numbers."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta import sketch
from jeta.fetch.holding import is_held
from jeta.fetch.summary import Summary, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jeta.fetch.msid import MSID
    from jeta.fetch.series import Series

_POINTS = 2 * sketch.WIDTH_PX
_SHOWN_MEMBERS = 20
_SHOWN_STATES = 6


def msid_html(series: Series) -> str:
    """Return an MSID as HTML.

    Parameters
    ----------
    series : MSID
        The object.

    Returns
    -------
    str
        A ``<div>`` with name, description, picture and a table; every text of the telemetry is escaped.
    """
    about = "" if series.entry is None else series.entry.description
    stat = "" if series.stat is None else f" ({series.stat})"
    rows: dict[str, str] = {
        "start": series.datestart,
        "stop": series.datestop,
        "samples" if series.stat is None else "bins": f"{len(series):,}",
    }
    sums = summary(series, percentiles=())
    if sums.bad:
        rows["bad"] = f"{sums.bad:,}"
    rows["values"] = _values(sums, series.unit)
    cells = "".join(f"<tr><th>{name}</th><td>{escape(text)}</td></tr>" for name, text in rows.items() if text)
    return (
        f"<div><strong>{escape(series.MSID)}</strong>{escape(stat)} {escape(about)}<br>{_picture(series)}"
        f"<table>{cells}</table></div>"
    )


def set_html(members: Mapping[str, MSID], name: str) -> str:
    """Return a set of MSIDs as HTML.

    Parameters
    ----------
    members : mapping of str to MSID
        The set.
    name : str
        Name of its class.

    Returns
    -------
    str
        A ``<div>`` with a table, a line with a picture for each MSID.
    """
    shown = list(members.values())[:_SHOWN_MEMBERS]
    spans = list(dict.fromkeys(f"{member.datestart} to {member.datestop}" for member in shown))
    head = f"<strong>{escape(name)}</strong> of {len(members)}" + (f", {escape(spans[0])}" if len(spans) == 1 else "")
    lines = [
        (member.MSID, f"{len(member):,}", _values(summary(member, percentiles=()), member.unit)) for member in shown
    ]
    rows = "".join(
        f"<tr>{_cells(line)}<td>{_picture(member)}</td></tr>" for line, member in zip(lines, shown, strict=True)
    )
    rest = len(members) - len(shown)
    more = f"<p>and {rest} more</p>" if rest else ""
    columns = "".join(f"<th>{title}</th>" for title in ("MSID", "rows", "values", ""))
    return f"<div>{head}<table><tr>{columns}</tr>{rows}</table>{more}</div>"


def _cells(texts: Iterable[str]) -> str:
    """Cells of a table."""
    return "".join(f"<td>{escape(text)}</td>" for text in texts)


def _values(sums: Summary, unit: str | None) -> str:
    """The values in words."""
    if sums.states:
        shares = [f"{state or '(empty)'} {share:.1%}" for state, share in list(sums.states.items())[:_SHOWN_STATES]]
        rest = len(sums.states) - _SHOWN_STATES
        return ", ".join(shares + ([f"{rest} more"] if rest > 0 else []))
    if not sums.numbers:
        return ""
    lowest, highest, mean = (f"{sums.numbers[name]:.6g}" for name in ("min", "max", "mean"))
    return f"{lowest} to {highest}{'' if unit is None else f' {unit}'}, mean {mean}"


def _picture(series: Series) -> str:
    """The samples as a small picture; nothing where there is nothing to draw."""
    if not _can_be_drawn(series):
        return ""
    few: Any = series.reduce(_POINTS)
    if few.bads is not None:
        few.filter_bad()
    if len(few) == 0:
        return ""
    span = float(few.times[0]), float(few.times[-1])
    if series.dtype.kind == "U":
        return sketch.line(few.times, _levels(few), span, steps=True)
    band = (few.mins, few.maxes) if "mins" in few.colnames else None
    return sketch.line(few.times, few.vals, span, steps=is_held(series), band=band)


def _can_be_drawn(series: Series) -> bool:
    """Whether there are samples, each with seconds and with a text, a truth value or one number."""
    if len(series) == 0 or series.time_format is not None or np.ndim(series.times) != 1:
        return False
    kind = series.dtype.kind
    return kind == "U" or (kind in "biuf" and np.shape(series.vals) == (len(series),))


def _levels(series: Series) -> Any:
    """States as numbers: their raw counts where all have one."""
    raw = series.raw_vals
    if raw is not None and (raw >= 0).all():
        return raw
    return np.unique(series.vals, return_inverse=True)[1]
