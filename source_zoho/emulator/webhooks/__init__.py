"""Whom does the emulated Zoho tell about changes, in which words, and what if nobody answers?"""

from .handle import Webhooks

__all__ = ["Webhooks"]
