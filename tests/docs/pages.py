"""Pages of documentation as programs: their blocks are run from top to bottom, and what they print is compared.

===========================  ================================================================================================
block                        what happens to it
===========================  ================================================================================================
``python`` with ``>>>``      each statement is run; its output must be the one shown
``python`` without           is run as a whole; what it prints must be nothing
``console``                  each line that begins with ``$`` is run; its output, errors too, must be what follows
any, behind a file comment   ``<!-- file: PATH -->``: is written to that file
any, behind a skip comment   ``<!-- not run: REASON -->``: nothing
``sh``                       nothing, and a comment must say why
others                       nothing
===========================  ================================================================================================

All blocks of a page share one namespace and one folder, which is shown as ``/home/ann``. ``...`` stands for anything. Timings
and sizes of files are not compared.

``python tests/docs/pages.py README.md docs/howto/*.md`` writes what is printed now into the pages.
"""

from __future__ import annotations

import doctest
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jeta
from jeta import fetch
from jeta.cli import main

HOME = "/home/ann"
ROOT = Path(__file__).parents[2]
_FENCE = re.compile(
    r"(?:<!-- (?P<order>file|not run): (?P<what>.*?) -->\n+)?^```(?P<language>\w*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
RUN = ("python", "console")
"""Languages of blocks that are run."""
_VARYING = [(re.compile(r"\b\d+(\.\d+)? s in all"), "# s in all"), (re.compile(r"\b\d+ MB\b"), "# MB")]


@dataclass
class Step:
    """One statement or command, what the page says that it prints, and what it printed."""

    typed: str
    expected: str
    printed: str

    @property
    def agrees(self) -> bool:
        """Whether the page is right."""
        return doctest.OutputChecker().check_output(
            _comparable(self.expected), _comparable(self.printed), doctest.ELLIPSIS
        )

    @property
    def shown(self) -> str:
        """The step as the page should show it."""
        return self.typed + (self.expected if self.agrees else self.printed)


@dataclass
class Page:
    """Runs the blocks of a page in the current folder."""

    namespace: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"})
    exit_code: int = 0

    @staticmethod
    def left_out(text: str) -> list[re.Match[str]]:
        """Blocks of code that are not run: those that say why (`what`), and those in `sh`, which would have to (None)."""
        return [
            block
            for block in _FENCE.finditer(text)
            if block["order"] == "not run" or (block["language"] == "sh" and not block["order"])
        ]

    def run(self, text: str) -> list[Step]:
        """Run a page, and return its steps in order."""
        return [step for block in _FENCE.finditer(text) for step in self._block(block)]

    def rewritten(self, text: str) -> str:
        """Run a page, and return it with what is printed now."""
        return _FENCE.sub(self._rewritten_block, text)

    def _rewritten_block(self, block: re.Match[str]) -> str:
        steps = self._block(block)
        if not steps or ("$ " not in block["body"] and ">>> " not in block["body"]):
            return block[0]
        return block[0].replace(block["body"], "".join(step.shown for step in steps))

    def _block(self, block: re.Match[str]) -> list[Step]:
        if block["order"] == "file":
            path = Path(block["what"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["body"], encoding="utf-8")
            return []
        if block["order"] == "not run" or block["language"] not in RUN:
            return []
        if block["language"] == "console":
            return self._session(block["body"])
        if ">>> " not in block["body"]:
            return [Step(block["body"], "", self._printed_by(lambda: self._execute(block["body"], "exec")))]
        return [
            Step(_typed(example), example.want, self._printed_by(lambda e=example: self._execute(e.source, "single")))
            for example in doctest.DocTestParser().get_examples(block["body"])
        ]

    def _session(self, body: str) -> list[Step]:
        """Run the commands of a console block."""
        steps = []
        for piece in re.split(r"^(?=\$ )", body, flags=re.MULTILINE):
            command, _, expected = piece.partition("\n")
            if command:
                steps.append(
                    Step(
                        f"{command}\n",
                        expected,
                        self._printed_by(lambda c=command: self._command(c.removeprefix("$ "))),
                    )
                )
        return steps

    def _execute(self, source: str, mode: str) -> None:
        try:
            exec(compile(source, "<page>", mode, dont_inherit=True), self.namespace)
        except Exception as err:  # noqa: BLE001 - a page may show any error
            sys.stdout.write(f"Traceback (most recent call last):\n  ...\n{type(err).__name__}: {err}\n")

    def _command(self, line: str) -> None:
        """Run one line; jeta itself in this process, which is faster, unless the shell has something to do too."""
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            os.environ[name] = os.path.expandvars(value)
        elif line == "echo $?":
            sys.stdout.write(f"{self.exit_code}\n")
        elif line.startswith("jeta ") and not set("|>&;$") & set(line):
            try:
                self.exit_code = main(shlex.split(line)[1:])
            except SystemExit as stop:
                self.exit_code = int(stop.code or 0)
        else:
            done = subprocess.run(
                ["bash", "-c", line], check=False, env=self._environment(), capture_output=True, text=True
            )
            self.exit_code = done.returncode
            sys.stdout.write(done.stdout + done.stderr)

    @staticmethod
    def _environment() -> dict[str, str]:
        """The environment of commands: with this jeta, and this Python, wherever they are."""
        bin_folder = Path(".bin")
        bin_folder.mkdir(exist_ok=True)
        for name, arguments in (("jeta", "-m jeta"), ("python", "")):
            (bin_folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
            (bin_folder / name).chmod(0o755)
        return {**os.environ, "PATH": f"{bin_folder.absolute()}:{os.environ['PATH']}"}

    @staticmethod
    def _printed_by(action: Any) -> str:
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            action()
        text = printed.getvalue().replace(str(Path.cwd()), HOME)
        return text if not text or text.endswith("\n") else f"{text}\n"


def _typed(example: doctest.Example) -> str:
    """A statement with its prompts."""
    lines = example.source.splitlines()
    return f">>> {lines[0]}\n" + "".join(f"... {line}".rstrip() + "\n" for line in lines[1:])


def _comparable(text: str) -> str:
    """Output without what differs from run to run."""
    for pattern, constant in _VARYING:
        text = pattern.sub(constant, text)
    return text


def environment() -> dict[str, str]:
    """What pages are run with: this jeta also in other processes, one process to fold, lines of usual width."""
    return {
        "PYTHONPATH": os.pathsep.join(
            filter(None, (str(Path(jeta.__file__).parents[1]), os.environ.get("PYTHONPATH")))
        ),
        "JETA_WORKERS": "1",
        "COLUMNS": "80",
        "MPLBACKEND": "agg",
    }


def pages() -> list[Path]:
    """All pages: the README and those in docs."""
    folders = (ROOT / "docs" / kind for kind in ("", "tutorial", "howto", "explanation"))
    return [ROOT / "README.md", *(path for folder in folders for path in sorted(folder.glob("*.md")))]


def _rewrite(paths: list[Path]) -> None:
    """Bring pages up to date, each in a folder of its own."""
    before = dict(os.environ)
    for path in paths:
        os.environ.update(environment())
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            new = Page().rewritten(path.read_text(encoding="utf-8"))
            os.chdir(ROOT)
        path.write_text(new, encoding="utf-8")
        fetch.set_archive(None)
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    _rewrite([Path(name).absolute() for name in sys.argv[1:]])
