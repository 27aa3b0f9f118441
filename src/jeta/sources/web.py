"""Getting an answer of a web service into a file: time-outs, retries with growing pauses, limits, clear errors."""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from http import HTTPStatus
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from jeta import __version__
from jeta.errors import SourceError
from jeta.logs import logger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOG = logger(__name__)

_BLOCK_BYTES = 1 << 18
_SHOWN_BYTES = 200
_PORTS = {"http": 80, "https": 443}
_WORTH_ANOTHER_TRY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}


class Outcome(Enum):
    """What became of a question.

    Attributes
    ----------
    ANSWERED
        The answer is in the file.
    ABSENT
        The service has nothing at this address: statuses 204, 404 and 410.
    TOO_LARGE
        The answer has more bytes than wanted.
    """

    ANSWERED = "answered"
    ABSENT = "absent"
    TOO_LARGE = "too large"


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why a question failed in a way that may pass."""

    why: str


class _PassingError(Exception):
    """The network failed while an answer was read."""


@dataclass(frozen=True)
class Client:
    """Asks a web service; safe in threads.

    Attributes
    ----------
    timeout_s : float
        How long to wait for a connection, and for each further part of an answer; seconds, above 0.
    retries : int
        How often to ask again after a failure that may pass, 0 or more.
    pause_s : float
        How long to wait before the first retry; twice as long before each further one.
    token_from : str
        Where a user sets the token, for messages; empty where none is ever sent.
    way_out : str
        What to do when the service refuses a question, for messages.
    """

    timeout_s: float
    retries: int
    pause_s: float
    token_from: str
    way_out: str = "check the options base and api"

    @cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        """What asks: by http and https only, through the proxies that the environment names."""
        opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.UnknownHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            _SameSiteToken(),
            urllib.request.HTTPErrorProcessor(),
        ):
            opener.add_handler(handler)
        return opener

    def ask(
        self,
        url: str,
        path: Path,
        *,
        token: str | None,
        max_bytes: int,
        damage: Callable[[Path], str | None] = lambda _: None,
    ) -> Outcome:
        """Ask for an address, and put the answer into a file.

        Parameters
        ----------
        url : str
            The address, http or https.
        path : Path
            The file, which is overwritten; incomplete unless the outcome is `Outcome.ANSWERED`.
        token : str or None
            Sent in the header ``Authorization``; not passed on to another host.
        max_bytes : int
            Largest answer wanted.
        damage : callable, optional
            Called with `path`; says why an answer is damaged and worth another try, or None if it is not.

        Raises
        ------
        SourceError
            If the service refuses, or does not answer after all retries; the message gives the address and the way out.
        """
        why = ""
        for attempt in range(self.retries + 1):
            if attempt:
                pause_s = self.pause_s * 2 ** (attempt - 1)
                _LOG.info("%s: %s; asking again in %g s", url, why, pause_s)
                time.sleep(pause_s)
            outcome = self._ask_once(url, path, token, max_bytes)
            if isinstance(outcome, Outcome):
                found = damage(path) if outcome is Outcome.ANSWERED else None
                if found is None:
                    return outcome
                outcome = _Failed(found)
            why = outcome.why
        attempts = f"{self.retries + 1} attempt{'s' if self.retries else ''}"
        raise SourceError(
            f"{url} gave no answer after {attempts}: {why}; check the network and whether the service is"
            " up, and try again later or with a larger timeout"
        )

    def _ask_once(self, url: str, path: Path, token: str | None, max_bytes: int) -> Outcome | _Failed:
        """Ask once."""
        headers = {"User-Agent": f"jeta/{__version__}", **({"Authorization": f"token {token}"} if token else {})}
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the opener knows http and https only
        try:
            with self._opener.open(request, timeout=self.timeout_s) as response:
                if response.status == HTTPStatus.NO_CONTENT:
                    return Outcome.ABSENT
                return _save(response, path, max_bytes)
        except urllib.error.HTTPError as err:
            with err:
                return self._of_status(err, url, token)
        except _PassingError as err:
            return _Failed(str(err))
        except urllib.error.URLError as err:
            if isinstance(err.reason, ssl.SSLCertVerificationError):
                raise SourceError(
                    f"{url}: the service's certificate is not trusted ({err.reason}); check the address, the clock and the"
                    " certificates of this machine"
                ) from err
            return _Failed(f"{type(err.reason).__name__}: {err.reason}" if err.reason else str(err))
        except (http.client.HTTPException, ssl.SSLError, TimeoutError, ConnectionError) as err:
            return _Failed(f"{type(err).__name__}: {err}")

    def _of_status(self, err: urllib.error.HTTPError, url: str, token: str | None) -> Outcome | _Failed:
        """Tell what a status means."""
        what = f"status {err.code} {err.reason}"
        if err.code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return Outcome.ABSENT
        if err.code >= HTTPStatus.INTERNAL_SERVER_ERROR or err.code in _WORTH_ANOTHER_TRY:
            return _Failed(what)
        if err.code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            problem = "refused the token" if token else "wants a token"
            way_out = f"set {self.token_from} to a valid one" if self.token_from else self.way_out
            raise SourceError(f"{url}: the service {problem} ({what}); {way_out}") from err
        if HTTPStatus.MULTIPLE_CHOICES <= err.code < HTTPStatus.BAD_REQUEST:
            raise SourceError(f"{url}: the redirection cannot be followed ({what}); {self.way_out}") from err
        raise SourceError(
            f"{url}: the service refused the question ({what}): {_beginning(err)!r}; {self.way_out}"
        ) from err


class _SameSiteToken(urllib.request.HTTPRedirectHandler):
    """Follows redirections, and takes the token to the same site only."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the next question."""
        new = super().redirect_request(req, fp, code, msg, headers, newurl)
        if new is not None and not _may_have_token(req.full_url, new.full_url):
            new.remove_header("Authorization")
        return new


