"""Pierhead: from code in any form to a running, verified, reversible service."""

__version__ = "0.1.0"
