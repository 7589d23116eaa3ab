"""What leaves for the public, made fit to leave: the words of ``twin.texts`` that the pages and tables use."""

from twin.texts import clean, inert

__all__ = ["clean", "inert"]