def _may_have_token(old: str, new: str) -> bool:
    """Whether an address is on the same host and port, or on the same host by https instead of http."""
    one, two = urlsplit(old), urlsplit(new)
    ports = [part.port or _PORTS.get(part.scheme) for part in (one, two)]
    upgraded = (one.scheme, two.scheme, *ports) == ("http", "https", 80, 443)
    return one.hostname == two.hostname and (upgraded or (one.scheme == two.scheme and ports[0] == ports[1]))


def _save(response: http.client.HTTPResponse, path: Path, max_bytes: int) -> Outcome | _Failed:
    """Put an answer into a file."""
    said = response.headers.get("Content-Length", "")
    if said.isdecimal() and int(said) > max_bytes:
        return Outcome.TOO_LARGE
    size = 0
    with path.open("wb") as file:
        for block in _blocks(response):
            size += len(block)
            if size > max_bytes:
                return Outcome.TOO_LARGE
            file.write(block)
    # Read in parts, http.client takes an early end of the connection for the end of the answer.
    if said.isdecimal() and size != int(said):
        return _Failed(f"the answer ended after {size} of {said} bytes")
    return Outcome.ANSWERED


def _blocks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """Read an answer; what the network does wrong is told from what the disk does."""
    while True:
        try:
            block = response.read(_BLOCK_BYTES)
        except (http.client.HTTPException, OSError) as err:
            raise _PassingError(f"the answer broke off: {type(err).__name__}: {err}") from err
        if not block:
            return
        yield block


def _beginning(err: urllib.error.HTTPError) -> str:
    """The first words of the answer to a question that failed; empty if even that fails."""
    try:
        return err.read(_SHOWN_BYTES).decode("utf-8", "replace").strip()
    except (http.client.HTTPException, OSError) as reading:
        return f"no further words ({type(reading).__name__})"
