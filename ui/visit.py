"""What a tab of the browser is about; held by the server for each session apart."""

from typing import NamedTuple

from ui.place import Place


class Visit(NamedTuple):
    """Which library and conversation a session has open, as which person."""

    library: str = ""
    conversation: str = ""
    """Empty until the first answer of a new conversation is kept."""
    replacing: str = ""
    """Answer that the next one takes the place of: asked again, or its question edited."""

    @property
    def place(self) -> Place:
        """Return the address of the conversation."""
        return Place(self.library, self.conversation)
