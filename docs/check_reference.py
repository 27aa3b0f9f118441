# ruff: noqa: INP001 - a script, run by its path
"""Whether the reference is complete: ``python docs/check_reference.py docs/_build/html/objects.inv``, after a build.

Walks over the public names of all modules, and over those of their classes, and prints each that the built reference does not
describe. What a class inherits must stand with the class on the pages that show it so (see ``autosummary_context`` in conf.py);
elsewhere it stands with the class that has it. The command line is left out: cli.md describes it, which a test holds it to.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
import types
import zlib
from collections.abc import Iterator
from pathlib import Path

import jeta

WITH_INHERITED = ("jeta.fetch.MSID", "jeta.fetch.MSIDset")


def described(inventory: bytes) -> set[str]:
    """Names that Sphinx's inventory holds: a line each behind four lines of head, compressed."""
    packed = inventory.split(b"\n", 4)[4]
    lines = zlib.decompress(packed).decode().splitlines()
    return {line.partition(" ")[0] for line in lines if line.partition(" ")[2].startswith("py:")}


def modules() -> Iterator[types.ModuleType]:
    """Each public module; one whose name a function of its package took is seen as that function only."""
    yield jeta
    for found in pkgutil.walk_packages(jeta.__path__, "jeta."):
        if not any(part.startswith("_") or part == "cli" for part in found.name.split(".")):
            module = importlib.import_module(found.name)
            if thing_of(found.name) is module:
                yield module


def thing_of(name: str) -> object:
    """What a name of the reference stands for: the function where a module has the same name; None if that cannot be told."""
    thing: object = jeta
    path = "jeta"
    for part in name.split(".")[1:]:
        path = f"{path}.{part}"
        try:
            thing = getattr(thing, part) if hasattr(thing, part) else importlib.import_module(path)
        except ImportError:
            return None
    return thing


def is_ours(thing: object) -> bool:
    """Whether something to call is made by this project, and is not a name of a type such as ``tuple[int, str]``."""
    home = getattr(thing, "__module__", None) or ""
    return home.partition(".")[0] == "jeta" and not isinstance(thing, types.GenericAlias)


def wanted() -> Iterator[tuple[str, object]]:
    """Each public name that must be described; and what it stands for where any other name of the same will do."""
    for module in modules():
        for name in getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]:
            thing = getattr(module, name)
            if not (inspect.isclass(thing) or inspect.isroutine(thing)) or not is_ours(thing):
                continue
            yield f"{module.__name__}.{name}", thing
            if inspect.isclass(thing) and thing.__module__ == module.__name__:
                for member in members(thing):
                    yield f"{module.__name__}.{name}.{member}", vars(thing)[member]
    for home in WITH_INHERITED:
        module_name, _, name = home.rpartition(".")
        thing = getattr(importlib.import_module(module_name), name)
        for base in thing.__mro__:
            for member in members(base) if is_ours(base) else ():
                yield f"{home}.{member}", None


def members(thing: type) -> list[str]:
    """Public methods and properties that a class has itself, with something said of them."""
    return [
        name
        for name, member in vars(thing).items()
        if not name.startswith("_")
        and (inspect.isroutine(member) or isinstance(member, property))
        and (is_ours(getattr(member, "__func__", member)) or not inspect.isfunction(member))
        and getattr(member, "__doc__", None)
    ]


def main(path: str) -> int:
    """Print what is missing; 1 if something is."""
    there = described(Path(path).read_bytes())
    known = {id(thing) for thing in map(thing_of, there) if thing is not None}
    names = dict(wanted())
    missing = sorted(name for name, thing in names.items() if name not in there and id(thing) not in known)
    lines = [*(f"not in the reference: {name}" for name in missing), f"{len(names):,} names, {len(missing):,} missing"]
    sys.stdout.write("\n".join(lines) + "\n")
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
