"""`SetInteractive`: several MSIDs as a page for any browser."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from jeta.fetch.msid import MSID

if TYPE_CHECKING:
    import os


class SetInteractive(OrderedDict[str, MSID]):
    """What shows a set of MSIDs to people who look closer."""

    def to_html(
        self,
        path: str | os.PathLike[str] | None = None,
        n: int = 5000,
        *,
        bads: bool = False,
        limits: bool = False,
        title: str | None = None,
        plotlyjs: str = "embed",
    ) -> str | None:
        """Plot as a page for any browser, one panel for each member, all over one axis of time; see `MSID.to_html`.

        Parameters
        ----------
        path : path, optional
            The file to write, which is replaced; by default the page is returned.
        n : int
            How many samples of each member to draw at most.
        bads, limits : bool
            As for `MSID.to_html`.
        title : str, optional
            What to write above; by default the names of the members.
        plotlyjs : {'embed', 'cdn'}
            As for `MSID.to_html`.

        Returns
        -------
        str or None
            The page, if no `path` is given.

        Raises
        ------
        ValuesError, MissingExtraError
            As from `MSID.to_html`.

        Examples
        --------
        ::

            fetch.MSIDset(["SE_BATT_*"], "2026:001").to_html("batteries.html")
        """
        from jeta.plotting.html import page, put  # noqa: PLC0415 - not needed to import fetch

        traces = [member.as_trace(limits=limits) for member in self.values()]
        above = ", ".join(trace.name for trace in traces) if title is None else title
        return put(page(traces, above, n, bads=bads, plotlyjs=plotlyjs), path)
