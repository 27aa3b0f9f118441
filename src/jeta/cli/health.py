"""``jeta health``: whether the archive is well, for monitoring systems."""

from __future__ import annotations

import argparse
import json
import math

from jeta import operations
from jeta.cli.options import add_archive, root_of
from jeta.errors import ArchiveNotFoundError

_EPILOG = """\
The first line says it all, as monitoring systems (Nagios, Icinga) expect it. Exit code 0 if all is well, 1 if there is a warning,
2 if something is critical. Nothing is changed. Ages are numbers with s, min, h or d, such as 90min; sizes with kB, MB, GB or TB.

examples:
  jeta health
  jeta health --max-age 6h --min-free 50GB --archive /data/jwst
  jeta health --json --verify
"""
_AGES = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_SIZES = {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
_USUAL = operations.Limits()


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser(
        "health",
        help="whether the archive is well, with an exit code for monitoring",
        description="Tell whether the archive is well.",
        epilog=_EPILOG,
    )
    command.add_argument("--max-age", type=_age, metavar="AGE", help="critical if no file was ingested for so long")
    command.add_argument(
        "--max-held-age",
        type=_age,
        default=_USUAL.max_held_age_s,
        metavar="AGE",
        help="warn if a file is held back, or waits in the staging folder, for longer (default: 7d)",
    )
    command.add_argument(
        "--rejected-within",
        type=_age,
        default=_USUAL.rejected_s,
        metavar="AGE",
        help="warn if a file was rejected within (default: 7d)",
    )
    command.add_argument(
        "--min-free",
        type=_size,
        default=_USUAL.min_free_bytes,
        metavar="SIZE",
        help="warn if less is free on its disk; critical below a fifth of it (default: 5GB)",
    )
    command.add_argument("--verify", action="store_true", help="look through lists and sizes of all files too")
    command.add_argument("--json", action="store_true", help="print JSON, for programs")
    add_archive(command)
    command.set_defaults(run=run)
    return command


def run(options: argparse.Namespace) -> int:
    """Check, and print the headline and each check."""
    limits = operations.Limits(
        max_age_s=options.max_age,
        max_held_age_s=options.max_held_age,
        rejected_s=options.rejected_within,
        min_free_bytes=options.min_free,
    )
    try:
        root = root_of(options)
    except ArchiveNotFoundError as err:  # a monitoring system reads what is printed here, and nothing else
        found = operations.Health("no archive", (operations.Check("archive", "critical", str(err)),))
    else:
        found = operations.health(root, limits=limits, verify=options.verify)
    print(json.dumps(found.to_dict(), indent=2) if options.json else found)
    return found.code


def _age(text: str) -> float:
    """A length of time as typed, in seconds."""
    return _quantity(text, _AGES, "6h")


def _size(text: str) -> float:
    """A size as typed, in bytes."""
    return _quantity(text, _SIZES, "50GB")


def _quantity(text: str, units: dict[str, float], example: str) -> float:
    """A number with a unit; the longest unit that fits counts, so that ``B`` is not taken for the end of ``GB``."""
    plain = text.strip()
    by_case = {unit.lower(): size for unit, size in units.items()}
    for unit in sorted(by_case, key=len, reverse=True):
        if plain.lower().endswith(unit):
            plain, scale = plain[: -len(unit)], by_case[unit]
            break
    else:
        scale = 1.0
    try:
        number = float(plain) * scale
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        raise argparse.ArgumentTypeError(
            f"expected a number with one of {', '.join(units)}, such as {example}, got {text!r}"
        )
    return number
