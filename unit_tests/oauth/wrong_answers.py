"""What can Zoho's accounts server answer in place of a token, and what has its user to read then?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from requests import ConnectionError as NoConnection
from requests import ConnectTimeout
from requests.exceptions import ChunkedEncodingError, InvalidProxyURL, ProxyError, SSLError

from unit_tests.oauth.accounts_server import Said

TOKEN = {"access_token": "1000.hush.access", "api_domain": "https://www.zohoapis.eu", "token_type": "Bearer"}
BOTH = {**TOKEN, "refresh_token": "1000.hush.new"}
TOO_MANY = "You have made too many requests continuously. Please try again after some time."
NO_TOKEN = "an answer without access_token"
IN_BETWEEN = "Something on the way may have answered in Zoho's place"
ONCE, PASSES, MINUTES = "asked once", "asked again in seconds", "asked again in minutes"
USER, TIME, US = "config_error", "transient_error", "system_error"


@dataclass(frozen=True)
class Wrong:
    """
    An answer that gives no token.

    *reads* is part of what `check`, `doctor` and `read` say, *signs_in* part of what `login` says; *kind* who can mend
    it, in the platform's words.
    """

    name: str
    answer: Any
    kind: str
    again: str
    reads: str
    signs_in: str


def of_words(*words: str, kind: str, reads: str, signs_in: str, again: str = ONCE) -> list[Wrong]:
    """Return a row for each word of Zoho's, with the statuses that it has been seen with."""
    return [
        Wrong(f"{word} with {status}", Said(status, {"error": word}), kind, again, reads, signs_in)
        for word in words
        for status in (200, 400)
    ]


def trouble(
    name: str, answer: Any, told: str, *, again: str = PASSES, kind: str = TIME, helps: str = "Run again later"
) -> Wrong:
    """Return a row for an answer that is none, which *told* names and for which *helps* is the remedy."""
    sentence = f"({told}). {helps}"
    return Wrong(name, answer, kind, again, sentence, sentence)


def stays(name: str, answer: Any, told: str, helps: str = IN_BETWEEN, kind: str = TIME) -> Wrong:
    """Return a row for trouble that does not end by asking again."""
    return trouble(name, answer, told, again=ONCE, kind=kind, helps=helps)


UNTRUSTED = SSLError(
    "HTTPSConnectionPool: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate"
)
NO_NAME = NoConnection("NameResolutionError: Failed to resolve 'accounts.zoho.eu' client_secret=hush")
NO_CERTIFICATES = OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /nowhere")

