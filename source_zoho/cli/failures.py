"""How are many failures of a run said in few words?"""

from collections.abc import Sequence

from source_zoho.cli.sync.causes import Cause, causes, place_in
from source_zoho.cli.sync.words import counted, some

MESSAGES_SHOWN = 5
# A failed read ends with one more message, which sums up all others.
REPETITION = "streams could not be read completely"


def few_of(texts: Sequence[str]) -> list[str]:
    """
    Return *texts* without the one that repeats the others.

    Where there are many, what was said of several streams in the same words is said once, of those that most were said
    of; and how much more there is.
    """
    told = [text for text in texts if REPETITION not in text] or list(texts)
    if len(told) <= MESSAGES_SHOWN:
        return told
    once = [_sentences(cause) for cause in causes([(_stream_in(text), text) for text in told])]
    more = len(once) - MESSAGES_SHOWN
    return [*once[:MESSAGES_SHOWN], *([f"... and {counted(more, 'more failure')}."] if more > 0 else [])]


def _stream_in(text: str) -> str:
    place = place_in(text)
    return place["stream"] if place else ""


def _sentences(cause: Cause) -> str:
    streams = some([name for name in cause.streams if name])
    organizations = f"organization{'s' if len(cause.organizations) > 1 else ''} {some(cause.organizations)}"
    where = " of ".join(filter(None, [streams, organizations if cause.organizations else ""]))
    scopes = some({scope for case in cause.cases for scope in case.scopes})
    said = [f"{where}:" if where else "", cause.what, cause.then, f"Scopes: {scopes}." if scopes else ""]
    return " ".join(filter(None, said))
