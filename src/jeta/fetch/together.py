"""What is done with the members of a set at once: common times, and what is bad in one and therefore in others."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from jeta.fetch import gridding
from jeta.fetch.query import one_instant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from jeta.fetch.msidset import MSIDset
    from jeta.fetch.series import Series


_POINTS_WORTH_THREADS = 100_000
_MOST_THREADS = 4


def share_bads(members: Iterable[Series]) -> None:
    """Make each sample bad that is bad in another member with the same time stamps; members without flags are left out.

    In cheta's archives these are the members of one content, which share one array of times.
    """
    groups: list[list[Series]] = []
    for member in members:
        if member.bads is None:
            continue
        group = next((group for group in groups if np.array_equal(group[0].times, member.times)), None)
        if group is None:
            groups.append([member])
        else:
            group.append(member)
    for group in groups:
        union = np.logical_or.reduce([np.asarray(member.bads) for member in group])
        for member in group:
            member.bads = union


def grid(
    members: MSIDset, dt: float | None, start: Any, stop: Any, times: Any, method: str | None
) -> NDArray[np.float64]:
    """Return the grid of a set, see `MSIDset.interpolate`.

    Raises
    ------
    ValuesError
        If `times` is given with dt, start or stop, or dt is not above 0.
    """
    gridding.check_either(times, dt, start, stop)
    if not members:
        return np.empty(0)
    system = next(iter(members.values())).time_system
    if times is not None:
        times = gridding.seconds_of(times, system)
    asked = [(member.tstart, member.tstop) for member in members.values()]
    begin = getattr(members, "tstart", min(low for low, _ in asked)) if start is None else one_instant(start, system)
    end = getattr(members, "tstop", max(high for _, high in asked)) if stop is None else one_instant(stop, system)
    return gridding.grid_of_set(members, dt, begin, end, times, method)


def put_on_grid(
    members: MSIDset,
    grid: NDArray[np.float64],
    *,
    filter_bad: bool,
    bad_union: bool,
    method: str | None,
    max_age_s: float | None,
) -> None:
    """Bring all members onto a grid, in place, see `MSIDset.interpolate`."""
    for member in members.values():
        gridding.checked_method(member, method)
    before = filter_bad and not bad_union
    # A member without a good sample has nothing to give: then there is no common time.
    if any(
        len(member) == 0 or (before and member.bads is not None and member.bads.all()) for member in members.values()
    ):
        grid = grid[:0]

    def put(member: Series) -> None:
        gridding.put_on_grid(member, grid, method, max_age_s, filter_bad=before)

    # One object may stand under two names.
    objects = list({id(member): member for member in members.values()}.values())
    if len(objects) * len(grid) < _POINTS_WORTH_THREADS:
        for member in objects:
            put(member)
    else:
        # numpy searches and copies without the lock of the interpreter: two cores take 0.6 of the time.
        with ThreadPoolExecutor(min(_MOST_THREADS, len(objects))) as pool:
            list(pool.map(put, objects))
    members.times = grid
    if bad_union:
        _unite(members, filter_bad=filter_bad)


def _unite(members: MSIDset, *, filter_bad: bool) -> None:
    """Make a time bad for all members where it is bad for one, and leave such times out if wanted."""
    bads = np.zeros(len(members.times), bool)
    for member in members.values():
        if member.bads is not None:
            bads |= member.bads
        elif member.stat is None:
            warnings.warn(
                f"bad_union=True, but {member.MSID} has no bads any more: fetch with MSIDset, not Msidset", stacklevel=4
            )
    for member in members.values():
        member.bads = bads
    if filter_bad:
        for member in members.values():
            member.filter_bad()
        members.times = members.times[~bads]
