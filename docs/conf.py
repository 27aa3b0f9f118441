# ruff: noqa: INP001 - Sphinx reads this file by its path
"""How the documentation is built; every warning counts as an error (see noxfile.py)."""

from __future__ import annotations

import functools
import inspect
import types
from typing import TYPE_CHECKING, Any

from jeta import __version__ as release

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "jeta"
author = "the jeta developers"
project_copyright = f"%Y, {author}"
version = ".".join(release.split(".")[:2])

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "_templates"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}

html_theme = "pydata_sphinx_theme"
html_title = f"jeta {release}"
html_static_path = ["_static"]
html_css_files = ["jeta.css"]
html_copy_source = False
html_show_sphinx = False
html_sidebars = {"index": []}
html_theme_options = {
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],  # no links to elsewhere: the pages work without a network
    "footer_end": [],
    "show_toc_level": 2,
    "collapse_navigation": True,  # else each of some three hundred pages would carry the list of all
    "search_bar_text": "Search these pages",
}

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# Docstrings name Python objects in single backticks.
default_role = "py:obj"

# The reference is made from the docstrings alone, one page a module, at each build.
autosummary_generate = True
autosummary_generate_overwrite = True
autosummary_ignore_module_all = True  # the list of modules, not of their members
autosummary_imported_members = True  # so that a module has no page whose name a function of its package took
# Modules whose classes show what they inherit, up to the classes named: what people look up stands on one page.
autosummary_context = {"inheriting": {"jeta.fetch": "MSID, MSIDset, OrderedDict"}}
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc's sections give types with unit and shape
autodoc_default_options = {"members": True, "show-inheritance": True}
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# A name that a public face passes on has two pages; a reference may go to either.
suppress_warnings = ["ref.python"]


def skip_borrowed(app: Sphinx, what: str, _name: str, member: Any, *_rest: Any) -> bool | None:
    """Leave out modules, what other projects made, and classes that were made elsewhere.

    Elsewhere is outside of the class that holds it, or outside of the folder, for a class may be described once a folder. Also
    left out are names of types such as ``tuple[int, str]``, which look like something to call and have no signature.
    """
    if isinstance(member, functools.cached_property):
        return None  # it says of itself that it is made by functools
    if inspect.isclass(member) or inspect.isroutine(member):
        home = getattr(member, "__module__", None) or "jeta"
        foreign = home.partition(".")[0] != "jeta"
        borrowed = what == "class" and inspect.isclass(member) and "." not in member.__qualname__
        elsewhere = what == "module" and inspect.isclass(member) and _folder(home) != _folder(app.env.docname)
        return True if foreign or borrowed or elsewhere else None
    return True if inspect.ismodule(member) or isinstance(member, types.GenericAlias) else None


def _folder(name: str) -> str:
    """``fetch`` of ``jeta.fetch.msid``, and of the page ``reference/jeta.fetch.msid``."""
    return f"{name}.".split(".")[1]


def setup(app: Sphinx) -> None:
    """Connect the rule above; Sphinx calls this."""
    app.connect("autodoc-skip-member", skip_borrowed)
