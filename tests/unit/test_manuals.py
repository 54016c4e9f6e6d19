from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from assistant.errors import (
    CrashingManual,
    EmptyManual,
    ManualError,
    NothingFound,
    Stopped,
    UnknownManual,
)
from assistant.manual import EditionState
from assistant.services import watching
from assistant.services.manuals import ManualLibrary, Outcome, manual_key, vectors_key
from assistant.testing import (
    FakeClock,
    FakeEmbedder,
    FakeManualReader,
    FakeManualTools,
    InMemoryManualStore,
    MemoryWatchedFiles,
    PlainVault,
)
from tests.libraries import content

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from assistant.manual import Document, Passage
    from assistant.model import Progress
    from assistant.ports import ReadableFile
    from assistant.services.manuals import Addition

TEXT = "# 虐待対応\n## 通告の受理\n通告を受けたら記録する。\n## 調査\n48時間以内に会う。\n"


class TickingClock(FakeClock):
    """A minute later every time."""

    def now(self) -> datetime:
        self.time += timedelta(minutes=1)
        return self.time


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SETTLED", 0.0)


@pytest.fixture
def tools() -> FakeManualTools:
    return FakeManualTools()


@pytest.fixture
def library(tmp_path: Path, tools: FakeManualTools) -> ManualLibrary:
    folder = tmp_path / "state" / "manuals"
    store = InMemoryManualStore()
    return ManualLibrary(folder, PlainVault(), store, MemoryWatchedFiles(), tools, TickingClock())


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def write(path: Path, text: str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def add(library: ManualLibrary, *paths: Path) -> list[Addition]:
    return list(library.add(paths))


def outcomes(additions: list[Addition]) -> dict[str, str]:
    return {one.path.name: one.outcome.value for one in additions}


def texts(library: ManualLibrary) -> list[str]:
    return [passage.text for passage, _ in library.store.indexed()]


def test_a_file_can_be_found_by_its_words_at_once(library: ManualLibrary, inbox: Path) -> None:
    (addition,) = add(library, write(inbox / "手引き.md"))

    edition = addition.edition
    assert edition is not None
    assert (edition.title, edition.passages, edition.embedded) == ("手引き", 2, 0)
    passage, terms = library.store.indexed()[0]
    assert passage.headings == ("虐待対応", "通告の受理")
    assert set("虐待受理記録") <= set(terms.split()), "headings are searched too"


def test_the_original_is_kept_and_opens(library: ManualLibrary, inbox: Path) -> None:
    path = write(inbox / "手引き.md")
    (addition,) = add(library, path)
    path.unlink()
    assert addition.edition is not None
    kept = library.original(addition.edition)
    assert (kept.name, content(kept).decode()) == ("手引き.md", TEXT)


def test_one_bad_file_stops_no_other(
    library: ManualLibrary, inbox: Path, tools: FakeManualTools, caplog: pytest.LogCaptureFixture
) -> None:
    class Crashing(FakeManualReader):
        def read(self, file: ReadableFile) -> Document:
            if file.name == "crash.md":
                raise ZeroDivisionError("秘密の文")
            return super().read(file)

    tools.manual_reader = Crashing()
    (inbox / "bad.md").write_bytes(b"\xff\xfe\xff")
    additions = add(
        library, write(inbox / "crash.md", "x"), inbox / "bad.md", write(inbox / "b.md")
    )

    assert outcomes(additions) == {"crash.md": "failed", "bad.md": "failed", "b.md": "added"}
    assert isinstance(additions[0].error, CrashingManual)
    assert isinstance(additions[1].error, ManualError)
    assert "秘密の文" not in caplog.text + str([vars(one) for one in caplog.records])
    assert sorted(one.name for one in library.folder.iterdir()) == [additions[2].edition.id]  # type: ignore[union-attr]


def test_a_file_of_headings_only_is_refused(library: ManualLibrary, inbox: Path) -> None:
    (addition,) = add(library, write(inbox / "a.md", "# 見出しだけ\n"))
    assert isinstance(addition.error, EmptyManual)
    assert library.editions() == []


def test_the_same_content_is_taken_once(library: ManualLibrary, inbox: Path) -> None:
    add(library, write(inbox / "a.md"))
    (again,) = add(library, write(inbox / "copy of a.md"))
    assert again.outcome is Outcome.ALREADY
    assert again.edition is not None
    assert again.edition.file == "a.md"
    assert len(library.editions()) == 1


def test_a_file_of_the_same_name_is_a_new_edition(library: ManualLibrary, inbox: Path) -> None:
    (old,) = add(library, write(inbox / "手引き.md"))
    (new,) = add(library, write(inbox / "2026" / "手引き.md", TEXT.replace("48", "24")))

    assert new.replaced is not None
    assert old.edition is not None
    assert new.replaced.id == old.edition.id
    assert texts(library)[1] == "24時間以内に会う。"
    assert library.original(old.edition).is_file()
    assert len(library.store.passages(old.edition.id)) == 2


def test_a_file_can_be_named_as_another_manual_s_edition(
    library: ManualLibrary, inbox: Path
) -> None:
    add(library, write(inbox / "手引き.md"))
    path = write(inbox / "手引き(令和8年度).md", TEXT + "追記。\n")
    (new,) = library.add([path], title="新しい手引き", manual="手引き.md")
    assert new.replaced is not None
    assert new.edition is not None
    assert new.edition.title == "新しい手引き"


def test_an_edition_of_an_earlier_date_does_not_supersede(
    library: ManualLibrary, inbox: Path
) -> None:
    list(library.add([write(inbox / "a.md")], edition_date=date(2026, 4, 1)))
    (older,) = library.add(
        [write(inbox / "old" / "a.md", TEXT + "昔。\n")], edition_date=date(2020, 4, 1)
    )
    assert older.edition is not None
    assert older.edition.state is EditionState.SUPERSEDED
    assert "昔。" not in texts(library)


def test_two_files_of_one_name_given_together_are_two_manuals(
    library: ManualLibrary, inbox: Path
) -> None:
    additions = add(library, write(inbox / "a" / "表.md"), write(inbox / "b" / "表.md", "別の表。"))
    assert outcomes(additions) == {"表.md": "added"}
    assert [one.state.value for one in library.editions()] == ["current", "current"]


def test_folders_give_their_manuals_and_nothing_else(library: ManualLibrary, inbox: Path) -> None:
    for name in ("a.md", "下/b.md", "README.md", "~$a.docx", ".hidden.md", "questions.jsonl",
                 "sub/source/c.md", ".git/d.md", "e.tmp"):  # fmt: skip
        write(inbox / name, f"{name}。")
    assert outcomes(add(library, inbox)) == {"a.md": "added", "b.md": "added"}


def test_what_is_not_there_is_said(library: ManualLibrary, inbox: Path) -> None:
    with pytest.raises(NothingFound):
        add(library, inbox / "nothing.pdf")
    with pytest.raises(NothingFound):
        add(library, inbox)


def test_manuals_are_retired_and_restored_by_name_or_id(
    library: ManualLibrary, inbox: Path
) -> None:
    (old,) = add(library, write(inbox / "手引き.md"))
    add(library, write(inbox / "new" / "手引き.md", TEXT + "追記。\n"))
    library.retire("手引き.md")
    assert texts(library) == []
    assert old.edition is not None
    library.restore(old.edition.id[:8])
    assert len(texts(library)) == 2
    assert "追記。" not in texts(library)
    with pytest.raises(UnknownManual):
        library.retire("存在しない")


def test_sync_takes_what_is_new_or_changed_once(
    library: ManualLibrary, inbox: Path, tools: FakeManualTools
) -> None:
    write(inbox / "a.md"), write(inbox / "b.md", "別の文。")
    assert outcomes(list(library.sync(inbox))) == {"a.md": "added", "b.md": "added"}
    assert list(library.sync(inbox)) == []

    write(inbox / "a.md", TEXT + "追記。\n")
    os.utime(inbox / "b.md")
    (changed, touched) = library.sync(inbox)
    assert (changed.path.name, changed.outcome) == ("a.md", Outcome.ADDED)
    assert changed.replaced is not None
    assert touched.outcome is Outcome.ALREADY
    assert list(library.sync(inbox)) == []


def test_sync_leaves_a_file_that_is_being_written(
    library: ManualLibrary, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(inbox / "a.md", "まだ")

    def go_on(_: float) -> None:
        path.write_text(path.read_text(encoding="utf-8") + "続く。", encoding="utf-8")

    with monkeypatch.context() as patched:
        patched.setattr("assistant.services.watching.time.sleep", go_on)
        assert list(library.sync(inbox)) == []
    assert outcomes(list(library.sync(inbox))) == {"a.md": "added"}
    assert texts(library) == ["まだ続く。"]


def test_sync_tries_a_bad_file_again_only_when_it_changes(
    library: ManualLibrary, inbox: Path, tools: FakeManualTools
) -> None:
    (inbox / "a.md").write_bytes(b"\xff")
    (failed,) = library.sync(inbox)
    assert failed.outcome is Outcome.FAILED
    assert [one.path for one in library.troubles()] == ["a.md"]
    assert list(library.sync(inbox)) == []
    assert tools.manual_reader.read_files == ["a.md"]

    write(inbox / "a.md")
    assert outcomes(list(library.sync(inbox))) == {"a.md": "added"}
    assert library.troubles() == []


def test_a_file_that_kills_the_program_is_read_twice_and_no_more(
    library: ManualLibrary, inbox: Path, tools: FakeManualTools
) -> None:
    class Deadly(FakeManualReader):
        def read(self, file: ReadableFile) -> Document:
            self.read_files.append(file.name)
            raise SystemExit

    tools.manual_reader = Deadly()
    write(inbox / "a.md")
    for _ in range(2):
        with pytest.raises(SystemExit):
            list(library.sync(inbox))
    assert list(library.sync(inbox)) == []
    assert "思わぬ不具合" in dict(library.troubles()[0].error)["ja"]


def test_a_process_killed_by_chance_does_not_cost_the_file(
    library: ManualLibrary, inbox: Path, tools: FakeManualTools, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise SystemExit

    write(inbox / "a.md")
    with monkeypatch.context() as patched:
        patched.setattr(tools.manual_reader, "read", killed)
        with pytest.raises(SystemExit):
            list(library.sync(inbox))
    assert outcomes(list(library.sync(inbox))) == {"a.md": "added"}


def test_a_file_that_is_gone_is_said_once_and_retires_nothing(
    library: ManualLibrary, inbox: Path
) -> None:
    path = write(inbox / "a.md")
    list(library.sync(inbox))
    path.unlink()

    (gone,) = library.sync(inbox)
    assert gone.outcome is Outcome.GONE
    assert len(texts(library)) == 2
    assert list(library.sync(inbox)) == []

    write(inbox / "a.md", TEXT + "戻った。\n")
    (back,) = library.sync(inbox)
    assert back.replaced is not None


def test_files_of_one_name_in_two_folders_do_not_supersede_each_other(
    library: ManualLibrary, inbox: Path
) -> None:
    write(inbox / "a" / "表.md", "甲の表。"), write(inbox / "b" / "表.md", "乙の表。")
    list(library.sync(inbox))
    write(inbox / "b" / "表.md", "乙の新しい表。")
    list(library.sync(inbox))
    assert sorted(texts(library)) == ["乙の新しい表。", "甲の表。"]


def test_a_watched_folder_that_is_not_there_is_no_news(library: ManualLibrary, inbox: Path) -> None:
    write(inbox / "a.md")
    list(library.sync(inbox))
    assert list(library.sync(inbox.parent / "unmounted")) == []


def test_embedding_goes_on_where_it_was_stopped(
    library: ManualLibrary, inbox: Path, tools: FakeManualTools
) -> None:
    add(library, write(inbox / "a.md", "\n".join(f"{n}番目の文。" for n in range(40))))
    seen: list[Progress] = []

    def stop_after_two(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == 3:
            raise Stopped

    with pytest.raises(Stopped):
        library.embed_missing(stop_after_two)
    assert [(one.done, one.total) for one in seen] == [(0, 40), (16, 40), (32, 40)]
    assert library.embed_missing() == 8
    assert tools.fake_embedder.batches == [16, 16, 8]
    assert library.editions()[0].embedded == 40


def test_old_vectors_answer_until_the_new_ones_are_complete(
    library: ManualLibrary, inbox: Path, tools: FakeManualTools
) -> None:
    add(library, write(inbox / "a.md", "\n".join(f"{n}番目の文。" for n in range(20))))
    library.embed_missing()
    old = vectors_key(tools.fake_embedder.model)
    use = replace(tools.fake_embedder.model, name="better")
    tools.fake_embedder = FakeEmbedder(use, 96)
    new = vectors_key(use)

    assert library.embed_some()
    assert library.store.models() == {old: 20, new: 16}
    while library.embed_some():
        pass
    assert library.store.models() == {new: 20}
    assert library.store.vectors(new)[1].shape == (20, 96)


def test_when_all_is_embedded_nobody_asks_the_store_again(
    library: ManualLibrary, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, write(inbox / "a.md"))
    while library.embed_some():
        pass
    with monkeypatch.context() as patched:
        patched.setattr(library.store, "missing", None)
        assert not library.embed_some()
    add(library, write(inbox / "b.md", "新しい文。"))
    assert library.embed_some()


def test_reindexing_makes_the_terms_anew(library: ManualLibrary, inbox: Path) -> None:
    add(library, write(inbox / "a.md"))
    before = library.store.indexed()
    library.store.keep_terms(library.editions()[0].id, ["", ""])
    assert library.reindex() == 1
    assert library.store.indexed() == before


def test_a_passage_is_shown_in_its_section_with_its_neighbours(
    library: ManualLibrary, inbox: Path
) -> None:
    (addition,) = add(library, write(inbox / "a.md", "# 甲\n一。\n# 乙\n二。\n三。\n# 丙\n四。"))
    assert addition.edition is not None
    section = library.section(f"{addition.edition.id}:2")
    assert section.headings == ("乙",)
    assert [one.text for one in section.passages] == ["二。", "三。"]
    assert [text_of(section.before), text_of(section.after)] == ["一。", "四。"]
    for nothing in ("", "x", f"{addition.edition.id}:99", f"{addition.edition.id}:-1"):
        with pytest.raises(UnknownManual):
            library.section(nothing)


def text_of(passage: Passage | None) -> str:
    return passage.text if passage else ""


def test_an_edition_knows_the_one_before(library: ManualLibrary, inbox: Path) -> None:
    (old,) = add(library, write(inbox / "a.md"))
    (new,) = add(library, write(inbox / "b" / "a.md", TEXT.replace("48", "24")))
    assert old.edition is not None
    assert new.edition is not None
    before = library.predecessor(library.find(new.edition.id))
    assert before is not None
    assert before.id == old.edition.id
    assert library.predecessor(before) is None
    (change,) = library.changes(before, new.edition)
    assert change.headings == ("虐待対応", "調査")


def test_what_a_dead_process_left_is_dropped(library: ManualLibrary, inbox: Path) -> None:
    left = library.folder / ".arriving-1234"
    write(left / "a.md")
    add(library, write(inbox / "a.md"))
    assert left.exists(), "another process may be at it right now"
    os.utime(left, (0, 0))
    add(library, write(inbox / "b.md", "別。"))
    assert not left.exists()


@pytest.mark.parametrize(
    ("one", "other"), [("ABC 手引き.docx", "ABC 手引き.DOCX"), ("ガイド.pdf", "ガイド.pdf")]
)
def test_names_that_look_alike_are_the_same_manual(one: str, other: str) -> None:
    assert manual_key(one) == manual_key(other)
