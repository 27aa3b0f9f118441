"""Every error that a user can cause, each also the builtin kind that the ancestors raised.

All derive from `JetaError` and carry a stable ``code`` that a server or a script can compare, whatever the message says.
A message names the value at fault, what was expected, and the way out.
"""

from __future__ import annotations


class JetaError(Exception):
    """Base of every error that jeta raises on purpose.

    Attributes
    ----------
    code : str
        A stable identifier of the kind of error, for programs.
    """

    code = "jeta"

    def __str__(self) -> str:
        # KeyError prints the repr of its argument; a sentence should read as a sentence.
        text = str(self.args[0]) if len(self.args) == 1 else super().__str__()
        # The name of a file may have bytes that are no text, which can be neither printed nor stored.
        return text.encode("utf-8", "backslashreplace").decode()


class TimeFormatError(JetaError, ValueError):
    """A time that is in none of the accepted forms."""

    code = "bad-time"


class UnknownMsidError(JetaError, ValueError, KeyError):
    """A name that no MSID of the archive or the telemetry database bears."""

    code = "unknown-msid"


class AmbiguousMsidError(JetaError, ValueError):
    """A pattern that matches more MSIDs than the call can take."""

    code = "ambiguous-msid"


class MsidNameError(JetaError, ValueError):
    """A name that cannot be an MSID: wrong characters, too long, or a path in disguise."""

    code = "bad-msid-name"


class ValuesError(JetaError, ValueError, TypeError):
    """Values, times or quality that cannot be stored: wrong type, shape or length."""

    code = "bad-values"


class IntervalError(JetaError, ValueError):
    """Intervals that overlap, run backwards or cannot be read as intervals."""

    code = "bad-intervals"


class StatError(JetaError, ValueError, KeyError):
    """A statistic that is not one of the known products."""

    code = "bad-stat"


class ArchiveNotFoundError(JetaError, FileNotFoundError):
    """No archive where one was expected, or none named at all."""

    code = "no-archive"


class ArchiveExistsError(JetaError, FileExistsError):
    """An archive, or other files, where a new archive was to be created."""

    code = "archive-exists"


class ArchiveLockedError(JetaError, BlockingIOError):
    """Another process writes to the archive."""

    code = "archive-locked"


class ArchiveCorruptError(JetaError, OSError):
    """A file of the archive that is damaged or not what it should be."""

    code = "archive-corrupt"


class FormatError(JetaError, ValueError):
    """An input file that is not in the format it was taken for, or is damaged."""

    code = "bad-format"

    def __str__(self) -> str:
        # The name of a file may have ends of lines, with which it could write lines of its own into a log.
        return "".join(letter if letter >= " " else repr(letter)[1:-1] for letter in super().__str__())


class TdbError(JetaError, ValueError):
    """A telemetry database entry that is wrong; the message gives file, line, MSID and key."""

    code = "bad-tdb"


class MissingExtraError(JetaError, ImportError):
    """An optional package that is not installed."""

    code = "missing-extra"


class ExpressionError(JetaError, ValueError):
    """An event expression or logical expression that cannot be read, or asks for what there is not."""

    code = "bad-expression"


class UnknownEventError(JetaError, ValueError, KeyError):
    """A name that no event set of the archive bears."""

    code = "unknown-event"


class EventSetError(JetaError, ValueError):
    """A file of an archive's event sets that is wrong; the message gives file and entry."""

    code = "bad-event-set"


class UnitSystemError(JetaError, ValueError, KeyError):
    """A system of units that there is not, or a setting of `jeta.units.Units` other than its system."""

    code = "bad-unit-system"


class SourceError(JetaError, OSError):
    """A source of samples that cannot be reached, refuses, or answers with something else than samples."""

    code = "source"


class SourceSpecError(JetaError, ValueError):
    """A choice of sources that cannot be made: an unknown name, a wrong option, or none at all."""

    code = "bad-source"


class TooLargeError(JetaError, MemoryError):
    """A request that would take more memory than its limit allows."""

    code = "too-large"


class ArchiveMismatchError(JetaError, ValueError):
    """Archives that cannot be read as one, since their times do not count the same."""

    code = "archive-mismatch"


class FileChangedError(JetaError, OSError):
    """A source file that changed while it was read: it is still arriving."""

    code = "file-changed"


class CatalogError(JetaError, OSError):
    """A catalog that cannot be reached, read or written to; what was ingested is in the archive's records all the same."""

    code = "catalog"
