"""What a paper is to a reference manager.

The library knows no type of entry, so it is guessed: a paper of the ACL Anthology, or whose
venue calls itself proceedings, a conference or a workshop, is a conference paper; one with
another venue is an article; one with an arXiv id and no venue, or whose venue is arXiv
itself, is a preprint; one of which neither is known is a document of no kind.
"""

import re
from typing import Literal

from rag.schema import Paper

Kind = Literal["article", "conference", "preprint", "document"]

_PREPRINTS = re.compile(r"^(?:arxiv|corr\b|[a-z]*rxiv\b)", re.IGNORECASE)
_MEETING = re.compile(
    r"\b(?:proceedings|proc\.|conference|workshop|symposium|annual meeting|findings of|"
    r"advances in neural information processing systems|neurips|nips|icml|iclr|aaai|cvpr|iccv|"
    r"eccv|emnlp|naacl|aistats|uai|colt|ijcai|acl)\b",
    re.IGNORECASE,
)


def kind(paper: Paper) -> Kind:
    """Return what a paper most likely is."""
    venue = paper.venue or ""
    if paper.identifiers.acl or _MEETING.search(venue):
        return "conference"
    if venue and not _PREPRINTS.search(venue):
        return "article"
    return "preprint" if paper.identifiers.arxiv or venue else "document"
