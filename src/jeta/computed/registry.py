"""The classes that are known: those defined in this process, and those of other packages.

Other packages add theirs by an entry point of the group ``jeta.computed`` that names a class, or a module that defines some:

::

    [project.entry-points."jeta.computed"]
    my_msids = "my_package.my_module"
"""

from __future__ import annotations

import threading
from functools import cache
from types import ModuleType
from typing import Any

from jeta import plugins

GROUP = "jeta.computed"


class ClassRegistry:
    """Classes in the order in which they were defined; safe in threads.

    Attributes
    ----------
    classes : list of class
        The classes; the list itself stays the same object.

    Examples
    --------
    >>> registry = ClassRegistry()
    >>> registry.add(int)
    >>> registry.add(int)
    >>> registry.classes
    [<class 'int'>]
    """

    def __init__(self) -> None:
        self.classes: list[type[Any]] = []
        self._lock = threading.Lock()

    def add(self, new: type[Any]) -> None:
        """Add a class; one of the same module and name, as from a notebook's cell run twice, gives way to it."""
        with self._lock:
            for place, known in enumerate(self.classes):
                if (known.__module__, known.__qualname__) == (new.__module__, new.__qualname__):
                    self.classes[place] = new
                    return
            self.classes.append(new)


COMPUTED = ClassRegistry()
"""Subclasses of `jeta.computed.ComputedMsid`."""

DERIVED = ClassRegistry()
"""Subclasses of `jeta.computed.DerivedParameter` that stand for an MSID."""


@cache
def load_plugins() -> None:
    """Load the classes of other packages, once in the life of a process.

    One that does not load is set aside, and a warning is logged. No lock is held meanwhile: two threads that come here first at
    once may both import, which Python does once.
    """
    for point, found in plugins.load(GROUP, "computed MSID"):
        # Importing a module has registered its classes.
        is_known = any(found is known for known in (*COMPUTED.classes, *DERIVED.classes))
        if not (is_known or isinstance(found, ModuleType)):
            why = "it is neither a module nor a subclass of ComputedMsid or DerivedParameter"
            plugins.set_aside(point, "computed MSID", why)
