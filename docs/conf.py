# ruff: noqa: INP001 - Sphinx reads this file by its path
"""How the documentation is built; every warning counts as an error (see noxfile.py)."""

from __future__ import annotations

from jeta import __version__ as release

project = "jeta"
author = "the jeta developers"
project_copyright = f"%Y, {author}"
version = ".".join(release.split(".")[:2])

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "_templates"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}

html_theme = "furo"
html_title = f"jeta {release}"
html_copy_source = False

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# Docstrings name Python objects in single backticks.
default_role = "py:obj"

# The reference is made from the docstrings alone, one page a module, at each build.
autosummary_generate = True
autosummary_generate_overwrite = True
autosummary_ignore_module_all = True  # the list of modules, not of their members
autosummary_imported_members = True  # a module whose name a function of its package took has no page
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc's sections give types with unit and shape
autodoc_default_options = {"members": True, "show-inheritance": True}
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# A name that a public face passes on has two pages; a reference may go to either.
suppress_warnings = ["ref.python"]
