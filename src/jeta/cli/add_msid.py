"""``jeta add-msid``: say what an MSID is."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from jeta import operations
from jeta.cli.options import add_archive, root_of
from jeta.tdb.limits import LIMIT_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

_EPILOG = """\
The entry goes into tdb/added.yaml, where more can be written by hand, such as calibrations. An archive takes samples of any MSID,
with an entry or without. Exit code 2 if a value is wrong, or the MSID has an entry; then nothing is written.

examples:
  jeta add-msid SE_BATT_VOLT --unit V --type float64 --description "Battery voltage" --limit red_low=26 yellow_low=28
  jeta add-msid SA_MODE --type int8 --state 0=SAFE 1=IDLE --on-change --id 0x1F04
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "add-msid",
        help="say what an MSID is: unit, type, limits",
        description="Add an entry to the archive's telemetry database.",
        epilog=_EPILOG,
    )
    command.add_argument("name", metavar="NAME", help="the MSID, in any case")
    command.add_argument("--unit", help="such as V or degC")
    command.add_argument("--type", help="of its values, such as float64 or int16")
    command.add_argument("--description", metavar="TEXT", help="what it tells")
    command.add_argument("--subsystem", help="what it belongs to")
    command.add_argument("--id", type=_whole, metavar="N", help="its number in files, decimal or 0x...")
    command.add_argument("--cadence", type=float, metavar="SECONDS", help="time between samples")
    command.add_argument(
        "--on-change", action="store_const", const=True, help="there is a sample only when the value changes"
    )
    command.add_argument(
        "--state",
        type=_pair(_whole, str),
        metavar="N=NAME",
        nargs="+",
        help="what the texts of its raw counts are, such as 0=OFF 1=ON",
    )
    command.add_argument(
        "--limit",
        type=_pair(_limit_name, float),
        metavar="WHICH=VALUE",
        nargs="+",
        help=f"limits, such as red_low=4.5; {', '.join(LIMIT_NAMES)}",
    )
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Add the entry, and print it."""
    given = {
        "unit": options.unit,
        "type": options.type,
        "description": options.description,
        "subsystem": options.subsystem,
        "id": options.id,
        "cadence_s": options.cadence,
        "on_change": options.on_change,
        "state_codes": None if options.state is None else [list(pair) for pair in options.state],
        "limits": None if options.limit is None else _once(options.limit),
    }
    fields = {key: value for key, value in given.items() if value is not None}
    root = root_of(options)
    entry = operations.add_msid(root, options.name, **fields)
    told = "".join(f", {key} {value}" for key, value in fields.items() if key in ("type", "unit", "id"))
    print(f"added {entry.name}{told} to {root / 'tdb' / operations.ADDED_NAME}")
    return 0


def _once(pairs: list[tuple[str, float]]) -> dict[str, float]:
    """Pairs as a mapping.

    Raises
    ------
    ValueError
        If one comes twice.
    """
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"the limit {twice[0]} is given more than once; give each once")
    return dict(pairs)


def _pair(left: Callable[[str], Any], right: Callable[[str], Any]) -> Callable[[str], tuple[Any, Any]]:
    """What reads ``LEFT=RIGHT``."""

    def read(text: str) -> tuple[Any, Any]:
        one, sign, other = text.partition("=")
        if not sign or not one or not other:
            raise argparse.ArgumentTypeError(
                f"expected a pair such as {'0=OFF' if right is str else 'red_low=4.5'}, got {text!r}"
            )
        try:
            return left(one.strip()), right(other)
        except ValueError as err:
            raise argparse.ArgumentTypeError(f"{text!r}: {err}") from err

    return read


def _limit_name(text: str) -> str:
    """A limit's name, in any spelling that the telemetry database knows."""
    name = text.lower().replace("-", "_")
    if name not in LIMIT_NAMES:
        raise ValueError(f"expected one of {', '.join(LIMIT_NAMES)}")
    return name


def _whole(text: str) -> int:
    """A whole number, decimal or with ``0x``."""
    try:
        return int(text, 16 if text.lower().startswith("0x") else 10)
    except ValueError as err:
        raise argparse.ArgumentTypeError(f"expected a whole number, decimal or 0x..., got {text!r}") from err
