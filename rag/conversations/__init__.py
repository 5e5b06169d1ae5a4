"""Answers kept beside the library, so that a question can follow on the last one.

They lie in a database of their own: asking never waits for a writer of the
library, and removing the file forgets every conversation.
"""

from rag.conversations.book import Conversations
from rag.conversations.database import FILE
from rag.conversations.nouns import Feedback, Kept, Thread

__all__ = ["FILE", "Conversations", "Feedback", "Kept", "Thread"]
