"""The keys of a zoomable plot, in place of matplotlib's own where both use one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from jeta.optional import require

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Actions = Mapping[str, Callable[[Any], None]]

_ATTRIBUTE = "_jeta_keys"

HELP = """\
z  zoom in by 4 about the cursor
p  zoom out by 4 about the cursor
m  minima and maxima on, off
y  automatic y range on, off
a  all: back to the whole span
?  this list on, off"""


class Keys:
    """Listens to a figure, and keeps matplotlib's handler from acting on keys that are used here.

    There is one for a figure, however many plots it has; see `keys_of`.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure; no other one is touched, and no settings are.
    """

    def __init__(self, figure: Any) -> None:
        self._canvas = figure.canvas
        self._plots: list[tuple[Actions, Callable[[], bool]]] = []
        self._has_default = _silence(figure.canvas)
        # The canvas remembers methods weakly, but a plot must live as long as its window.
        self._id = figure.canvas.mpl_connect("key_press_event", partial(Keys.press, self))

    def add(self, actions: Actions, is_alive: Callable[[], bool]) -> None:
        """Listen for one more plot.

        Parameters
        ----------
        actions : mapping of str to callable
            What to do for each key, given the event.
        is_alive : callable
            Tells whether what the keys act on still exists. Once none does, the figure gets its own handler back.
        """
        self._plots = [plot for plot in self._plots if plot[1]()]
        self._plots.append((actions, is_alive))

    def press(self, event: Any) -> None:
        """Do what a key stands for in each plot, or else what matplotlib does for it."""
        self._plots = [plot for plot in self._plots if plot[1]()]
        found = [actions[event.key] for actions, _ in self._plots if event.key in actions]
        for action in found:
            action(event)
        if self._has_default and not found:
            _backends().key_press_handler(event)
        if not self._plots:
            self._disconnect()

    def _disconnect(self) -> None:
        """Stop listening, and let matplotlib's own handler listen again."""
        self._canvas.mpl_disconnect(self._id)
        vars(self._canvas.figure).pop(_ATTRIBUTE, None)
        if self._has_default:
            manager = self._canvas.manager
            manager.key_press_handler_id = self._canvas.mpl_connect("key_press_event", _backends().key_press_handler)

    def __reduce__(self) -> tuple[Any, ...]:
        # A pickled figure is a picture; nobody presses keys there.
        return type(None), ()


def keys_of(figure: Any) -> Keys:
    """Return what listens to a figure, made if there is none yet."""
    keys: Keys | None = getattr(figure, _ATTRIBUTE, None)
    if keys is None:
        keys = Keys(figure)
        setattr(figure, _ATTRIBUTE, keys)
    return keys


def _backends() -> Any:
    """Return the module of matplotlib with its own handler of keys."""
    return require("matplotlib.backend_bases", extra="plot")


def _silence(canvas: Any) -> bool:
    """Disconnect matplotlib's own handler of keys; tell whether there was one."""
    manager = getattr(canvas, "manager", None)
    if manager is None or manager.key_press_handler_id is None:
        return False
    canvas.mpl_disconnect(manager.key_press_handler_id)
    manager.key_press_handler_id = None
    return True
