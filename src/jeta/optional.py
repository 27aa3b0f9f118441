"""Packages that jeta can do without: the only place that words how to install one."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from jeta.errors import MissingExtraError

if TYPE_CHECKING:
    from types import ModuleType


def require(module: str, *, extra: str) -> ModuleType:
    """Import an optional module, or say how to install it.

    Parameters
    ----------
    module : str
        Dotted name, such as ``"matplotlib.pyplot"``.
    extra : str
        The extra of jeta that brings it, such as ``"plot"``.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    MissingExtraError
        If the module's package is not installed; it is also an `ImportError`.

    Examples
    --------
    >>> require("json", extra="all").__name__
    'json'
    """
    package = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as err:
        if err.name != package:
            raise
        raise MissingExtraError(
            f"{package} is not installed, and this needs it: run  pip install 'jeta[{extra}]'", name=package
        ) from err
