"""What the command line shows: progress with the time left, what was heard, what went wrong."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from assistant.errors import Stopped
from assistant.model import Flag
from assistant.services.delivering import State
from assistant.settings import Settings

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from assistant.errors import KikigakiError
    from assistant.model import Progress as Step
    from assistant.model import Transcript
    from assistant.services.delivering import Delivery

screen = Console(stderr=True, highlight=False)
results = Console(highlight=False, soft_wrap=True)

STAGES = {
    "survey": "音を確かめています",
    "recognize": "聞き取っています",
    "finish": "話者を分けています",
    "export": "書き出しています",
}
COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "red", "bright_cyan", "bright_magenta")


class Watcher:
    """A progress bar for each file; hand it over as the progress hook.

    Ctrl-C is remembered too: a library that swallows the interruption does not keep the work going.
    """

    def __init__(self, files: int) -> None:
        self._files = files
        self._number = 1
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(compact=True),
            console=screen,
        )
        self._task = self._bars.add_task("準備しています", total=None)
        self._interrupted = False

    def __enter__(self) -> Self:
        self._handler = signal.signal(signal.SIGINT, self._interrupt)
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()
        signal.signal(signal.SIGINT, self._handler)
        if kind is KeyboardInterrupt:
            raise Stopped from error

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self._interrupted = True
        raise KeyboardInterrupt

    def __call__(self, step: Step) -> None:
        """Shows how far the file has come.

        Raises:
            Stopped: Ctrl-C was pressed.
        """
        if self._interrupted:
            raise Stopped
        which = f"({self._number}/{self._files}) " if self._files > 1 else ""
        self._bars.update(
            self._task,
            description=which + STAGES.get(step.stage, step.stage),
            completed=step.done,
            total=step.total or None,
        )

    def finished(self, delivery: Delivery) -> None:
        """Takes the next file."""
        self._number += 1
        self._bars.remove_task(self._task)
        if delivery.error is not None:
            complain(delivery.error)
        if self._number <= self._files:
            self._task = self._bars.add_task("準備しています", total=None)


def complain(error: KikigakiError) -> None:
    """Says what went wrong, in the language of the screen."""
    screen.print(f"[red]×[/] {escape(error.message(Settings().screen_language))}")


def print_delivery(delivery: Delivery) -> None:
    """One line for each file, and one for each document."""
    if delivery.state is State.FAILED:
        return
    said = "済みです" if delivery.state is State.ALREADY else "できました"
    results.print(f"[green]○[/] {escape(delivery.source.name)}: {said}")
    for path in delivery.outputs.values():
        results.print(f"   {escape(str(path))}")
    if delivery.transcript is not None and delivery.state is State.DONE:
        _advise(delivery.transcript)


def print_turns(delivery: Delivery) -> None:
    """What was heard, with speakers and times."""
    transcript = delivery.transcript
    if transcript is None:
        return
    names = {speaker.id: speaker.name for speaker in transcript.speakers}
    colours = {one.id: COLOURS[n % len(COLOURS)] for n, one in enumerate(transcript.speakers)}
    results.print(f"\n[bold]{escape(delivery.source.name)}[/]  話者 {len(names)} 人")
    for turn in transcript.turns:
        colour = colours[turn.speaker]
        text = escape(turn.text) or "[dim]〔聞き取れず〕[/]"
        if Flag.BACKCHANNEL in turn.flags:
            text = f"[dim]{text}[/]"
        results.print(
            f"[dim]{clock(turn.start)}[/] [{colour}]{escape(names[turn.speaker])}[/] {text}"
        )
    _advise(transcript)


def clock(seconds: float) -> str:
    """`0:01:23`."""
    minutes, second = divmod(int(seconds), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}"


def _advise(transcript: Transcript) -> None:
    if transcript.recording.truncated:
        screen.print(
            "[yellow]![/] 録音が途中で切れています。読み取れたところまでを文字にしました。"
        )
    if transcript.provenance.embedded_recognition:
        screen.print(
            "[dim]付属の重み (Whisper base) で聞き取りました。"
            "より大きな重みのほうがよく聞き取れます: `kikigaki models list` に一覧、"
            "`kikigaki models add フォルダー` で追加。[/]"
        )
