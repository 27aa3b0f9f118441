"""Small pictures as SVG text, for tables and notebooks: a line, steps, or bars of time. Pure; no package is needed.

A sketch has no axes: its left and right edges are the ends of a span of time, and a table beside it says the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jeta.errors import ValuesError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

WIDTH_PX, HEIGHT_PX = 320, 48
_MARGIN_PX = 2.0
_COLOUR = "#1f77b4"


def line(
    times: ArrayLike,
    values: ArrayLike,
    span: tuple[float, float],
    *,
    steps: bool = False,
    band: tuple[ArrayLike, ArrayLike] | None = None,
) -> str:
    """Draw values over time.

    Parameters
    ----------
    times : float array, shape (rows,)
        Instants, ascending, s.
    values : numeric or bool array, shape (rows,)
        Values; the line is broken where one is not finite.
    span : tuple of float
        Left and right edge, s.
    steps : bool
        Hold each value until the next.
    band : tuple of two arrays, shape (rows,), optional
        Lower and upper edge of a band behind the line.

    Returns
    -------
    str
        An ``<svg>`` element; without a line if there is nothing to draw.

    Raises
    ------
    ValuesError
        If there are not as many values as times.

    Examples
    --------
    >>> "M" in line([0.0, 1.0], [5, 7], (0.0, 1.0))
    True
    """
    seconds, numbers = np.asarray(times, np.float64), np.asarray(values, np.float64)
    if seconds.shape != numbers.shape:
        raise ValuesError(f"expected as many values as times, got {numbers.shape} and {seconds.shape}")
    edges = [np.asarray(edge, np.float64) for edge in band or ()]
    lowest, highest = _range([numbers, *edges])
    x = _scaled(seconds, span, WIDTH_PX)
    shapes = []
    if edges:
        outline = np.concatenate(edges[:1] + [edge[::-1] for edge in edges[1:]])
        there = np.isfinite(outline)
        y = HEIGHT_PX - _scaled(outline, (lowest, highest), HEIGHT_PX)
        path = _path(np.concatenate([x, x[::-1]])[there], y[there], steps=False)
        shapes.append(f'<path d="{path}" fill="{_COLOUR}" fill-opacity="0.25"/>')
    y = HEIGHT_PX - _scaled(numbers, (lowest, highest), HEIGHT_PX)
    pieces = [_path(x[piece], y[piece], steps=steps) for piece in _finite_runs(numbers)]
    shapes.append(f'<path d="{"".join(pieces)}" fill="none" stroke="{_COLOUR}" stroke-linecap="round"/>')
    return _svg(shapes)


def bars(starts: ArrayLike, stops: ArrayLike, span: tuple[float, float], height_px: int = 12) -> str:
    """Draw when something was: a bar for each interval.

    Parameters
    ----------
    starts, stops : float arrays, shape (intervals,)
        The intervals, s.
    span : tuple of float
        Left and right edge, s.
    height_px : int
        Height of the picture.

    Returns
    -------
    str
        An ``<svg>`` element. However short an interval is, it is seen.

    Examples
    --------
    >>> bars([0.0], [5.0], (0.0, 10.0)).count("<rect")
    2
    """
    left, right = (_scaled(np.asarray(edge, np.float64), span, WIDTH_PX) for edge in (starts, stops))
    shapes = [f'<rect width="{WIDTH_PX}" height="{height_px}" fill="{_COLOUR}" fill-opacity="0.08"/>']
    shapes += [
        f'<rect x="{x:.1f}" width="{max(1.0, width):.1f}" height="{height_px}" fill="{_COLOUR}"/>'
        for x, width in zip(left.tolist(), (right - left).tolist(), strict=True)
    ]
    return _svg(shapes, height_px)


def _svg(shapes: list[str], height_px: int = HEIGHT_PX) -> str:
    """Shapes as a picture."""
    size = f'width="{WIDTH_PX}" height="{height_px}" viewBox="0 0 {WIDTH_PX} {height_px}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(shapes)}</svg>'


def _range(arrays: list[NDArray[np.float64]]) -> tuple[float, float]:
    """Lowest and highest finite number."""
    together = np.concatenate(arrays)
    together = together[np.isfinite(together)]
    return (float(together.min()), float(together.max())) if together.size else (0.0, 0.0)


def _scaled(values: NDArray[np.float64], ends: tuple[float, float], length_px: float) -> NDArray[np.float64]:
    """Values as pixels from the first end; in the middle if both ends are one. The ends themselves keep off the border."""
    low, high = ends
    inner = length_px - 2 * _MARGIN_PX
    # Halves, so that the distance of the most distant numbers does not overflow.
    half = high / 2 - low / 2
    if not half > 0:
        return np.where(np.isfinite(values), length_px / 2, np.nan)
    with np.errstate(invalid="ignore"):
        shares = (values / 2 - low / 2) / half
    return np.asarray(_MARGIN_PX + inner * np.clip(shares, 0.0, 1.0))


def _finite_runs(values: NDArray[np.float64]) -> list[slice]:
    """The stretches without a value that is not finite."""
    finite = np.concatenate([[False], np.isfinite(values), [False]]).astype(np.int8)
    edges = np.flatnonzero(np.diff(finite))
    return [slice(start, stop) for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]


def _path(x: NDArray[np.float64], y: NDArray[np.float64], *, steps: bool) -> str:
    """Points as the commands of a path; a single one as a dot."""
    points = [f"{a:.1f} {b:.1f}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    if not points:
        return ""
    if steps:
        return f"M{points[0]}" + "".join(
            f"H{a:.1f}V{b:.1f}" for a, b in zip(x[1:].tolist(), y[1:].tolist(), strict=True)
        )
    return f"M{'L'.join(points)}" if len(points) > 1 else f"M{points[0]}h.1"
