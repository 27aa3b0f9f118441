"""What a run of `jeta.update.derived` has stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from jeta.update.report import Tally, total


@dataclass(slots=True)
class ParameterReport:
    """What became of one derived parameter.

    Attributes
    ----------
    msid : str
        Its name.
    tally : Tally
        Points worked out, and what the archive did with them.
    bad : int
        Points among them that are bad, since an input is bad or missing there.
    first_s, last_s : float or None
        Instants of the first and the last point worked out, seconds in the archive's time system, both inside; None if there
        was nothing to do.
    error : str
        Why it could not be worked out, or not to the end; empty if it could. What was stored before stays.
    """

    msid: str
    tally: Tally = field(default_factory=Tally)
    bad: int = 0
    first_s: float | None = None
    last_s: float | None = None
    error: str = ""

    def __str__(self) -> str:
        whole = self.tally
        counts = f"{whole.read:,} points, {whole.stored:,} stored, {whole.replaced:,} replaced, {self.bad:,} bad"
        return f"{self.msid}: {counts}{'; error: ' if self.error else ''}{self.error}"


@dataclass(slots=True)
class DerivedReport:
    """What became of all derived parameters of a run.

    Attributes
    ----------
    parameters : list of ParameterReport
        In the order in which they were worked out.

    Examples
    --------
    >>> report = DerivedReport([ParameterReport("DP_POWER", Tally(read=3, stored=2, duplicate=1))])
    >>> report.stored, report.errors
    (2, {})
    """

    parameters: list[ParameterReport] = field(default_factory=list)

    @property
    def total(self) -> Tally:
        """The sum over all parameters."""
        return total(parameter.tally for parameter in self.parameters)

    @property
    def read(self) -> int:
        """Points worked out."""
        return self.total.read

    @property
    def stored(self) -> int:
        """Points now in the archive that were not there before."""
        return self.total.stored

    @property
    def duplicate(self) -> int:
        """Points that were there already and change nothing."""
        return self.total.duplicate

    @property
    def replaced(self) -> int:
        """Points that gave way to others at the same instant."""
        return self.total.replaced

    @property
    def msids(self) -> dict[str, ParameterReport]:
        """The parameters by name."""
        return {parameter.msid: parameter for parameter in self.parameters}

    @property
    def errors(self) -> dict[str, str]:
        """Parameters that could not be worked out, or not to the end, and why."""
        return {parameter.msid: parameter.error for parameter in self.parameters if parameter.error}

    def __str__(self) -> str:
        count = len(self.parameters)
        head = f"{count} derived parameter{'' if count == 1 else 's'}: {self.read:,} points, {self.stored:,} stored"
        return "\n".join([head, *(f"  {parameter}" for parameter in self.parameters)])

    def __repr__(self) -> str:
        return f"<DerivedReport {str(self).splitlines()[0]}>"