WRONG: list[Wrong] = [
    # ── words of Zoho's that are final ──
    *of_words("invalid_code", "invalid_grant", kind=USER, reads="Zoho refused refresh_token in", signs_in="the code"),
    *of_words("INVALID_CODE", kind=USER, reads="make a new one in that data centre", signs_in="without a break"),
    *of_words("invalid_client", kind=USER, reads="Copy both again", signs_in="does not know this client ID in"),
    *of_words("invalid_client_secret", kind=USER, reads="Copy both again", signs_in="Copy the client secret again"),
    *of_words("unauthorized_client", kind=USER, reads="Copy both again", signs_in="Use a server-based client"),
    *of_words("access_denied", kind=USER, reads="wait ten minutes and run again", signs_in="Wait ten minutes, make a"),
    *of_words(
        "invalid_redirect_uri",
        kind=US,
        reads="Make a new one with `source-zoho login`",
        signs_in="under Authorized Redirect URIs",
    ),
    *of_words(
        "invalid_scope",
        "invalid_oauthscope",
        kind=US,
        reads="Make a new one with `source-zoho login`",
        signs_in="--without-scope",
    ),
    *of_words(
        "invalid_request",
        "unsupported_grant_type",
        kind=US,
        reads="Make a new one with `source-zoho login`",
        signs_in="server-based one",
    ),
    *of_words(
        *("inactive_user", "user_blocked", "UNCONFIRMED_USER", "account suspended"),
        kind=USER,
        reads="let an administrator of the organization activate the user",
        signs_in="Let an administrator of the organization activate the user",
    ),
    # ── too often ──
    *(
        Wrong(name, answer, TIME, MINUTES, "Wait ten minutes and run again.", "Wait ten minutes and run")
        for name, answer in {
            "Access Denied with 400": Said(400, {"error": "Access Denied", "error_description": TOO_MANY}),
            "Access Denied with 200": {"error": "Access Denied", "status": "failure"},
            "access_denied for too many": {"error": "access_denied", "error_description": TOO_MANY},
            "429 and JSON": Said(429, {"message": "slow down"}),
            "429 and HTML": Said(429, b"<html>"),
        }.items()
    ),
    # ── trouble that passes ──
    trouble("general_error", {"error": "general_error"}, "general_error"),
    trouble("general_error with 500", Said(500, {"error": "general_error"}), "general_error"),
    trouble("temporarily_unavailable", Said(400, {"error": "temporarily_unavailable"}), "temporarily_unavailable"),
    trouble("a new word with 503", Said(503, {"error": "brand_new"}), "brand_new"),
    trouble("502 and HTML", Said(502, b"<html>502 Bad Gateway</html>"), "HTTP 502 without JSON"),
    trouble("503 without a body", Said(503), "HTTP 503 without a body"),
    trouble("504 and JSON of a proxy", Said(504, {"message": "hush"}), "an answer without access_token, HTTP 504"),
    trouble("200 and HTML", Said(200, b"<html>Accounts is taking a short break.</html>"), "HTTP 200 without JSON"),
    trouble("200 without a body", Said(200), "HTTP 200 without a body"),
    trouble("JSON cut off", Said(200, b'{"access_token": "1000.hush'), "HTTP 200 without JSON"),
    trouble("JSON without an end", Said(200, b"[" * 100_000), "HTTP 200 without JSON"),
    trouble("a list", [BOTH], NO_TOKEN),
    trouble("a text", "1000.hush.access", NO_TOKEN),
    trouble("null", Said(200, b"null"), NO_TOKEN),
    trouble("nothing", {}, NO_TOKEN),
    trouble("a failure without a word", {"status": "failure"}, NO_TOKEN),
    trouble("an error that is no word", {"error": {"code": "hush"}}, NO_TOKEN),
    trouble("an access token that is a number", {**BOTH, "access_token": 7}, NO_TOKEN),
    trouble("an access token of two lines", {**BOTH, "access_token": "1000.a\r\nX: 1"}, NO_TOKEN),
    trouble("an access token of other letters", {**BOTH, "access_token": "1000.\u00fc"}, NO_TOKEN),
    trouble("no connection", NoConnection("hush: connection refused"), "ConnectionError"),
    trouble(
        "no name", NO_NAME, "ConnectionError", helps="This machine does not find accounts.zoho.eu: see that it has"
    ),
    trouble("no answer", ConnectTimeout("hush"), "ConnectTimeout"),
    trouble("a body cut off", ChunkedEncodingError("hush"), "ChunkedEncodingError"),
    trouble("TLS broken off", SSLError("EOF occurred"), "SSLError", helps=IN_BETWEEN),
    trouble("a proxy without a way", ProxyError("hush"), "ProxyError", helps="See that HTTPS_PROXY"),
    # ── trouble that stays until somebody does something ──
    stays("a redirect", Said(302, b"", {"Location": "https://evil.example/?hush"}), "HTTP 302 to evil.example"),
    stays("a redirect to nowhere", Said(307, BOTH), "HTTP 307"),
    stays("400 and HTML", Said(400, b"<html>Bad Request</html>"), "HTTP 400 without JSON"),
    stays("403 without a body", Said(403), "HTTP 403 without a body"),
    stays("404 and JSON", Said(404, {"message": "hush"}), NO_TOKEN, "Run again later"),
    stays("a certificate that nobody trusts", UNTRUSTED, "SSLError", "This machine does not trust", kind=USER),
    stays("no certificates", NO_CERTIFICATES, "OSError", "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names", kind=USER),
    stays("a proxy that is none", InvalidProxyURL("hush"), "InvalidProxyURL", "See that HTTPS_PROXY", kind=USER),
    # ── words that nobody here has met ──
    *(
        Wrong(word, {"error": word}, US, PASSES, f"unknown here: {shown}. Make a new", f"(Zoho's word: {shown}.)")
        for word, shown in {"brand_new": "brand_new", "brand\x1b[2J": "brand[2J", "b" * 300: "b" * 60}.items()
    ),
]

# Answers that are odd and good: what they hold beside the token, and the host that is asked then.
GOOD: dict[str, tuple[dict[str, Any], str]] = {
    "as documented": ({"expires_in": 3600, "scope": "ZohoBooks.fullaccess.all"}, "https://www.zohoapis.eu"),
    "of another data centre": ({"api_domain": "https://www.zohoapis.in/"}, "https://www.zohoapis.in"),
    "of a sandbox of CRM": ({"api_domain": "https://sandbox.zohoapis.eu"}, "https://sandbox.zohoapis.eu"),
    "without a host": ({"api_domain": None}, ""),
    "a host that is a number": ({"api_domain": 7}, ""),
    "a host over http": ({"api_domain": "http://www.zohoapis.eu"}, ""),
    "a stranger's host": ({"api_domain": "https://www.zohoapis.eu.evil.example"}, ""),
    "a host with a password": ({"api_domain": "https://hush:hush@www.zohoapis.eu"}, ""),
    "a host with a path to another": ({"api_domain": "https://www.zohoapis.eu@evil.example/"}, ""),
    "no host at all": ({"api_domain": "http://[::1"}, ""),
    "a life in text": ({"expires_in": "3600"}, "https://www.zohoapis.eu"),
    "a life in milliseconds": ({"expires_in_sec": 3600, "expires_in": 3_600_000}, "https://www.zohoapis.eu"),
    "no life": ({"expires_in": None}, "https://www.zohoapis.eu"),
    "an odd type": ({"token_type": "bearer "}, "https://www.zohoapis.eu"),
    "no type": ({"token_type": None}, "https://www.zohoapis.eu"),
    "an error beside": ({"error": ""}, "https://www.zohoapis.eu"),
}
