"""One command for each check: ``nox`` runs them all, ``nox -s tests`` one of them, ``nox -l`` lists them."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "tests", "docs"]

ROOT = Path(__file__).parent
PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def install(session: nox.Session, *groups: str) -> None:
    """Install jeta from this folder, in place, with some of the groups of pyproject.toml."""
    session.install("-e", ".[all,test]", *nox.project.dependency_groups(PYPROJECT, *groups))


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests, those in docstrings too; arguments after -- go to pytest."""
    install(session)
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting, and who imports whom."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check the type hints."""
    install(session, "types")
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error, and so is a public name that the reference does not describe.

    The reference imports all of jeta, the suites for testing too.
    """
    install(session, "docs")
    shutil.rmtree(ROOT / "docs/reference", ignore_errors=True)  # else a module that is gone keeps its page
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html", *session.posargs)
    session.run("python", "docs/check_reference.py", "docs/_build/html/objects.inv")


@nox.session
def bench(session: nox.Session) -> None:
    """Run every benchmark in its quick mode, or in full with ``nox -s bench -- --full``."""
    install(session)
    mode = () if "--full" in session.posargs else ("--quick",)
    for script in sorted((ROOT / "benchmarks").glob("bench_*.py")):
        session.run("python", str(script), *mode)
