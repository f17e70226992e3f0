"""Bring the catalogues up to date with the code: `python -m tests.make_words` (`make words`).

Every message is found in the sources and in the help of the commands. Translations that are there stay, messages that
the code no longer has go, new ones come without a translation; tests/test_words.py names these until somebody writes
them. Nothing in the files depends on the day or the machine.
"""

from __future__ import annotations

import ast
import inspect
import io
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.pofile import normalize, read_po

from aggregator.cli import cli
from aggregator.outputs.workbook_layout import ORIGIN_WORDS
from aggregator.words import BETWEEN, DOMAIN, ENGLISH, FOLDER, LANGUAGES, VIETNAMESE

SOURCES = Path(__file__).resolve().parents[1] / "aggregator"
HEADER = {
    VIETNAMESE: "Language: vi\nContent-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=1; plural=0;\n",
    ENGLISH: "Language: en\nContent-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n",
}
MESSAGE_AT = {"mark": 0, "Fact": 0, "in_language": 0, "Stop": 0, "Usage": 0, "tell": 0, "Rule": 1, "Limit": 1}
"""Functions whose argument of this place is a message."""
MESSAGE_OF = ("self.text", "switches.text", "Words.of", "super().__init__")
"""The same for methods whose names alone would say too little; their first argument."""

Translations = dict[str, str | tuple[str, ...]]
"""Message (with its context before it) → its translation, or its plural forms."""


def messages() -> frozenset[str]:
    """Every message that has to stand in the English catalogue."""
    found = {text for path in sorted(SOURCES.rglob("*.py")) for text in _in_source(path)}
    return frozenset({*found, *_in_help(cli), *ORIGIN_WORDS.values()})


def _in_source(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        at = 0 if name in MESSAGE_OF else MESSAGE_AT.get(name.rpartition(".")[2])
        if at is None or len(node.args) <= at:
            continue
        texts = [argument.value for argument in node.args[at:] if isinstance(argument, ast.Constant)]
        if isinstance(node.args[at], ast.Constant) and isinstance(texts[0], str) and texts[0] not in LANGUAGES:
            context = f"{texts[1]}{BETWEEN}" if name == "mark" and len(texts) > 1 else ""
            yield context + texts[0]


def _in_help(command: click.Command) -> Iterator[str]:
    """The help of a command, of its options and of the commands below it."""
    texts = [command.help, *(getattr(parameter, "help", None) for parameter in command.params)]
    yield from (inspect.cleandoc(text) for text in texts if text)
    for child in getattr(command, "commands", {}).values():
        yield from _in_help(child)


def po_path(lang: str) -> Path:
    return FOLDER / lang / "LC_MESSAGES" / f"{DOMAIN}.po"


def translations(lang: str) -> Translations:
    """What the .po of a language says; empty where it has a message but no translation."""
    catalog = read_po(io.BytesIO(po_path(lang).read_bytes())) if po_path(lang).exists() else Catalog()
    found: Translations = {}
    for message in catalog:
        if message.id:
            names = message.id if isinstance(message.id, tuple) else (message.id,)
            key = "\0".join(names)
            found[f"{message.context}{BETWEEN}{key}" if message.context else key] = message.string
    return found


def po_text(lang: str, table: Translations) -> str:
    """A .po, its messages in order."""
    entries = [f'msgid ""\nmsgstr {normalize(HEADER[lang])}']
    for key, text in sorted(table.items()):
        context, _, names = key.rpartition(BETWEEN)
        lines = [f"msgctxt {normalize(context)}"] if context else []
        one, _, many = names.partition("\0")
        lines.append(f"msgid {normalize(one)}")
        if many:
            lines.append(f"msgid_plural {normalize(many)}")
        forms = enumerate(text if isinstance(text, tuple) else (text,))
        lines += [f"msgstr{f'[{number}]' if many else ''} {normalize(form)}" for number, form in forms]
        entries.append("\n".join(lines))
    return "\n\n".join(entries) + "\n"


def mo_bytes(lang: str, table: Translations) -> bytes:
    """The compiled catalogue: two tables of lengths and offsets, then the texts (GNU gettext, little-endian)."""
    whole: Translations = {"": HEADER[lang], **{key: text for key, text in table.items() if text}}
    pairs = [(key.encode(), _joined(text).encode()) for key, text in whole.items()]
    pairs.sort()
    start = 7 * 4 + 16 * len(pairs)
    tables, texts = b"", b""
    for column in (0, 1):
        for pair in pairs:
            tables += struct.pack("<2I", len(pair[column]), start + len(texts))
            texts += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + tables + texts


def _joined(text: str | Iterable[str]) -> str:
    return text if isinstance(text, str) else "\0".join(text)


def updated(lang: str) -> Translations:
    """English follows the code; what click says is kept as it is."""
    before = translations(lang)
    return {key: before.get(key, "") for key in messages()} if lang == ENGLISH else before


def write(lang: str, table: Translations) -> None:
    path = po_path(lang)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(po_text(lang, table), encoding="utf-8", newline="\n")
    path.with_suffix(".mo").write_bytes(mo_bytes(lang, table))


def main() -> None:
    for lang in LANGUAGES:
        table = updated(lang)
        write(lang, table)
        click.echo(f"{lang}: {len(table)} messages, {sum(not text for text in table.values())} without a translation")


if __name__ == "__main__":
    main()
