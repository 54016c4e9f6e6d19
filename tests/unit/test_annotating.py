from __future__ import annotations

from dataclasses import replace

from assistant.errors import MissingWeights
from assistant.manual import Reason, ReasonKind
from assistant.model import Kind, ModelUse, Progress, Speaker, Transcript
from assistant.services.annotating import Annotator
from assistant.testing import FakeManualTools, FakeSearcher, InMemoryManualStore
from tests.manuals import edition
from tests.transcripts import transcript

CALL = transcript(
    "C 0-6 近所の子の腕にあざがあるのを見たんです。"
    " | W 6-10 あざはいくつぐらいありましたか。"
    " | C 10-17 ご飯も食べていないみたいで痩せています。",
    kind=Kind.CALL,
    speakers=(Speaker("C", "相談者", "caller"), Speaker("W", "職員", "worker")),
)


class WordsOnly(FakeManualTools):
    """Whose weights are not here."""

    def weights(self) -> ModelUse:
        raise MissingWeights(name="ruri", folder="models")


def searcher() -> FakeSearcher:
    return FakeSearcher({"身体的虐待": ("あざ",), "ネグレクト": ("ご飯",)})


def annotated(
    made: Transcript = CALL,
    store: InMemoryManualStore | None = None,
    tools: FakeManualTools | None = None,
    searching: FakeSearcher | None = None,
) -> Transcript:
    return Annotator(
        searching or searcher(),
        store or InMemoryManualStore(),
        tools or FakeManualTools(),
        {"sudachipy": "0.6"},
    ).annotate(made)


def test_each_part_of_the_talk_gets_its_section() -> None:
    first, second = annotated().passages
    assert (first.turn, first.headings[-1]) == ("t1", "身体的虐待")
    assert (second.turn, second.headings[-1]) == ("t3", "ネグレクト")
    assert first.second <= 6 < 10 <= second.second
    assert (first.manual, first.edition, first.page) == ("手引き", "fake", 1)
    assert first.text == "あざ"
    assert first.passage == "fake:0"
    assert first.reasons == (Reason(ReasonKind.WORDS, ("あざ",)),)


def test_it_is_told_how_far_the_talk_was_followed() -> None:
    told: list[Progress] = []

    Annotator(searcher(), InMemoryManualStore(), FakeManualTools(), {}).annotate(CALL, told.append)

    assert [(one.stage, one.total) for one in told] == [("annotate", 17.0)] * len(told)
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert (told[0].done, told[-1].done) == (0.0, 17.0)


def test_a_meeting_gets_them_too() -> None:
    assert annotated(transcript("A 0-6 腕にあざがある児童の件です。")).passages


def test_what_was_heard_stays_as_it_was() -> None:
    made = annotated()
    assert replace(made, passages=(), provenance=CALL.provenance) == CALL
    assert made.provenance.settings.items() > CALL.provenance.settings.items()


def test_the_provenance_names_what_searched_once() -> None:
    store = InMemoryManualStore()
    made = annotated(store=store)
    store.add(*edition("aaaa"))
    again = annotated(made, store)
    for one in (made, again):
        assert [use.task for use in one.provenance.models].count("search") == 1
        assert one.provenance.versions["sudachipy"] == "0.6"
    assert made.provenance.settings["manuals"] != again.provenance.settings["manuals"]


def test_nothing_is_searched_again_while_nothing_changed() -> None:
    made, searching = annotated(), searcher()
    assert annotated(made, searching=searching) is made
    assert searching.asked == []


def test_a_corrected_text_is_searched_anew() -> None:
    made = annotated()
    first, *others = made.turns
    corrected = replace(
        made, turns=(replace(first, text="泣き声がするのを毎晩聞きました。"), *others)
    )
    assert [one.headings[-1] for one in annotated(corrected).passages] == [
        "身体的虐待",
        "ネグレクト",
    ]
    assert annotated(corrected).passages[0].turn == "t2"


def test_without_weights_words_alone_answer() -> None:
    made = annotated(tools=WordsOnly())
    assert len(made.passages) == 2
    assert made.provenance.models == CALL.provenance.models
