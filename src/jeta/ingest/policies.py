"""The rules that decide what becomes of a file: accept it and report, hold it back, or reject it.

==========  ==========================================================  ============================================
rule        what breaks it                                              what ``accept`` means
==========  ==========================================================  ============================================
origin      a data origin that does not contain the expected word       the file is taken, with a note
duration    a file from whose first to last instant it is so long       the same
future      a file that ends this far after now, or later               the same
gap         more than so long between a file and those before it        the same
apid        rows of packet types that are not to be archived            the rows are stored, and counted in a note
epoch       rows outside of the mission                                 the rows are stored, and counted in a note
==========  ==========================================================  ============================================

``hold`` leaves the whole file in the staging folder and says why. ``reject`` moves the whole file away for the first four;
for rows (apid, epoch) it leaves the rows out, counted, and takes the others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from jeta.formats.rejection import foreign_origin
from jeta.ingest.words import date_of, spoken
from jeta.update.conform import TOO_EARLY, TOO_LATE

if TYPE_CHECKING:
    from collections.abc import Mapping

ACTIONS = ("accept", "hold", "reject")
"""What a rule does, the mildest first."""

_EXCLUDED_APID = re.compile(r"apid -?\d+ is excluded")
_FOREIGN_ORIGIN = foreign_origin("")
_LOWEST_APID = -(2**15)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says of one file.

    Attributes
    ----------
    action : {'accept', 'hold', 'reject'}
        What is to be done with it.
    reason : str
        Why, with the value at fault and the rule.
    rule : str
        Name of the rule.
    """

    action: str
    reason: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Files must come from the spacecraft.

    Attributes
    ----------
    action : {'accept', 'hold', 'reject'}
        What becomes of the others.
    expected : str
        What the data origin contains. A file that tells no origin is not judged.
    """

    action: str = "reject"
    expected: str = "OBSERVATORY"


@dataclass(frozen=True, slots=True)
class Duration:
    """Files must not last too long.

    Attributes
    ----------
    action : {'accept', 'hold', 'reject'}
        What becomes of the others.
    longest_s : float
        From first to last instant a file must last less than this.
    """

    action: str = "accept"
    longest_s: float = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class Future:
    """Files must not come from the future.

    Attributes
    ----------
    action : {'accept', 'hold', 'reject'}
        What becomes of the others.
    ahead_s : float
        The last instant must be before now and this.
    """

    action: str = "accept"
    ahead_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Gap:
    """Files must follow on what is there.

    Attributes
    ----------
    action : {'accept', 'hold', 'reject'}
        What becomes of files that begin more than `longest_s` after all that is there and all files before.
    longest_s : float
        The longest gap that is none.
    """

    action: str = "accept"
    longest_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Apid:
    """Packet types whose rows are not to be archived.

    Attributes
    ----------
    action : {'accept', 'hold', 'reject'}
        What becomes of the rows, or of the file that has any.
    excluded : tuple of int
        The packet types.
    least : int or None
        Packet types below this are excluded too.
    """

    action: str = "reject"
    excluded: tuple[int, ...] = (712,)
    least: int | None = None

    def all_excluded(self) -> tuple[int, ...]:
        """Every packet type that is excluded; they are 16-bit numbers."""
        below = () if self.least is None else range(_LOWEST_APID, self.least)
        return (*self.excluded, *below)


@dataclass(frozen=True, slots=True)
class Epoch:
    """Rows must be of the mission.

    Attributes
    ----------
    action : {'accept', 'hold', 'reject'}
        What becomes of rows outside of ``[earliest, latest)``, or of the file that has any.
    earliest, latest : str or None
        UTC, in any form that `jeta.times` reads; None for the limit of the archive, which holds in any case.
    """

    action: str = "reject"
    earliest: str | None = None
    latest: str | None = None


@dataclass(frozen=True, slots=True)
class Policies:
    """All rules together.

    Attributes
    ----------
    origin, duration, future, gap, apid, epoch
        The rules, see this module.

    Examples
    --------
    >>> PRESETS["jeta1"].duration
    Duration(action='hold', longest_s=14400.0)
    """

    origin: Origin = field(default_factory=Origin)
    duration: Duration = field(default_factory=Duration)
    future: Future = field(default_factory=Future)
    gap: Gap = field(default_factory=Gap)
    apid: Apid = field(default_factory=Apid)
    epoch: Epoch = field(default_factory=Epoch)

    def reader_options(self) -> dict[str, Any]:
        """Return the keywords with which `jeta.formats.fos_hdf5.FosHdf5` reads files as the rules want it."""
        apids = self.apid.all_excluded()
        are_kept = self.apid.action == "accept"
        return {
            "excluded_apids": () if are_kept else apids,
            "noted_apids": apids if are_kept else (),
            "keep_foreign": self.origin.action == "accept",
            "own_origin": self.origin.expected,
        }

    @property
    def may_hold_rows(self) -> bool:
        """Whether a file may be held back for the sake of some of its rows."""
        return "hold" in (self.apid.action, self.epoch.action)

    def limits(self) -> tuple[str | None, str | None]:
        """Return from when and before when rows are taken, UTC; None for the archive's own limit."""
        return (None, None) if self.epoch.action == "accept" else (self.epoch.earliest, self.epoch.latest)

    def noted_limits(self) -> tuple[str | None, str | None]:
        """Return the limits outside of which rows are stored all the same, and counted in a note."""
        return (self.epoch.earliest, self.epoch.latest) if self.epoch.action == "accept" else (None, None)

    def before_reading(
        self, origin: str | None, first_s: float | None, last_s: float | None, now_s: float
    ) -> tuple[Verdict, ...]:
        """Judge a file by what can be told without reading its rows: origin, duration, future.

        Parameters
        ----------
        origin : str or None
            Its data origin; None or empty where it tells none.
        first_s, last_s : float or None
            Its first and last instant, Unix seconds; None where they are not known.
        now_s : float
            The time now, Unix seconds.

        Returns
        -------
        tuple of Verdict
            One for each rule that the file breaks.
        """
        found = []
        if origin and self.origin.expected not in origin:
            reason = f"{foreign_origin(origin)}: expected one with {self.origin.expected}"
            found.append(Verdict(self.origin.action, reason, "origin"))
        return (*found, *self._judged_span(first_s, last_s, now_s))

    def after_reading(
        self,
        rejected: Mapping[str, int],
        *,
        first_s: float | None = None,
        last_s: float | None = None,
        now_s: float | None = None,
    ) -> Verdict | None:
        """Judge a file by the rows that were left out, and by the instants that its rows really have.

        Parameters
        ----------
        rejected : mapping of str to int
            Rows left out, by reason.
        first_s, last_s, now_s : float or None
            First and last instant of its rows, and the time now, Unix seconds; None to leave duration and future unjudged.

        Returns
        -------
        Verdict or None
            ``hold`` or ``reject`` for the whole file, the more severe one; None if it is to be taken.

        Examples
        --------
        >>> PRESETS["open"].after_reading({"apid 712 is excluded": 800}) is None
        True
        """
        found = [] if now_s is None else list(self._judged_span(first_s, last_s, now_s))
        for rule, action, is_broken in (
            ("origin", self.origin.action, lambda reason: reason.startswith(_FOREIGN_ORIGIN)),
            ("apid", self._action_for_file(self.apid.action), _EXCLUDED_APID.fullmatch),
            ("epoch", self._action_for_file(self.epoch.action), {TOO_EARLY, TOO_LATE}.__contains__),
        ):
            rows = {reason: count for reason, count in rejected.items() if count and is_broken(reason)}
            told = ", ".join(f"{reason} ({count:,} row{'' if count == 1 else 's'})" for reason, count in rows.items())
            found += [Verdict(action, told, rule)] if rows else []
        worst = worst_of(found)
        return None if worst is None or worst.action == "accept" else worst

    def accepted_after_reading(self, first_s: float | None, last_s: float | None, now_s: float) -> tuple[Verdict, ...]:
        """Return which rules a file breaks by the instants of its rows, and that accept it; see `before_reading`."""
        return tuple(each for each in self._judged_span(first_s, last_s, now_s) if each.action == "accept")

    @staticmethod
    def _action_for_file(action: str) -> str:
        """What a rule about rows does with the file: where the rows are left out, the others are taken."""
        return "hold" if action == "hold" else "accept"

    def _judged_span(self, first_s: float | None, last_s: float | None, now_s: float) -> list[Verdict]:
        """Judge when a file begins and ends."""
        found = []
        if first_s is not None and last_s is not None and last_s - first_s >= self.duration.longest_s:
            reason = f"lasts {spoken(last_s - first_s)}: expected less than {spoken(self.duration.longest_s)}"
            found.append(Verdict(self.duration.action, reason, "duration"))
        if last_s is not None and last_s >= now_s + self.future.ahead_s:
            ahead = f" by less than {spoken(self.future.ahead_s)}" if self.future.ahead_s else ""
            reason = f"ends at {date_of(last_s)}, but now is {date_of(now_s)}: expected no later instant{ahead}"
            found.append(Verdict(self.future.action, reason, "future"))
        return found


def worst_of(verdicts: list[Verdict] | tuple[Verdict, ...]) -> Verdict | None:
    """Return the most severe of some verdicts, the first of its kind; None if there are none.

    Examples
    --------
    >>> worst_of([Verdict("accept", "a"), Verdict("reject", "b"), Verdict("hold", "c")]).reason
    'b'
    """
    return max(verdicts, key=lambda verdict: ACTIONS.index(verdict.action), default=None)


RULES = tuple(rule.name for rule in fields(Policies))
"""Names of the rules."""

PRESETS: dict[str, Policies] = {
    "open": Policies(),
    "jeta1": Policies(
        origin=Origin("hold"),
        duration=Duration("hold", 4 * 3600.0),
        future=Future("hold"),
        gap=Gap("hold", 1.0),
        apid=Apid("reject", (712,), least=1),
        # Later than 2021-12-24 00:00:00, in whole ms.
        epoch=Epoch("reject", "2021:358:00:00:00.001"),
    ),
}
"""Rules by name: ``open`` takes what can be taken, ``jeta1`` has the rules of the first jeta."""

PRESET_MOST_FILES: dict[str, int | None] = {"open": None, "jeta1": 120}
"""How many files a run takes at most."""
