"""An offline Zoho for tests and demos: what would the accounts server, Books v3, Billing v1 and CRM v8
answer?

It knows Zoho's documents and none of the connector's code. `README.md` beside this file says first what it is not.
"""

from .emulator import Emulator

__all__ = ["Emulator"]
