"""Where files of ours go that a newer one replaces: `cu/NNN/` beside them, nothing is deleted."""

from __future__ import annotations

from pathlib import Path

OLD_FOLDER = "cu"


class Attic:
    """The attic of one folder: one number per run, made when first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._room: Path | None = None

    def move(self, path: Path) -> None:
        if not path.is_file():
            return
        target = self._target() / path.relative_to(self.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)

    def _target(self) -> Path:
        if self._room is None:
            taken = [int(path.name) for path in (self.folder / OLD_FOLDER).glob("*") if path.name.isdigit()]
            self._room = self.folder / OLD_FOLDER / f"{max(taken, default=0) + 1:03d}"
        return self._room
