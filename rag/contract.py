"""The JSON that outside programs read: answers, hits, papers and reports as plain objects.

Pure. The keys and their order are promised (README, *Contracts*); further
keys may follow them.
"""

import json
import re
from collections.abc import Iterable

from rag.schema import Answer, Citation, Claim, Hit, Paper, Verdict, Withheld
from rag.store.report import AddReport, JoinReport, SplitReport, Status

Json = dict[str, object]

# A terminal acts on some of these, and none of them is needed to read a text.
_UNSAFE = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")


def line(content: Json, *, ascii_only: bool = False) -> str:
    """Return an object as one line of JSON that is safe to print to a terminal.

    Args:
        content: What to write.
        ascii_only: Escape every other character too, for output that is not UTF-8.
    """
    written = json.dumps(content, ensure_ascii=ascii_only, allow_nan=False)
    return escaped(written)


def escaped(written: str) -> str:
    """Return JSON in which nothing is left that a terminal acts on or nobody sees."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", written)


def answered(answer: Answer) -> Json:
    """Return an answer or a refusal."""
    refusal = answer.refusal
    return {
        "question": answer.question,
        "answer": answer.text,
        "refused": refusal is not None,
        "refusal_reason": refusal.reason if refusal else None,
        "claims": [_claim(claim) for claim in answer.claims],
        "citations": cited(answer.citations),
        "hits": listed(answer.hits),
        "answerer": answer.answerer,
        "model": answer.model,
        "library": answer.library,
        "settings": answer.settings,
        "timings_ms": {name: round(value, 2) for name, value in answer.timings_ms.items()},
        "usage": answer.usage,
        "notices": list(answer.notices),
        "standalone": answer.standalone,
        "nearest": cited(refusal.nearest) if refusal else [],
        "id": answer.id,
        "confidence": None if answer.confidence is None else round(answer.confidence, 4),
        "filters": answer.filters.model_dump(exclude_none=True),
        "withheld": [_withheld(each) for each in answer.withheld],
        "invented": list(answer.invented),
        "cost_usd": answer.cost_usd,
    }


def searched(question: str, hits: Iterable[Hit]) -> Json:
    """Return the outcome of a search."""
    return {"question": question, "hits": listed(hits)}


def listed(hits: Iterable[Hit]) -> list[Json]:
    """Return hits, best first."""
    return [
        {
            "rank": hit.rank,
            "paper_id": hit.passage.paper_id,
            "title": hit.passage.title,
            "passage_id": hit.passage.id,
            "score": round(hit.score, 6),
            "text": hit.passage.text,
        }
        for hit in hits
    ]


def cited(citations: Iterable[Citation]) -> list[Json]:
    """Return citations; ``quote`` is ``abstract[start:end]`` of the stored paper."""
    return [
        {
            "n": citation.n,
            "paper_id": citation.paper_id,
            "title": citation.title,
            "authors": list(citation.authors),
            "year": citation.year,
            "url": citation.url,
            "doi": citation.doi,
            "quote": citation.quote,
            "start": citation.start,
            "end": citation.end,
            "passage_id": citation.passage_id,
            "sha256": citation.quote_hash,
            "retraction": citation.retraction,
        }
        for citation in citations
    ]


def stored(paper: Paper) -> Json:
    """Return a paper with all that is stored of it."""
    told = paper.model_dump(mode="json")
    return {**told, "content_hash": paper.content_hash, "retraction": paper.retraction}


def named(paper: Paper) -> Json:
    """Return a paper as a line of a list."""
    return {
        "id": paper.id,
        "year": paper.year,
        "title": paper.title,
        "title_only": not paper.abstract,
        "retraction": paper.retraction,
    }


def parted(report: SplitReport) -> Json:
    """Return what a split did."""
    return {
        "kept": named(report.kept),
        "gone": named(report.gone),
        "papers": report.papers,
        "fingerprint": report.fingerprint,
    }


def joined(report: JoinReport) -> Json:
    """Return what a merge did."""
    return {
        "paper": named(report.paper),
        "retired": list(report.retired),
        "papers": report.papers,
        "fingerprint": report.fingerprint,
    }


def added(report: AddReport, *, explain: bool = False) -> Json:
    """Return what an ``add`` did; with ``explain`` also which records were merged, and why."""
    merges = [
        {
            "paper_id": each.paper_id,
            "file": each.source.file,
            "position": each.source.position,
            "reason": each.reason,
        }
        for each in report.merges
    ]
    return {
        "read": report.read,
        "new": report.new,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "merged": report.merged,
        "rejected": report.rejected,
        "rejections": [
            {"file": each.source.file, "position": each.source.position, "reason": each.reason}
            for each in report.rejections
        ],
        "errors": [each.model_dump(mode="json") for each in report.errors],
        "files": [each.model_dump(mode="json") for each in report.files],
        "embedded": report.embedded,
        "batch": report.batch,
        "papers": report.papers,
        "passages": report.passages,
        "fingerprint": report.fingerprint,
        "seconds": report.seconds,
        "tables": [each.model_dump(mode="json") for each in report.tables],
        **({"merges": merges} if explain else {}),
        **({"dry_run": True} if report.dry else {}),
    }


def standing(status: Status, *, reachable: bool | None = None) -> Json:
    """Return how a library stands.

    Args:
        status: What the catalogue says.
        reachable: Whether the server of the store answers; None where there is none.
    """
    told: Json = {
        "papers": status.papers,
        "passages": status.passages,
        "fingerprint": status.fingerprint,
        "version": status.version,
        "store": status.store,
        "model": status.model,
        "writer": status.writer.model_dump(mode="json") if status.writer else None,
    }
    if status.tuned:
        told["tuned"] = status.tuned.model_dump(mode="json")
    if reachable is None and status.published == status.store and not status.left:
        return told
    return {
        **told,
        "reachable": reachable,
        "published": status.published,
        "left": list(status.left),
    }


def _withheld(sentence: Withheld) -> Json:
    return {
        "text": sentence.text,
        "verdict": sentence.verdict.label,
        "support": round(sentence.verdict.probability, 4),
        **_unmet(sentence.verdict),
        "against": cited([sentence.against])[0] if sentence.against else None,
    }


def _claim(claim: Claim) -> Json:
    return {
        "text": claim.text,
        "citations": list(claim.citations),
        "verdict": claim.verdict.label,
        "support": round(claim.verdict.probability, 4),
        **_unmet(claim.verdict),
    }


def _unmet(verdict: Verdict) -> Json:
    """Return which characters of a sentence its evidence does not come near to, if any."""
    return {"unmet": [list(span) for span in verdict.unmet]} if verdict.unmet else {}
