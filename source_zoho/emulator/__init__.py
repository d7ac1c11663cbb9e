"""An offline Zoho for tests and demos: what would the accounts server and Books v3 answer?

It knows Zoho's documents and none of the connector's code. `README.md` beside this file says first what it is not.
"""

from .emulator import Emulator

__all__ = ["Emulator"]
