"""The fixtures of the tickets' tests."""

from ticket_house import house, quick

__all__ = ["house", "quick"]
