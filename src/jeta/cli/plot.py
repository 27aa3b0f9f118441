"""``jeta plot``: MSIDs as a picture, a page, or a window."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeta import fetch
from jeta.cli.options import add_archive, readable
from jeta.cli.outputs import checked_folder
from jeta.cli.spans import START_STOP, add_msids, add_sampling, add_span, add_units, names_typed, span_typed
from jeta.errors import ValuesError
from jeta.files import written_aside
from jeta.plotting.drawing import current_axes
from jeta.plotting.windows import paper, picture_endings, show_windows

if TYPE_CHECKING:
    from jeta.fetch import MSIDset

_PAGES = {".html", ".htm"}
_MOST_DPI = 2400
_MOST_PANELS = 100
"""More are no picture any more that a file can hold, or anybody looks at."""
_EPILOG = f"""\
The ending of the file says what is written: .png, .pdf, .svg ... a picture, .html a page that zooms in any browser. Without a
file, a window is opened; there, one MSID alone is loaded as fine as the view needs, and the key ? lists what can be done.

{START_STOP}
examples:
  jeta plot SE_BATT_TEMP1 --start 2022:143 --stop 2022:150 -o battery.png
  jeta plot SE_BATT_TEMP1 SE_BATT_VOLT SA_MODE --start=-7d --limits -o week.html
  jeta plot 'SE_BATT_TEMP?' --sampling daily --together --unit-system sci -o years.pdf
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add the command to the command line."""
    command = commands.add_parser("plot", help="draw a picture", description="Draw MSIDs over time.", epilog=_EPILOG)
    add_msids(command)
    add_span(command)
    add_sampling(command)
    add_units(command)
    command.add_argument("-o", "--output", metavar="FILE", type=Path, help="what to write (default: open a window)")
    command.add_argument("--bads", action="store_true", help="show bad samples too, as crosses")
    command.add_argument("--limits", action="store_true", help="show the limits of the telemetry database")
    command.add_argument(
        "--together", action="store_true", help="draw all MSIDs on one axes, with a legend; not in pages"
    )
    command.add_argument("--title", help="what to write above")
    command.add_argument("--size", type=_size, metavar="WxH", help="size of a picture in inches, such as 10x6")
    command.add_argument("--dpi", type=_dpi, default=120.0, help="pixels per inch of a picture (default: %(default)g)")
    add_archive(command)
    command.set_defaults(run=run)
    return command


def _size(text: str) -> tuple[float, float]:
    """A width and a height as typed."""
    try:
        width, height = (float(part) for part in text.lower().split("x"))
    except ValueError:
        width = height = 0.0
    if not (0 < width <= 200 and 0 < height <= 200):
        raise argparse.ArgumentTypeError(f"must be width and height in inches, such as 10x6, but is {text!r}")
    return width, height


def _dpi(text: str) -> float:
    """A resolution as typed."""
    try:
        dpi = float(text)
    except ValueError:
        dpi = 0.0
    if not 0 < dpi <= _MOST_DPI:
        raise argparse.ArgumentTypeError(f"must be pixels per inch, up to {_MOST_DPI}, but is {text!r}")
    return dpi


def run(options: argparse.Namespace) -> int:
    """Fetch, and draw."""
    from jeta.fetch import systems  # noqa: PLC0415 - the help needs none of it

    path: Path | None = options.output
    if path is not None:
        _check_ending(path)
        path = checked_folder(path)
    with fetch.set_archive(readable(options)), systems.using(options.unit_system):
        names, span = names_typed(options), span_typed(options)
        _check_panels(len(names), path, together=options.together)
        stat = None if options.sampling == "full" else options.sampling
        dats = fetch.MSIDset(names, span.tstart, span.tstop, stat=stat)
        if path is None:
            _open_window(dats, options)
        elif path.suffix.lower() in _PAGES:
            _write_page(dats, path, options)
        else:
            _write_picture(dats, path, options)
    return 0


def _check_ending(path: Path) -> None:
    """Refuse a file that cannot be a picture.

    Raises
    ------
    ValuesError
        If its ending is none of a picture.
    """
    known = picture_endings()
    if path.suffix.lower() not in {*known, *_PAGES}:
        raise ValuesError(
            f"{path}: the ending must be one of {', '.join(sorted({*known, *_PAGES}))}; jeta fetch writes data"
        )


def _check_panels(count: int, path: Path | None, *, together: bool) -> None:
    """Refuse what cannot be drawn, before anything is fetched.

    Raises
    ------
    ValuesError
        If there are too many MSIDs, or all of them are to be on one axes of a page.
    """
    if count > _MOST_PANELS:
        raise ValuesError(
            f"{count} MSIDs are too many to draw, {_MOST_PANELS} at most: name fewer; jeta fetch writes data"
        )
    if together and path is not None and path.suffix.lower() in _PAGES:
        raise ValuesError(f"--together is for pictures and windows; {path.name} has a panel for each MSID")


def _shown(options: argparse.Namespace) -> dict[str, Any]:
    """What to show beside the samples."""
    return {"bads": options.bads, "limits": options.limits}


def _write_picture(dats: MSIDset, path: Path, options: argparse.Namespace) -> None:
    """Draw into a file."""
    figure, axes = paper(1 if options.together else len(dats), options.size)
    dats.plot(ax=axes[0] if options.together else axes, **_shown(options))
    if options.title:
        figure.suptitle(options.title)
    with written_aside(path) as aside:
        figure.savefig(aside, dpi=options.dpi, format=path.suffix[1:].lower())


def _write_page(dats: MSIDset, path: Path, options: argparse.Namespace) -> None:
    """Write a page for a browser."""
    target: Any = next(iter(dats.values())) if len(dats) == 1 else dats
    target.to_html(path, title=options.title, **_shown(options))


def _open_window(dats: MSIDset, options: argparse.Namespace) -> None:
    """Show a window until it is closed; of one MSID, one that loads what the view needs."""
    is_plain = options.sampling == "full" and not (options.bads or options.limits)
    if len(dats) == 1 and is_plain and len(next(iter(dats.values()))):
        next(iter(dats.values())).iplot()
    else:
        dats.plot(ax=current_axes() if options.together else None, **_shown(options))
    show_windows(options.title)
