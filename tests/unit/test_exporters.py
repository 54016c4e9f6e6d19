from __future__ import annotations

import csv
import subprocess
import sys
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.export.registry import EXPORTERS
from assistant.export.wording import FLAGS, clock, length, reasons
from assistant.model import Flag, Kind, Speaker
from assistant.text.sheets import FORMULA_STARTS, harmless
from tests.transcripts import transcript


def exported(form: str, notation: str = "A 0-2 はい。 | B 2-5 了解です。", **more: object) -> str:
    stream = BytesIO()
    EXPORTERS[form].export(transcript(notation, **more), stream)  # type: ignore[arg-type]
    assert not stream.closed
    return stream.getvalue().decode("utf-8")


def rows(notation: str, **more: object) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(exported("csv", notation, **more).removeprefix("\ufeff"))))


def test_formats_come_in_the_order_that_people_are_shown() -> None:
    assert list(EXPORTERS) == ["json", "docx", "srt", "vtt", "txt", "csv", "rttm"]
    assert [one.suffix for one in EXPORTERS.values()] == list(EXPORTERS)


def test_listing_the_formats_loads_no_library() -> None:
    code = (
        "import sys; from assistant.export.registry import EXPORTERS; "
        "print({'docx', 'pysubs2', 'lxml', 'pydantic'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"


@pytest.mark.parametrize("form", EXPORTERS)
@pytest.mark.parametrize(
    "notation", ["", "A 0-2  #unrecognized", "A 0-2 はい。 | B 1-1.4 ええ #backchannel"]
)
def test_every_format_is_written_for_every_transcript(form: str, notation: str) -> None:
    stream = BytesIO()
    EXPORTERS[form].export(transcript(notation), stream)
    assert stream.tell() > 0 or (notation == "" and form in {"srt", "rttm"})


def test_text_has_a_paragraph_for_each_turn() -> None:
    lines = exported("txt", "A 83.9-90 はい。 | B 91-92 ええ。 #overlap").split("\r\n")
    assert lines[0] == "文字起こし（会議）"
    assert lines[-3:] == ["[0:01:23] ○話者A　はい。", "[0:01:31]※ ○話者B　ええ。", ""]


@given(st.lists(st.text("あいう漢字、。 a", min_size=1, max_size=20), min_size=1, max_size=5))
def test_text_holds_every_word(texts: list[str]) -> None:
    made = transcript(" | ".join(f"A {n}-{n + 1} {text}" for n, text in enumerate(texts)))
    stream = BytesIO()
    EXPORTERS["txt"].export(made, stream)
    lines = stream.getvalue().decode().split("\r\n")[-len(texts) - 1 : -1]
    for turn, line in zip(made.turns, lines, strict=True):
        assert "".join(word.text for word in turn.words) in line


def test_text_puts_backchannels_where_they_were_said() -> None:
    text = exported("txt", "A 0-9 件数は、増です。 | B 2-2.5 はい #backchannel", kind=Kind.CALL)
    assert "○話者A　件数は、（はい）増です。" in text


def test_the_table_is_read_back_by_a_spreadsheet() -> None:
    people = (Speaker("A", "青木,一郎", "委員長"), Speaker("B", "相談者", "caller"))
    first, second = rows(
        'A 3.25-4 「"はい"、」 | B 3675-3680 ええ #low_probability', speakers=people
    )
    assert first == {
        "番号": "t1",
        "開始（秒）": "3.25",
        "終了（秒）": "4.00",
        "開始": "0:00:03",
        "終了": "0:00:04",
        "話者": "青木,一郎",
        "役割": "委員長",
        "発言": '「"はい"、」',
        "確認": "",
    }
    assert (second["開始"], second["役割"], second["確認"]) == (
        "1:01:15",
        "相談者",
        "認識に自信がない",
    )


def test_the_table_opens_in_excel() -> None:
    assert exported("csv").startswith("\ufeff番号,")


@given(st.text(max_size=20))
def test_no_cell_is_a_formula(text: str) -> None:
    assert not harmless(text).lstrip().startswith(FORMULA_STARTS)
    assert not set(harmless(text)) & set("\t\r\n")


def test_formulas_in_names_and_words_are_harmless() -> None:
    (row,) = rows("A 0-1 ＝1+1", speakers=(Speaker("A", "=HYPERLINK(1)", "@委員"),))
    assert (row["話者"], row["役割"], row["発言"]) == ("'=HYPERLINK(1)", "'@委員", "'＝1+1")


def test_rttm_has_a_line_for_each_stretch_of_speech() -> None:
    text = exported("rttm", "A 0-2 はい。 | B 1.5-5.125 了解です。", name="第１回 会議.wav")
    assert text.splitlines()[1] == "SPEAKER 第１回_会議 1 1.500 3.625 <NA> <NA> B <NA> <NA>"


def test_every_flag_has_its_words() -> None:
    assert set(FLAGS) == set(Flag)
    assert reasons(frozenset()) == ""


@pytest.mark.parametrize(
    ("seconds", "at", "long"),
    [
        (0, "0:00:00", "０秒"),
        (59.6, "0:00:59", "１分00秒"),
        (3599.9, "0:59:59", "１時間00分00秒"),
        (36_000, "10:00:00", "10時間00分00秒"),
    ],
)
def test_times_are_rounded_down_and_lengths_to_the_nearest(
    seconds: float, at: str, long: str
) -> None:
    assert (clock(seconds), length(seconds)) == (at, long)
