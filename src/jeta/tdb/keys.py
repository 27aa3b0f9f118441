"""From the keys of one MSID in a YAML file to an `Entry`: how each key may be spelled, and how its text is read.

Keys are spelled in any case, with ``_``, ``-`` or a blank between words.

=================  ============================================================================================
key                value
=================  ============================================================================================
``name``           the MSID's name; only where entries are a list, or else equal to the key above
``id``             whole number, decimal or ``0x...``
``description``    text
``unit``           text; with ``calibrations``, of the calibrated values
``units``          mapping of unit system (``cxc``, ``sci``, ``eng``) to text: the units to give values in
``type``           see `jeta.tdb.value_types`; with ``calibrations``, of the raw counts
``state_codes``    ``{0: OFF, 1: ON}`` or ``[[0, OFF], [1, ON]]``; names are the text as written, quoted or not
``calibrations``   mapping, or list of mappings in time order, of one of ``polynomial``: ``[c0, c1, ...]``,
                   ``points``: ``[[raw, value], ...]`` (and perhaps ``extrapolate: true``), ``states``: as
                   ``state_codes``; and perhaps ``valid_from``. Also ``calibration``
``limits``         mapping of ``red_low``, ``yellow_low``, ``nominal``, ``yellow_high``, ``red_high``, and ``red`` or
                   ``yellow``: ``[low, high]``, either of which may be ``null``, and perhaps ``valid_from``; or list
                   of such mappings in time order
``subsystem``      text
``cadence_s``      seconds between samples; also ``cadence``
``on_change``      true or false
=================  ============================================================================================

``valid_from`` is a date in UTC in any form of text that `jeta.times` reads, but a time from now; what has it is valid from
then on, until the next in the list is. All in a list but the first must have it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jeta.tdb import reading
from jeta.tdb.calibration_keys import read_calibrations
from jeta.tdb.limit_keys import read_limits
from jeta.tdb.nodes import Branch, show
from jeta.tdb.rules import FieldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeta.tdb.nodes import Node

_ALIASES = MappingProxyType({"cadence": "cadence_s", "calibration": "calibrations"})


def canonical_key(key: str) -> str:
    """Return the canonical spelling of a key of an entry.

    Parameters
    ----------
    key : str
        The key as written.

    Returns
    -------
    str
        One of `READERS`.

    Raises
    ------
    FieldError
        If there is no such key; the message names the nearest.

    Examples
    --------
    >>> canonical_key("State Codes"), canonical_key("cadence")
    ('state_codes', 'cadence_s')
    """
    plain = reading.plain(key)
    plain = _ALIASES.get(plain, plain)
    if plain not in READERS:
        raise FieldError(f"key {key!r}: no such key; expected {reading.one_of(plain, list(READERS))}", key)
    return plain


def read_id(node: Node) -> int:
    """Read the key ``id``.

    Parameters
    ----------
    node : Node
        A whole number, decimal or hexadecimal.

    Returns
    -------
    int
        The number; its range is checked by `Entry`.

    Raises
    ------
    FieldError
        If it is not a whole number.
    """
    return reading.integer(node, "id", "an id of at least 0")


def read_state_codes(node: Node) -> list[tuple[int, str]]:
    """Read the key ``state_codes``.

    Parameters
    ----------
    node : Node
        A mapping of raw count to state name, or a sequence of such pairs.

    Returns
    -------
    list of (int, str)
        Raw counts and names in the order of the file.

    Raises
    ------
    FieldError
        If it is neither, a raw count is not whole, or a name is not text.
    """
    return reading.states(node, "state_codes")


def read_units(node: Node) -> list[tuple[str, str]]:
    """Read the key ``units``.

    Parameters
    ----------
    node : Node
        A mapping of unit system to unit.

    Returns
    -------
    list of (str, str)
        Systems and units in the order of the file; they are checked by `Entry`.

    Raises
    ------
    FieldError
        If it is not a mapping, or a unit is not text.
    """
    if isinstance(node, Branch) and all(isinstance(unit, str) for _, _, unit in node.items):
        return [(system, str(unit)) for system, _, unit in node.items]
    raise FieldError(
        f"key 'units': expected a mapping of unit systems such as {{sci: DEGC, eng: DEGF}}, got {show(node)}; the unit "
        "of the values is the key 'unit'",
        "units",
    )


def read_cadence(node: Node) -> float:
    """Read the key ``cadence_s``.

    Parameters
    ----------
    node : Node
        A number of seconds.

    Returns
    -------
    float
        Seconds; its range is checked by `Entry`.

    Raises
    ------
    FieldError
        If it is not a number.
    """
    return reading.number(node, "cadence_s", "seconds above 0")


def read_flag(node: Node) -> bool:
    """Read the key ``on_change``.

    Parameters
    ----------
    node : Node
        true, false, yes, no, on, off, 1 or 0 in any case.

    Returns
    -------
    bool
        The truth value.

    Raises
    ------
    FieldError
        If it is anything else.
    """
    return reading.flag(node, "on_change")


def _text_of(key: str) -> Callable[[Node], str]:
    """Make a reader of a key whose value is text."""

    def read(node: Node) -> str:
        if not isinstance(node, str):
            raise FieldError(f"key {key!r}: expected text, got {show(node)}", key)
        return node

    return read


READERS: MappingProxyType[str, Callable[[Node], Any]] = MappingProxyType(
    {
        "name": _text_of("name"),
        "id": read_id,
        "description": _text_of("description"),
        "unit": _text_of("unit"),
        "units": read_units,
        "type": _text_of("type"),
        "state_codes": read_state_codes,
        "calibrations": read_calibrations,
        "limits": read_limits,
        "subsystem": _text_of("subsystem"),
        "cadence_s": read_cadence,
        "on_change": read_flag,
    }
)
"""How to read each key."""
