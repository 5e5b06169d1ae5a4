"""Which paper is this record? One answer per ``add``, whatever the order of the records.

============================  ====================================================
the record and the paper      then
============================  ====================================================
have the same given id        same paper; in a later ``add`` the record's set fields
(JSONL ``_id``)               replace the paper's
have different given ids      different papers, but for twins [2]_
have different DOIs or        different papers (an arXiv DOI contradicts no other DOI)
arXiv ids
share a DOI, arXiv id, PMID,  same paper
PMCID, ACL, OpenAlex or S2 id
have equal titles [1]_        same paper, unless PMIDs or ACL ids differ, if the first
                              authors' family names are equal, or the years differ by
                              at most 1, or one side gives neither
nothing of this               a new paper
============================  ====================================================

.. [1] Letters and digits only: no case, accents, LaTeX, blanks or punctuation; titles of
   fewer than 3 words and 15 characters must have equal abstracts too.
.. [2] An id that a file gives tells works apart in that file only. Records of different files
   are one paper where their titles are equal and long enough, the first author of one is
   among the authors of the other, the years differ by at most 1 where both have one, and no
   DOI, arXiv, PubMed or ACL id speaks against it. The paper keeps the id that it has, or the
   smaller one, and is found by both.

Merging takes per field the best value under a total order: the longer abstract (then the
smaller), more authors, the earlier year, the union of sources. A given id outranks this:
its record's fields stand, others only fill what it leaves empty. A record with a given id
takes in a paper without one (``retired``), so that the given id is the one that is found.

A person may split a merge that is wrong: its records never join again (`splits`). A person may
also make one paper of several: it is known by every name that one of them had (`regrouping`).

A paper's id is the given id, else ``doi:…``, ``arxiv:…``, ``pmid:…``, ``acl:…`` (then
``pmcid``, ``openalex``, ``s2``) of the first identifier, else ``t:`` and 16 hex digits
over title, first author and year. Once stored, a paper keeps its id.
"""

from rag.identity.identifiers import identifiers
from rag.identity.keys import identity_keys
from rag.identity.matching import Known
from rag.identity.outcome import Identified, Merge, identify
from rag.identity.regrouping import Regrouped, join, take_apart

__all__ = [
    "Identified",
    "Known",
    "Merge",
    "Regrouped",
    "identifiers",
    "identify",
    "identity_keys",
    "join",
    "take_apart",
]
