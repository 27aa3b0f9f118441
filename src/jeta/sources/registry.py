"""The sources that are known, by name.

Other packages add theirs by an entry point of the group ``jeta.sources`` that names a class, or a function, which takes the
options as keyword arguments and returns a `Source`:

::

    [project.entry-points."jeta.sources"]
    bench = "my_package.my_module:Bench"

A script adds one with `register`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from jeta import plugins
from jeta.errors import JetaError, SourceSpecError
from jeta.sources.options import Spec, parse_spec
from jeta.sources.protocol import Source

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "jeta.sources"
ARCHIVE = "archive"
"""The local archive, which `jeta.fetch` itself reads."""
ARCHIVE_ALIAS = "cxc"
"""What the scripts of an ancestor call it."""
DROP_HALF = "test-drop-half"
"""A test aid: what the sources before it gave, without its second half."""
WITHOUT_OBJECT = (ARCHIVE, DROP_HALF)

Factory = Callable[..., Source]

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_lock = threading.RLock()  # a plug-in may register another while it is made
_registered: dict[str, Factory] = {}
_made: dict[tuple[Any, ...], Source] = {}
"""One object for each choice of options: what it keeps in memory serves everybody."""


def known() -> tuple[str, ...]:
    """Return the names of all sources: jeta's own, then registered ones, then those of other packages.

    Examples
    --------
    >>> known()[:3]
    ('archive', 'mast', 'test-drop-half')
    """
    return tuple(dict.fromkeys((ARCHIVE, *_OWN, DROP_HALF, *_registered, *_plugins())))


def register(name: str, factory: Factory) -> None:
    """Make a source known in this process.

    Parameters
    ----------
    name : str
        A word of lower-case letters, digits, ``_`` and ``-``. One that was registered before is replaced; one of jeta's own
        cannot be.
    factory : callable
        Called with the options as keyword arguments; returns a `Source`. Mostly its class.

    Raises
    ------
    SourceSpecError
        If the name is not such a word or is one of jeta's own, or the factory cannot be called.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in (*WITHOUT_OBJECT, ARCHIVE_ALIAS, *_OWN):
        raise SourceSpecError(
            f"a data source cannot be registered as {name!r}: expected a word of lower-case letters, digits, '_' and '-'"
            f" that is none of jeta's own ({', '.join((*WITHOUT_OBJECT, ARCHIVE_ALIAS, *_OWN))})"
        )
    if not callable(factory):
        raise SourceSpecError(
            f"data source {name!r} cannot be made by {factory!r}: expected a class or function that returns a Source"
        )
    with _lock:
        _registered[name] = factory
        _forget(name)


def unregister(name: str) -> None:
    """Undo `register`; a name that is not registered is left as it is."""
    with _lock:
        _registered.pop(name, None)
        _forget(name)


def checked(text: str) -> Spec:
    """Read a source with its options, and see that it can be made.

    Parameters
    ----------
    text : str
        Such as ``"mast timeout=5"``; see `jeta.sources.options.parse_spec`.

    Returns
    -------
    Spec
        With the name that counts where the user gave another name of the archive.

    Raises
    ------
    SourceSpecError
        If it cannot be read, there is no such source, or it does not take such options.
    """
    spec = parse_spec(text)
    if spec.name == ARCHIVE_ALIAS:
        spec = Spec(ARCHIVE, spec.options)
    if spec.name not in known():
        raise SourceSpecError(f"data source {spec.name!r} not in allowed set: {', '.join(known())}{_hint(spec.name)}")
    if spec.name not in WITHOUT_OBJECT:
        source(spec)
    elif spec.options:
        raise SourceSpecError(f"data source {str(spec)!r} has options, but {spec.name} takes none; leave them out")
    return spec


def source(spec: Spec) -> Source:
    """Return the object of a source, the same one for the same options.

    Parameters
    ----------
    spec : Spec
        A known source other than the archive and the test aid.

    Raises
    ------
    SourceSpecError
        If it cannot be made, mostly because it does not take such options.
    """
    with _lock:
        made = _made.get(spec.key)
        if made is None:
            made = _made[spec.key] = _make(spec)
        return made


def _make(spec: Spec) -> Source:
    """Make the object of a source."""
    factory = _OWN.get(spec.name) or _registered.get(spec.name) or _load(_plugins()[spec.name])
    try:
        made = factory(**spec.options)
    except JetaError:
        raise
    except plugins.LOAD_ERRORS as err:
        raise SourceSpecError(
            f"data source {str(spec)!r} cannot be made: {type(err).__name__}: {err}; see its documentation for its options"
        ) from err
    if not isinstance(made, Source):
        raise SourceSpecError(
            f"data source {spec.name!r} gave {made!r}, which has not all of name, names, read, knows, entry, time_range,"
            " gives_counts; inherit from jeta.sources.Source"
        )
    return made


def _load(point: EntryPoint) -> Factory:
    """Load what an entry point names."""
    try:
        found: Any = point.load()
    except plugins.LOAD_ERRORS as err:
        raise SourceSpecError(
            f"data source {point.name!r} of {point.value} does not load: {type(err).__name__}: {err}; repair or remove the"
            " package that brings it"
        ) from err
    if not callable(found):
        raise SourceSpecError(
            f"data source {point.name!r} of {point.value} is {found!r}; expected a class or function that returns a Source"
        )
    return found  # type: ignore[no-any-return]


@cache
def _plugins() -> dict[str, EntryPoint]:
    """The sources of other packages, looked up once in the life of a process and loaded when chosen."""
    found: dict[str, EntryPoint] = {}
    for point in plugins.points(GROUP):
        taken = point.name in (*WITHOUT_OBJECT, ARCHIVE_ALIAS, *_OWN, *found)
        if taken or not _NAME.fullmatch(point.name):
            why = "the name is taken" if taken else "the name is not a lower-case word"
            plugins.set_aside(point, "data source", why)
            continue
        found[point.name] = point
    return found


def _forget(name: str) -> None:
    """Drop the objects of a source; the lock is held."""
    for key in [key for key in _made if key[0] == name]:
        del _made[key]


def _hint(name: str) -> str:
    """What may have been meant."""
    from jeta.tdb.search import near_names  # noqa: PLC0415 - only errors need it

    near = near_names(name.upper(), [each.upper() for each in known()], 1)
    return f"; did you mean {near[0].lower()!r}?" if near else ""


def _mast(**options: Any) -> Source:
    """Make the public engineering database."""
    from jeta.sources.mast import MastSource  # noqa: PLC0415 - the web's modules are slow to import

    return MastSource(**options)


_OWN: dict[str, Factory] = {"mast": _mast}
