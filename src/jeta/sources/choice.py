"""`data_source`: which sources fetches use, for all the process or for a block of code."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from jeta.errors import SourceError, SourceSpecError
from jeta.sources import registry
from jeta.sources.options import Spec, parse_spec

if TYPE_CHECKING:
    from types import TracebackType

    from jeta.archive import ArchiveReader
    from jeta.sources.protocol import Source

_TEST_PREFIX = "test-"


class Selected(NamedTuple):
    """A source that is in use.

    Attributes
    ----------
    name : str
        Its name, without options.
    source : Source or None
        The object that reads it; None for the local archive and for test aids, which `jeta.fetch` takes care of.
    """

    name: str
    source: Source | None


@dataclass(frozen=True, slots=True)
class _Block:
    """What holds within a ``with`` statement, and what held around it; None where that is the process's choice."""

    specs: tuple[Spec, ...]
    around: _Block | None


class _State:
    """The choice of the process, and how to get at the local archive."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.specs: tuple[Spec, ...] = (Spec(registry.ARCHIVE),)
        self.archive: Callable[[], ArchiveReader] | None = None


_state = _State()
_block: ContextVar[_Block | None] = ContextVar("jeta_data_source", default=None)


def set_local(find_archive: Callable[[], ArchiveReader] | None) -> None:
    """Say how to get at the local archive; `jeta.fetch` does so when it is imported.

    Parameters
    ----------
    find_archive : callable or None
        Returns the archive in use, open. None where there is none.
    """
    with _state.lock:
        _state.archive = find_archive


def _current() -> tuple[Spec, ...]:
    """What is in use here and now."""
    block = _block.get()
    return _state.specs if block is None else block.specs


def _checked(names: tuple[str, ...]) -> tuple[Spec, ...]:
    """Read a choice of sources."""
    if not names:
        raise SourceSpecError(f"must select at least one data source, but got {names!r}; one of {registry.known()}")
    specs = tuple(map(registry.checked, names))
    chosen = [spec.name for spec in specs]
    twice = sorted({name for name in chosen if chosen.count(name) > 1})
    if twice:
        raise SourceSpecError(f"data source {twice[0]!r} is selected more than once in {specs!r}; name each once")
    return specs


class _Shown(type):
    """Shows what is in use where the class itself is shown."""

    def __repr__(cls) -> str:
        return f"<data_source: {', '.join(map(str, _current()))}>"


class data_source(metaclass=_Shown):  # noqa: N801 - used like a function and like a setting, as in the ancestors
    """Choose where fetches take samples from, in a ``with`` block; or for all that follows, with `set`.

    Parameters
    ----------
    *names : str
        One or more sources in order of precedence, each with options as in ``"mast timeout=5"``. What the first lacks of a
        range is asked of the next. Known are ``archive`` (also called ``cxc``), the local archive; ``mast``, the public
        engineering database of JWST; those of other packages; and the test aid ``test-drop-half``.

    Raises
    ------
    SourceSpecError
        On entering the block: if there is no name, or an unknown one, or an option that the source does not take; it is
        also a `ValueError`.

    Notes
    -----
    A block holds for the thread, or the asyncio task, that entered it, and ends with what was before, also after an
    exception. Threads that are started within do not see it. Outside of all blocks, `set` holds for the whole process.

    Examples
    --------
    >>> with data_source("archive", "mast timeout=5"):
    ...     data_source.sources()
    ('archive', 'mast')
    >>> data_source.sources()
    ('archive',)
    """

    def __init__(self, *names: str) -> None:
        self._names = names

    def __repr__(self) -> str:
        shown = (str(parse_spec(name)) for name in self._names)
        return f"<data_source: {', '.join(shown)}>"

    def __enter__(self) -> None:
        _block.set(_Block(_checked(self._names), _block.get()))

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        block = _block.get()
        _block.set(None if block is None else block.around)

    @classmethod
    def set(cls, *names: str) -> None:
        """Choose the sources from now on: for the whole process, or within a ``with`` block until that ends.

        Parameters
        ----------
        *names : str
            As for the class.

        Raises
        ------
        SourceSpecError
            As for the class; nothing is changed then.
        """
        specs, block = _checked(names), _block.get()
        if block is not None:
            _block.set(_Block(specs, block.around))
            return
        with _state.lock:
            _state.specs = specs

    @classmethod
    def sources(cls, include_test: bool = True) -> tuple[str, ...]:
        """Return the names of the sources in use, in order, without options.

        Parameters
        ----------
        include_test : bool
            Whether test aids are among them.
        """
        return tuple(spec.name for spec in _current() if include_test or not spec.name.startswith(_TEST_PREFIX))

    @classmethod
    def options(cls) -> dict[str, dict[str, Any]]:
        """Return the options of each source in use, by its name."""
        return {spec.name: dict(spec.options) for spec in _current()}

    @classmethod
    def selected(cls) -> tuple[Selected, ...]:
        """Return the sources in use with the objects that read them, in order."""
        return tuple(Selected(spec.name, _object(spec)) for spec in _current())

    @classmethod
    def get_msids(cls, source: str) -> frozenset[str]:
        """Return the names of all MSIDs that a source has.

        Parameters
        ----------
        source : str
            Name of a source in any case, in use or not. It is asked with the options in use, else with those given here.

        Returns
        -------
        frozenset of str
            Upper-case names.

        Raises
        ------
        SourceSpecError
            If there is no such source, or it is a test aid, which has no MSIDs.
        SourceError
            If it cannot be reached.
        """
        spec = registry.checked(_in_lower_case(source))
        if spec.name == registry.ARCHIVE:
            return frozenset(_local().names())
        in_use: Mapping[str, Spec] = {used.name: used for used in _current()}
        found = _object(spec if spec.options else in_use.get(spec.name, spec))
        if found is None:
            raise SourceSpecError(f"data source {source!r} has no MSIDs of its own; expected one that holds samples")
        return frozenset(found.names())


def _in_lower_case(source: str) -> str:
    """A source with its name in lower case; options stay as they are."""
    name = parse_spec(source).name
    return source.replace(name, name.lower(), 1)


def _object(spec: Spec) -> Source | None:
    """The object of a source; None for one that has none."""
    return None if spec.name in registry.WITHOUT_OBJECT else registry.source(spec)


def _local() -> ArchiveReader:
    """The local archive."""
    if _state.archive is None:
        raise SourceError(
            f"data source {registry.ARCHIVE!r} cannot be asked before jeta.fetch is imported: run  from jeta import fetch"
        )
    return _state.archive()
