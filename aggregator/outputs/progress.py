"""A progress bar on stderr; imported only where somebody is looking."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


def bar(words: str) -> Callable[[int, int], None]:
    """A function to be called with (done, total) now and then; it removes the bar when all is done."""
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,  # its thread would be copied into the processes that read
    )
    task = progress.add_task(words, total=None)
    progress.start()

    def show(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total, refresh=True)
        if done >= total:
            progress.stop()

    return show
