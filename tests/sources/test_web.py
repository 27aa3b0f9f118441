"""Getting an answer of a web service, whatever the service does."""

from __future__ import annotations

import logging
import socket

import pytest

from jeta.errors import SourceError
from jeta.sources.web import Client, Outcome, _may_have_token
from sources.service import Answer, running


@pytest.fixture
def ask(tmp_path):
    """Return a function that asks and gives the outcome, and the answer where there is one."""

    def get(url, *, token=None, max_bytes=10_000, timeout=5.0, retries=2, **how):
        path = tmp_path / "answer"
        outcome = Client(timeout, retries, 0.001, "JETA_TOKEN").ask(url, path, token=token, max_bytes=max_bytes, **how)
        return (outcome, path.read_bytes()) if outcome is Outcome.ANSWERED else outcome

    return get


def test_answer_is_in_the_file(service, ask):
    service.script = [Answer(b"hello")]
    assert ask(service.base) == (Outcome.ANSWERED, b"hello")
    assert service.requests[0][1]["User-Agent"].startswith("jeta/")


@pytest.mark.parametrize("status", [204, 404, 410])
def test_nothing_there(service, ask, status):
    service.script = [Answer(b"", status)]
    assert ask(service.base) is Outcome.ABSENT


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_asked_again(service, ask, caplog, status):
    service.script = [Answer(b"oh", status), Answer(b"oh", status), Answer(b"here")]
    with caplog.at_level(logging.INFO, "jeta"):
        assert ask(service.base) == (Outcome.ANSWERED, b"here")
    assert len(service.requests) == 3
    assert "asking again in 0.001 s" in caplog.text
    assert "asking again in 0.002 s" in caplog.text


def test_no_answer_after_all_retries_is_an_error_that_says_why(service, ask):
    service.script = [Answer(b"", 503)] * 9
    with pytest.raises(
        SourceError, match=r"after 3 attempts: status 503 Service Unavailable; check the network"
    ) as caught:
        ask(f"{service.base}/a")
    assert f"{service.base}/a" in str(caught.value)
    assert isinstance(caught.value, OSError)
    assert len(service.requests) == 3


def test_slow_answer_is_asked_for_again(service, ask):
    service.script = [Answer(b"slow", delay_s=0.5), Answer(b"fast")]
    assert ask(service.base, timeout=0.1) == (Outcome.ANSWERED, b"fast")


def test_answers_that_are_always_slow_are_an_error(service, ask):
    service.script = [Answer(b"slow", delay_s=0.4)] * 2
    with pytest.raises(SourceError, match=r"after 2 attempts: .*timed out.* larger timeout"):
        ask(service.base, timeout=0.05, retries=1)


def test_answer_that_ends_early_is_asked_for_again(service, ask):
    service.script = [Answer(b"half of", cut=True), Answer(b"all of it")]
    assert ask(service.base) == (Outcome.ANSWERED, b"all of it")


def test_answer_that_always_ends_early_says_how_much_came(service, ask):
    service.script = [Answer(b"half of", cut=True)]
    with pytest.raises(SourceError, match="ended after 7 of 107 bytes"):
        ask(service.base, retries=0)


def test_nobody_there(ask):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceError, match="after 3 attempts: ConnectionRefusedError"):
        ask(f"http://127.0.0.1:{port}")


def test_what_is_no_http_is_an_error(ask):
    with pytest.raises(SourceError, match="unknown url type: ftp"):
        ask("ftp://127.0.0.1/x", retries=0)


@pytest.mark.parametrize(
    ("token", "status", "why"),
    [(None, 401, "wants a token"), ("abc", 401, "refused the token"), ("abc", 403, "refused the token")],
)
def test_refused_token_names_where_to_set_it_and_is_not_asked_again(service, ask, token, status, why):
    service.script = [Answer(b"", status)] * 3
    with pytest.raises(SourceError, match=f"{why} .status {status}.*set JETA_TOKEN to a valid one") as caught:
        ask(service.base, token=token)
    assert "abc" not in str(caught.value)
    assert len(service.requests) == 1


def test_other_statuses_show_what_the_service_said(service, ask):
    service.script = [Answer(b"bad uri", 400)]
    with pytest.raises(SourceError, match=r"status 400 Bad Request.*bad uri.*check the options"):
        ask(service.base)


@pytest.mark.parametrize("sized", [True, False])
def test_answer_that_is_too_large_is_not_read(service, ask, sized):
    service.script = [Answer(b"x" * 5000, sized=sized)]
    assert ask(service.base, max_bytes=4999) is Outcome.TOO_LARGE


@pytest.mark.parametrize("sized", [True, False])
def test_answer_as_large_as_allowed(service, ask, sized):
    service.script = [Answer(b"x" * 5000, sized=sized)]
    assert ask(service.base, max_bytes=5000) == (Outcome.ANSWERED, b"x" * 5000)


def test_damaged_answer_is_asked_for_again(service, ask):
    service.script = [Answer(b"bad"), Answer(b"good")]
    found = ask(service.base, damage=lambda path: "it is bad" if path.read_bytes() == b"bad" else None)
    assert found == (Outcome.ANSWERED, b"good")


def test_token_follows_to_the_same_site_only(service, ask):
    """A redirection to another host must not get the token."""
    with running() as other:
        service.script = [
            Answer(b"", 302, {"Location": f"{service.base}/same"}), Answer(b"", 302, {"Location": f"{other.base}/away"}),
        ]  # fmt: skip
        other.script = [Answer(b"got it")]
        assert ask(f"{service.base}/first", token="abc") == (Outcome.ANSWERED, b"got it")
    assert [(path, headers.get("Authorization")) for path, headers in service.requests] == [
        ("/first", "token abc"), ("/same", "token abc"),
    ]  # fmt: skip
    assert [(path, headers.get("Authorization")) for path, headers in other.requests] == [("/away", None)]


@pytest.mark.parametrize(
    ("old", "new", "may"),
    [
        ("http://a/1", "https://a/2", True), ("https://a/1", "https://a:443/2", True), ("https://a/1", "http://a/1", False),
        ("https://a/1", "https://b/1", False), ("https://a/1", "https://a:8443/1", False), ("https://a/", "https://a.b/", False),
        ("http://a:8000/", "https://a/", False),
    ],
)  # fmt: skip
def test_where_a_token_may_go(old, new, may):
    assert _may_have_token(old, new) is may


@pytest.mark.parametrize("location", ["file:///etc/hostname", "/loop"])
def test_redirection_that_leads_nowhere_is_an_error(service, ask, location):
    service.script = [Answer(b"", 302, {"Location": location})] * 30
    with pytest.raises(SourceError, match="redirection cannot be followed"):
        ask(f"{service.base}/loop")


def test_plain_http_where_https_was_expected(service, ask):
    with pytest.raises(SourceError, match=r"after 1 attempt: SSLError"):
        ask(service.base.replace("http:", "https:"), retries=0)
