"""What the page is told about manuals: plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.manual import Edition, Hit, Passage, Reason, SectionReport, Source
    from assistant.model import TurnPassage
    from assistant.services.editions import Change, Section

Json = dict[str, Any]


def library_json(
    editions: Sequence[Edition], troubles: Iterable[Source], folder: str, free: int
) -> Json:
    """Everything in the library, and what could not be taken from the watched folder."""
    return {
        "editions": [edition_json(one) | {"before": _before(one, editions)} for one in editions],
        "troubles": [{"path": one.path, "error": dict(one.error)} for one in troubles],
        "folder": folder,
        "free": free,
    }


def edition_json(edition: Edition) -> Json:
    """One version of a manual."""
    return {
        "id": edition.id,
        "manual": edition.manual,
        "title": edition.title,
        "file": edition.file,
        "date": edition.date.isoformat() if edition.date else None,
        "added": edition.added.isoformat(),
        "state": edition.state.value,
        "passages": edition.passages,
        "embedded": edition.embedded,
    }


def _before(edition: Edition, editions: Sequence[Edition]) -> str | None:
    """The id of the edition of the same manual that was added before; `editions` newest first."""
    older = (one for one in editions if one.manual == edition.manual and one.added < edition.added)
    return next((one.id for one in older), None)


def hit_json(hit: Hit, display: int) -> Json:
    """A section that fits, and the display that its judgement goes to."""
    return {
        "passage": hit.passage.id,
        "display": display,
        "edition": edition_json(hit.edition),
        "headings": hit.passage.headings,
        "page": hit.passage.page,
        "text": hit.passage.text,
        "score": round(hit.score, 3),
        "reasons": reasons_json(hit.reasons),
    }


def reasons_json(reasons: Iterable[Reason]) -> list[Json]:
    """Why; `words` as they stand in the text, to be lit up."""
    return [{"kind": one.kind.value, "words": one.words} for one in reasons]


def section_json(section: Section) -> Json:
    """A whole section with the doors to its neighbours."""
    return {
        "edition": edition_json(section.edition),
        "headings": section.headings,
        "passages": [
            {"id": one.id, "page": one.page, "text": one.text} for one in section.passages
        ],
        "before": _door(section.before),
        "after": _door(section.after),
    }


def _door(passage: Passage | None) -> Json | None:
    return {"passage": passage.id, "headings": passage.headings} if passage else None


def change_json(change: Change) -> Json:
    """What became of a section; lines are [mark, text]."""
    return {
        "kind": change.kind.value,
        "headings": change.headings,
        "before": change.before,
        "lines": [[line.mark, line.text] for line in change.lines],
    }


def report_json(line: SectionReport) -> Json:
    """How often a section was shown and judged."""
    return {
        "manual": line.manual,
        "title": line.title,
        "headings": line.headings,
        "shown": line.shown,
        "opened": line.opened,
        "helped": line.helped,
        "wrong": line.wrong,
    }


def turn_passage_json(passage: TurnPassage) -> Json:
    """A section that fits a turn."""
    return {
        "turn": passage.turn,
        "second": round(passage.second, 2),
        "title": passage.manual,
        "date": passage.edition_date.isoformat() if passage.edition_date else None,
        "headings": passage.headings,
        "page": passage.page,
        "text": passage.text,
        "reasons": reasons_json(passage.reasons),
        "passage": passage.passage,
    }
