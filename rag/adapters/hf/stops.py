"""Texts at which a streamed reply ends."""

from collections.abc import Sequence


class Stops:
    """Lets a text through up to the first of some stops, in pieces as they come.

    What may be the beginning of a stop is held back until more is known.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(filter(None, stops))
        self._held = ""
        self.met = False
        """Whether a stop was met; nothing comes out after it."""

    def feed(self, text: str) -> str:
        """Take more of the text and return what may be shown."""
        if self.met:
            return ""
        self._held += text
        ends = [at for stop in self._stops if (at := self._held.find(stop)) >= 0]
        self.met = bool(ends)
        cut = min(ends) if ends else len(self._held) - self._doubtful()
        shown, self._held = self._held[:cut], self._held[cut:]
        return shown

    def rest(self) -> str:
        """Return what was held back when the text has ended."""
        return "" if self.met else self._held

    def _doubtful(self) -> int:
        """Count the characters at the end that a stop could begin with."""
        longest = max(map(len, self._stops), default=1) - 1
        for size in range(min(longest, len(self._held)), 0, -1):
            if any(stop.startswith(self._held[-size:]) for stop in self._stops):
                return size
        return 0
