from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta, timezone
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UnreadableTranscript
from assistant.export.json_transcript import JsonExporter, from_json, json_schema, to_json
from assistant.manual import Reason, ReasonKind
from assistant.model import (
    Flag,
    Kind,
    ModelUse,
    Provenance,
    Recording,
    Segment,
    Speaker,
    SpeakerSpan,
    Transcript,
    Turn,
    TurnPassage,
    Word,
)
from tests.transcripts import segment, transcript

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SECONDS = st.floats(allow_nan=False, allow_infinity=False)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(timezones=ZONES)
SPEAKER = st.sampled_from(["S1", "S2"])
FLAGS = st.frozensets(st.sampled_from(Flag))
WORDS = st.lists(st.builds(Word, SECONDS, SECONDS, TEXT, SECONDS), max_size=3).map(tuple)


def many(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3).map(tuple)


REASONS = st.builds(Reason, st.sampled_from(ReasonKind), many(TEXT))
PASSAGES = st.builds(
    TurnPassage,
    turn=st.just("t1"),
    second=SECONDS,
    manual=TEXT,
    edition=TEXT,
    edition_date=st.none() | st.dates(),
    headings=many(TEXT),
    page=st.none() | st.integers(1),
    text=TEXT,
    score=SECONDS,
    reasons=many(REASONS),
    passage=TEXT,
)
TRANSCRIPTS = st.builds(
    Transcript,
    recording=st.builds(
        Recording, TEXT, TEXT, SECONDS, st.integers(), st.integers(), TEXT, st.booleans()
    ),
    kind=st.sampled_from(Kind),
    speakers=st.tuples(
        st.builds(Speaker, st.just("S1"), TEXT, TEXT), st.builds(Speaker, st.just("S2"), TEXT, TEXT)
    ),
    turns=many(st.builds(Turn, TEXT, SECONDS, SECONDS, SPEAKER, TEXT, WORDS, FLAGS)),
    speech=many(st.builds(SpeakerSpan, SECONDS, SECONDS, SPEAKER)),
    withheld=many(st.builds(Segment, SECONDS, SECONDS, WORDS, FLAGS, st.integers(0, 7))),
    provenance=st.builds(
        Provenance,
        models=many(st.builds(ModelUse, TEXT, TEXT, TEXT, TEXT, TEXT, st.booleans())),
        versions=st.dictionaries(TEXT, TEXT, max_size=3),
        settings=st.dictionaries(TEXT, TEXT, max_size=3),
        started=TIMES,
        finished=TIMES,
    ),
)


@given(TRANSCRIPTS, many(PASSAGES))
def test_what_is_written_is_read_back_exactly(
    made: Transcript, passages: tuple[TurnPassage, ...]
) -> None:
    if passages:
        first = Turn("t1", 0.0, 1.0, "S1", "通告です。")
        made = replace(made, turns=(first, *made.turns), passages=passages)
    written = to_json(made)
    assert from_json(written) == made
    assert to_json(from_json(written)) == written


def test_the_file_is_utf8_and_people_can_read_it() -> None:
    stream = BytesIO()
    JsonExporter().export(transcript("A 0-2 はい、髙橋です。"), stream)
    assert "髙橋" in stream.getvalue().decode("utf-8")
    assert not stream.closed


def test_a_file_name_in_another_encoding_stops_nothing() -> None:
    name = "会議.wav".encode("cp932").decode("utf-8", "surrogateescape")
    assert from_json(to_json(transcript(name=name))).recording.name.endswith(".wav")


def test_keys_come_in_the_documented_order() -> None:
    written = json.loads(to_json(transcript()))
    assert list(written) == list(json_schema()["properties"])
    assert list(written["turns"][0]) == ["id", "start", "end", "speaker", "text", "words", "flags"]


def test_files_from_before_there_were_passages_are_read() -> None:
    made = transcript()
    older = json.loads(to_json(made))
    del older["passages"]
    assert from_json(json.dumps(older)) == made


def test_a_passage_beside_no_turn_is_a_broken_file() -> None:
    stray = TurnPassage("t9", 1.0, "手引き", "ab12", None, ("第1章",), 3, "文。", 0.5, ())
    with pytest.raises(UnreadableTranscript) as caught:
        from_json(to_json(replace(transcript(), passages=(stray,))))
    assert caught.value.details["place"] == "passages"


def test_withheld_segments_carry_their_text_and_reasons() -> None:
    thanks = segment("ご視聴ありがとうございました", 3, 5, Flag.STOCK_PHRASE, Flag.LITTLE_VOICE)
    written = json.loads(to_json(transcript(withheld=(thanks,))))
    assert written["withheld"][0]["text"] == "ご視聴ありがとうございました"
    assert written["withheld"][0]["flags"] == ["little_voice", "stock_phrase"]


def test_every_field_is_described_and_required_in_the_schema() -> None:
    schema = json_schema()
    for part in (schema, *schema["$defs"].values()):
        properties = part.get("properties", {})
        assert set(part.get("required", ())) == set(properties)
        for name, field in properties.items():
            assert field.get("description"), name


BROKEN = {
    "": "JSON",
    "{": "JSON",
    "[]": "JSON",
    to_json(transcript())[:-40]: "JSON",
    to_json(transcript()).replace('"version": 1', '"version": 2'): "version",
    to_json(transcript()).replace('"start": 2.0', '"start": "x"', 1): "turns.1.start",
    to_json(transcript()).replace('"flags": []', '"flags": null', 1): "turns.0.flags",
    to_json(transcript()).replace('"flags": []', '"flags": ["new"]', 1): "turns.0.flags.0",
    to_json(transcript()).replace('"speaker": "B"', '"speaker": "C"', 1): "speakers",
}


@pytest.mark.parametrize(("text", "place"), BROKEN.items(), ids=BROKEN.values())
def test_broken_files_say_where(text: str, place: str) -> None:
    with pytest.raises(UnreadableTranscript) as caught:
        from_json(text)
    assert caught.value.details["place"] == place


def test_the_error_quotes_nothing_that_was_said() -> None:
    text = to_json(transcript("A 0-2 秘密です。")).replace('"start": 0.0', '"start": "秘密"')
    with pytest.raises(UnreadableTranscript) as caught:
        from_json(text)
    assert "秘密" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_bytes_that_are_no_utf8_are_our_error() -> None:
    with pytest.raises(UnreadableTranscript):
        from_json(b'{"format": "\xff"}')
