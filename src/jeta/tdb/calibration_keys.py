"""Reads the key ``calibrations`` of a YAML file: one curve, or one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeta.tdb import reading
from jeta.tdb.calibration import Calibration, Enumeration, PointPairs, Polynomial
from jeta.tdb.nodes import Null, show
from jeta.tdb.rules import FieldError

if TYPE_CHECKING:
    from jeta.tdb.calibration import Curve
    from jeta.tdb.nodes import Branch, Node

_KEY = "calibrations"
_EXAMPLES = {
    "polynomial": "[0, 0.01]",
    "points": "[[0, -1.5], [255, 5]]",
    "states": "{0: OFF, 1: ON}",
}


def read_calibrations(node: Node) -> Calibration | None:
    """Read the key ``calibrations``.

    Parameters
    ----------
    node : Node
        A mapping that describes a curve, or a sequence of such in time order, each with or without ``valid_from``.

    Returns
    -------
    Calibration or None
        The curves; None for an empty sequence.

    Raises
    ------
    FieldError
        If it is neither, a curve is none or of more than one kind, or dates do not ascend.
    """
    curves = reading.dated(node, _KEY, _curve, "{polynomial: [0, 0.01]}")
    return Calibration(tuple(curves)) if curves else None


def _curve(branch: Branch) -> Curve:
    """Read one curve."""
    found: dict[str, Node] = {}
    for key, _, value in branch.items:
        plain = reading.plain(key)
        if plain not in (*_EXAMPLES, "extrapolate"):
            known = [*_EXAMPLES, "extrapolate", "valid_from"]
            raise FieldError(f"key {_KEY!r}: no such key as {key!r}; expected {reading.one_of(plain, known)}", _KEY)
        if plain in found:
            raise FieldError(f"key {_KEY!r}: expected {plain} once, got {show(found[plain])} and {show(value)}", _KEY)
        if value.__class__ is not Null:
            found[plain] = value
    kinds = [kind for kind in _EXAMPLES if kind in found]
    if len(kinds) != 1:
        raise FieldError(
            f"key {_KEY!r}: expected exactly one of {', '.join(_EXAMPLES)}, got {' and '.join(kinds) or show(branch)}",
            _KEY,
        )
    return _curve_of(kinds[0], found)


def _curve_of(kind: str, found: dict[str, Node]) -> Curve:
    """Make the curve of a kind."""
    node = found[kind]
    if "extrapolate" in found and kind != "points":
        raise FieldError(f"key {_KEY!r}: expected extrapolate beside points only, got it beside {kind}", _KEY)
    if kind == "states":
        return Enumeration(tuple(reading.states(node, _KEY)))
    if not isinstance(node, list):
        raise FieldError(f"key {_KEY!r}: expected {kind} such as {_EXAMPLES[kind]}, got {show(node)}", _KEY)
    if kind == "polynomial":
        return Polynomial(tuple(reading.number(value, _KEY, "each coefficient") for value in node))
    return PointPairs(tuple(map(_point, node)), "extrapolate" in found and reading.flag(found["extrapolate"], _KEY))


def _point(node: Node) -> tuple[float, float]:
    """Read one point."""
    if not isinstance(node, list) or len(node) != 2:
        raise FieldError(f"key {_KEY!r}: expected points [raw, value], got {show(node)}", _KEY)
    return reading.number(node[0], _KEY, "each raw count"), reading.number(node[1], _KEY, "the value of each point")
