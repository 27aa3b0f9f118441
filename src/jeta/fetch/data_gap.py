"""Cutting a hole into what was fetched: how a script is tried on telemetry with a gap, without having such telemetry."""

from __future__ import annotations

import argparse
import shlex
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NoReturn

from jeta import settings
from jeta.errors import TimeFormatError, ValuesError
from jeta.fetch.query import now_s, one_instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jeta.fetch.series import Series

_DEFAULT_START_S, _DEFAULT_STOP_S = -30000.0, -3000.0


class _Parser(argparse.ArgumentParser):
    """A parser that raises instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise ValuesError(f"data gap specification: {message}; expected {self.format_usage().strip()}")


def get_data_gap_spec_parser() -> argparse.ArgumentParser:
    """Return the parser of data gap specifications.

    Returns
    -------
    argparse.ArgumentParser
        With the options ``--include GLOB`` and ``--exclude GLOB``, each any number of times, ``--start`` and ``--stop``. Its
        errors are of the kind `ValueError`.
    """
    parser = _Parser(prog="", add_help=False)
    parser.add_argument(
        "--include", action="append", default=[], metavar="GLOB", help="MSIDs that have the gap; all by default"
    )
    parser.add_argument("--exclude", action="append", default=[], metavar="GLOB", help="MSIDs that do not")
    parser.add_argument("--start", default=_DEFAULT_START_S, help="a time, or seconds before now as a negative number")
    parser.add_argument("--stop", default=_DEFAULT_STOP_S, help="likewise; itself outside of the gap")
    return parser


def msid_matches_data_gap_spec(msid: str, includes: Iterable[str], excludes: Iterable[str]) -> bool:
    """Tell whether an MSID has the gap.

    Parameters
    ----------
    msid : str
        Its name, in any case.
    includes, excludes : iterable of str
        Patterns, in any case; no `includes` at all are all MSIDs.

    Examples
    --------
    >>> msid_matches_data_gap_spec("aopcadmd", ["AO*"], ["*md"])
    False
    """
    name = msid.upper()
    if any(fnmatchcase(name, pattern.upper()) for pattern in excludes):
        return False
    patterns = list(includes)
    return not patterns or any(fnmatchcase(name, pattern.upper()) for pattern in patterns)


def create_msid_data_gap(msid_obj: Series, data_gap_spec: str) -> None:
    """Cut the samples of a span out of an object, in place.

    Parameters
    ----------
    msid_obj : MSID
        The object.
    data_gap_spec : str
        See `get_data_gap_spec_parser`; ``start <= t < stop`` is cut. Numbers below 0 are seconds before now.

    Raises
    ------
    ValuesError, TimeFormatError
        If the specification cannot be understood; also a `ValueError`.

    Examples
    --------
    ::

        fetch.create_msid_data_gap(dat, "--include SA_* --start 2022:143:01:00:00 --stop 2022:143:02:00:00")
    """
    if not isinstance(data_gap_spec, str):
        raise ValuesError(f"a data gap specification must be a text such as '--include X*', but is {data_gap_spec!r}")
    # A value that begins with a minus sign looks like an option to argparse.
    words = _joined(shlex.split(data_gap_spec))
    spec = get_data_gap_spec_parser().parse_args(words)
    if not msid_matches_data_gap_spec(msid_obj.MSID, spec.include, spec.exclude):
        return
    start, stop = (_seconds(value, msid_obj.time_system) for value in (spec.start, spec.stop))
    msid_obj.take(~((msid_obj.times >= start) & (msid_obj.times < stop)))


def _joined(words: list[str]) -> list[str]:
    """Words of a specification, with the value of each time option behind an equals sign."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in ("--start", "--stop"):
            joined[-1] += "=" + word
        else:
            joined.append(word)
    return joined


def _seconds(value: float | str, system: str) -> float:
    """Seconds of an end of the gap."""
    try:
        number = float(value)
    except ValueError:
        return one_instant(value, system)
    if number < 0:
        return now_s(system) + number
    if isinstance(value, str) and "." in value:
        return _greta_or_seconds(value, number, system)
    return number


def _greta_or_seconds(value: str, number: float, system: str) -> float:
    """Seconds of a text that is a number with a point: ``YYYYDDD.hhmmss`` if it can be that."""
    try:
        return one_instant(value, system)
    except TimeFormatError:
        return number


def cut_as_environment_says(series: Series) -> None:
    """Cut out of a freshly fetched object what the environment's ``CHETA_FETCH_DATA_GAP`` says."""
    spec = settings.from_environment().data_gap
    if spec is not None:
        create_msid_data_gap(series, spec)
