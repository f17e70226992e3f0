"""Zip archives of returns and encrypted workbooks: opened within limits, in memory, each member a file of its own."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import msoffcrypto.format.ooxml
import pytest
from click.testing import CliRunner

from aggregator import examine, workers
from aggregator.cli import cli
from aggregator.examine import Unpacked, look
from aggregator.findings import Finding
from aggregator.identity import Expectation
from aggregator.inbox import Item
from aggregator.reading import limits, refusals
from aggregator.reading.archive import open_bundle
from aggregator.reading.locked import MAX_PASSWORDS, unlock
from aggregator.reading.refusals import Refused
from aggregator.reading.sniff import sniff
from aggregator.steps.survey import expectation
from aggregator.submission import Examination
from tests.cases_craft import CAMPAIGN, FAULTS, campaign, filled, stored
from tests.cases_files import PDF, as_zip

SCHOOL, NURSERY = "0990102", "0990101"


@cache
def expected() -> Expectation:
    return expectation(campaign())


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def outcome(data: bytes, place: Path, name: str = "gui.zip", passwords: tuple[str, ...] = ()) -> dict[str, Examination]:
    """The archive and its members as the workers examine them."""
    path = place / name
    path.write_bytes(data)
    found = workers.examine_all([Item(str(path), name)], expected(), workers=0, passwords=passwords)
    return {one.path: one for one in found}


def codes(found: Mapping[str, Examination]) -> dict[str, list[str]]:
    return {path: [finding.code for finding in one.findings] for path, one in found.items()}


def rule_of(data: bytes) -> Any:
    with pytest.raises(Refused) as refused:
        open_bundle(data)
    return refused.value.rule


# --- members -------------------------------------------------------------------------------------------------------


def test_every_member_is_a_file_of_its_own(tmp_path: Path) -> None:
    found = outcome(
        zipped(
            {
                "Xã Suối Lau/": b"",
                f"Xã Suối Lau/{SCHOOL}.xlsx": filled(),
                f"Xã Suối Lau/{NURSERY}-ban-ky.pdf": PDF,
                "Kế hoạch.pdf": PDF,
                "~$mo.xlsx": b"x" * 165,
                "__MACOSX/Xã Suối Lau/._mo.xlsx": b"x",
                ".DS_Store": b"x",
                "ghi chu.txt": "Gửi phòng giáo dục".encode(),
                "rong.xlsx": b"",
            }
        ),
        tmp_path,
    )
    assert codes(found) == {
        "gui.zip": ["file-unsupported"],
        "gui.zip!/.DS_Store": ["file-unsupported"],
        "gui.zip!/Kế hoạch.pdf": ["file-unsupported"],
        f"gui.zip!/Xã Suối Lau/{NURSERY}-ban-ky.pdf": ["file-companion"],
        f"gui.zip!/Xã Suối Lau/{SCHOOL}.xlsx": [],
        "gui.zip!/__MACOSX/Xã Suối Lau/._mo.xlsx": ["file-temporary"],
        "gui.zip!/ghi chu.txt": ["file-not-a-workbook"],
        "gui.zip!/rong.xlsx": ["file-empty"],
        "gui.zip!/~$mo.xlsx": ["file-temporary"],
    }
    school = found[f"gui.zip!/Xã Suối Lau/{SCHOOL}.xlsx"]
    assert (school.sha256, school.size) == (hashlib.sha256(filled()).hexdigest(), len(filled()))
    assert school.leaves[0].file == school.path
    archive = found["gui.zip"]
    assert archive.ignored and archive.sha256 and archive.findings[0].found == "tệp nén, đã mở 8 tệp bên trong"
    assert found["gui.zip!/rong.xlsx"].findings[0].file == "gui.zip!/rong.xlsx"


def test_an_archive_is_told_by_its_content(tmp_path: Path) -> None:
    found = outcome(zipped({f"{SCHOOL}.xlsx": filled()}), tmp_path, "gui.xlsx")
    assert codes(found) == {"gui.xlsx": ["file-unsupported"], f"gui.xlsx!/{SCHOOL}.xlsx": []}


def test_members_that_are_stored_may_hold_many_parts() -> None:
    """Their own directories do not count as the archive's."""
    members = dict.fromkeys((f"{number}.xlsx" for number in range(80)), stored(filled()))
    assert len(open_bundle(zipped(members, zipfile.ZIP_STORED)).members) == 80


def test_an_archive_inside_an_archive_stays_closed(tmp_path: Path) -> None:
    found = outcome(zipped({"trong.zip": zipped({f"{SCHOOL}.xlsx": filled()})}), tmp_path)
    (finding,) = found["gui.zip!/trong.zip"].findings
    assert (finding.code, finding.expected) == ("file-too-large", limits.NESTING.vi)
    assert len(found) == 2 and limits.NESTING.value == 1


def test_a_name_that_climbs_out_does_no_harm(tmp_path: Path) -> None:
    names = ["../../etc/a.pdf", "/b.pdf", "C:\\c.pdf", "d\ne.pdf"]
    found = outcome(zipped(dict.fromkeys(names, PDF)), tmp_path)
    assert list(found) == [
        "gui.zip",
        "gui.zip!/../../etc/a.pdf",
        "gui.zip!//b.pdf",
        "gui.zip!/C:/c.pdf",
        "gui.zip!/d\\ne.pdf",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["gui.zip"]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    def link(info: zipfile.ZipInfo) -> None:
        info.create_system, info.external_attr = 3, 0o120777 << 16

    found = outcome(with_entry("a.xlsx", b"../../etc/passwd", link), tmp_path)
    assert codes(found)["gui.zip!/a.xlsx"] == ["file-unsupported"]


def test_a_member_that_kills_its_reader_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ods = (Path(__file__).parent / "data/foreign/gnumeric.ods").read_bytes()
    path = tmp_path / "gui.zip"
    path.write_bytes(zipped({"a.ods": ods, "b.xlsx": filled(), "c.ods": ods}))
    opened = examine.open_any

    def kill(data: bytes, name: str, *more: Any) -> Any:
        return opened(data, name, *more) if not name.endswith("a.ods") else os._exit(9)

    monkeypatch.setattr(examine, "open_any", kill)
    found = {one.path: one for one in workers.examine_all([Item(str(path), "gui.zip")], expected(), workers=1)}
    assert codes(found) == {
        "gui.zip": ["file-unsupported"],
        "gui.zip!/a.ods": ["file-hostile"],
        "gui.zip!/b.xlsx": [],
        "gui.zip!/c.ods": ["file-converted"],
    }


def test_an_archive_that_changed_meanwhile_is_said(tmp_path: Path) -> None:
    path = tmp_path / "gui.zip"
    path.write_bytes(zipped({"a.xlsx": filled()}))
    unpacked = look(Item(str(path), "gui.zip"), expected())
    assert isinstance(unpacked, Unpacked)
    path.write_bytes(zipped({"khác.xlsx": filled()}))
    late = look(unpacked.items[0], expected())
    assert isinstance(late, Examination)
    assert [finding.code for finding in late.findings] == ["file-damaged"]


# --- names ---------------------------------------------------------------------------------------------------------


def with_entry(name: str, data: bytes, change: Callable[[zipfile.ZipInfo], object]) -> bytes:
    buffer, info = io.BytesIO(), zipfile.ZipInfo(name)
    change(info)
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, data)
    return buffer.getvalue()


def named(raw: bytes, extra: bytes = b"") -> str:
    """The name of a member whose raw name is `raw`, without the flag for Unicode."""
    place = "x" * len(raw)

    def put(info: zipfile.ZipInfo) -> None:
        info.extra = extra

    data = with_entry(place, PDF, put).replace(place.encode(), raw)
    (member,) = open_bundle(data).members
    return member.name


def unicode_path(raw: bytes, name: str) -> bytes:
    body = b"\1" + struct.pack("<I", zlib.crc32(raw)) + name.encode()
    return struct.pack("<2H", 0x7075, len(body)) + body


def test_names_are_read_as_they_were_meant() -> None:
    name = "Trường Tiểu học Cầu Tre.xlsx"
    flagged = open_bundle(zipped({name: PDF})).members[0].name
    windows = "Trường.xlsx".encode("cp1258", "ignore")
    assert flagged == named(name.encode()) == name
    assert named("Tru\u031bo\u031bng Ho\u0323c.xlsx".encode("utf-8")) == "Trương Học.xlsx"
    assert named(b"Tr\xfd\xf5ng.xlsx") == "Trương.xlsx"
    assert named("résumé.xlsx".encode("cp437")) == "résumé.xlsx"
    assert named(b"?.xlsx", unicode_path(b"?.xlsx", name)) == name
    assert named(b"a.xlsx", unicode_path(b"b.xlsx", name)) == "a.xlsx"
    assert windows


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a.xlsx", filled())
            archive.writestr("a.xlsx", filled({"D14": 5}))
    assert rule_of(buffer.getvalue()) is refusals.TWINS
    assert codes(outcome(buffer.getvalue(), tmp_path)) == {"gui.zip": ["file-hostile"]}


# --- limits and broken archives ------------------------------------------------------------------------------------


def lower(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    monkeypatch.setattr(limits, name, replace(getattr(limits, name), value=value))


def test_limits_of_an_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped({"a.pdf": PDF, "b/": b"", "b/c.pdf": PDF * 2})
    for name, exact in (("MEMBERS", 3), ("ALL_MEMBERS", 3 * len(PDF)), ("FILE", len(data))):
        with monkeypatch.context() as patch:
            lower(patch, name, exact)
            assert len(open_bundle(data).members) == 2
            lower(patch, name, exact - 1)
            assert rule_of(data) is getattr(limits, name)


def test_limits_of_a_member(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = zipped({"a.pdf": PDF, "b.pdf": PDF + bytes(150_000 - len(PDF))})
    lower(monkeypatch, "MEMBER", 150_000)
    lower(monkeypatch, "RATIO", 2_000)
    assert [member.finding for member in open_bundle(data).members] == [None, None]
    lower(monkeypatch, "MEMBER", 149_999)
    assert codes(outcome(data, tmp_path))["gui.zip!/b.pdf"] == ["file-too-large"]
    lower(monkeypatch, "MEMBER", 150_000)
    lower(monkeypatch, "RATIO", 100)
    assert codes(outcome(data, tmp_path)) == {
        "gui.zip": ["file-unsupported"],
        "gui.zip!/a.pdf": ["file-unsupported"],
        "gui.zip!/b.pdf": ["file-hostile"],
    }


def test_an_archive_of_too_many_is_refused_whole(tmp_path: Path) -> None:
    found = outcome(zipped({f"{number}.txt": b"x" for number in range(501)}), tmp_path)
    assert codes(found) == {"gui.zip": ["file-too-large"]}


def with_flag(data: bytes, name: bytes, flag: int) -> bytes:
    """One flag bit of a member set, in its own header and in the directory."""
    changed = bytearray(data)
    first, second = data.index(name) - 30 + 6, data.rindex(name) - 46 + 8
    for at in (first, second):
        changed[at] |= flag
    return bytes(changed)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_encrypted_member_is_said_of_itself(tmp_path: Path, method: int) -> None:
    data = with_flag(zipped({"a.pdf": PDF, "b.xlsx": filled()}, method), b"b.xlsx", 1)
    assert codes(outcome(data, tmp_path)) == {
        "gui.zip": ["file-unsupported"],
        "gui.zip!/a.pdf": ["file-unsupported"],
        "gui.zip!/b.xlsx": ["file-encrypted"],
    }


def test_a_method_that_few_programs_know_is_said_of_the_member(tmp_path: Path) -> None:
    found = outcome(zipped({"a.xlsx": filled()}, zipfile.ZIP_BZIP2), tmp_path)
    (finding,) = found["gui.zip!/a.xlsx"].findings
    assert (finding.code, finding.expected) == ("file-damaged", refusals.METHOD.vi)


def test_a_member_with_a_wrong_checksum_is_said_of_itself(tmp_path: Path) -> None:
    data = bytearray(as_zip({"a.pdf": PDF, f"{SCHOOL}.xlsx": filled()}))
    data[data.index(b"%PDF-1.4") + 5] ^= 1
    found = outcome(bytes(data), tmp_path)
    assert codes(found)["gui.zip!/a.pdf"] == ["file-damaged"]
    assert codes(found)[f"gui.zip!/{SCHOOL}.xlsx"] == []


@pytest.mark.parametrize("size", [40, 10_000, -10])
def test_a_cut_archive_is_refused(tmp_path: Path, size: int) -> None:
    data = zipped({f"{SCHOOL}.txt": PDF, "b.xlsx": filled()})[:size]
    found = outcome(data, tmp_path, f"{SCHOOL}.zip")
    assert codes(found) == {f"{SCHOOL}.zip": ["file-damaged"]}
    assert found[f"{SCHOOL}.zip"].findings[0].unit == SCHOOL


def test_an_empty_archive_is_empty(tmp_path: Path) -> None:
    assert codes(outcome(zipped({}), tmp_path)) == {"gui.zip": ["file-empty"]}
    assert codes(outcome(zipped({"a/": b""}), tmp_path)) == {"gui.zip": ["file-empty"]}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"Rar!\x1a\x07\x01\0", "rar"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "7z"),
        (zipped({"Index/Document.iwa": b"x"}), "iwork"),
    ],
)
def test_what_else_is_packed_is_named(data: bytes, kind: str, tmp_path: Path) -> None:
    assert sniff(data) == kind
    (finding,) = outcome(data, tmp_path)["gui.zip"].findings
    assert (finding.code, finding.found) == ("file-not-a-workbook", kind)


# --- passwords -----------------------------------------------------------------------------------------------------


@cache
def encrypted(password: str = "mật khẩu 2021") -> bytes:
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(filled())).encrypt(password, out)
    return out.getvalue()


def test_a_known_password_opens_a_workbook(tmp_path: Path) -> None:
    found = outcome(encrypted(), tmp_path, "a.xlsx", ("sai", "mật khẩu 2021"))
    assert codes(found) == {"a.xlsx": []}
    assert found["a.xlsx"].sha256 == hashlib.sha256(encrypted()).hexdigest()
    assert found["a.xlsx"].leaves[0].unit.code == SCHOOL


def test_a_member_opens_too(tmp_path: Path) -> None:
    found = outcome(zipped({"a.xlsx": encrypted()}), tmp_path, passwords=("mật khẩu 2021",))
    assert codes(found)["gui.zip!/a.xlsx"] == []


@pytest.mark.parametrize(
    ("passwords", "rule"), [((), None), (("sai",), refusals.WRONG_PASSWORD), (("mật khẩu",), refusals.WRONG_PASSWORD)]
)
def test_without_the_right_password_it_stays_closed(tmp_path: Path, passwords: tuple[str, ...], rule: Any) -> None:
    (finding,) = outcome(encrypted(), tmp_path, "a.xlsx", passwords)["a.xlsx"].findings
    assert finding == Finding("file-encrypted", file="a.xlsx", expected=rule and rule.vi)


def test_without_the_library_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(Refused) as refused:
        unlock(encrypted(), ("x",))
    assert refused.value.rule is refusals.NO_CRYPTO


def test_a_broken_container_stays_closed() -> None:
    for data in (encrypted()[:5_000], b"x" * 100, (FAULTS / "file-encrypted").glob("*.xlsx").__next__().read_bytes()):
        with pytest.raises(Refused) as refused:
            unlock(data, ("mật khẩu 2021",))
        assert refused.value.rule is refusals.WRONG_PASSWORD


def test_only_so_many_passwords_are_tried() -> None:
    many = tuple(f"sai {number}" for number in range(MAX_PASSWORDS))
    with pytest.raises(Refused):
        unlock(b"x", (*many, "mật khẩu 2021"))


@pytest.mark.parametrize("command", ["check", "aggregate"])
def test_the_command_line_takes_a_file_of_passwords_and_shows_none(tmp_path: Path, command: str) -> None:
    root = tmp_path / "dot"
    shutil.copytree(FAULTS / CAMPAIGN, root)
    (root / "nhan_ve").mkdir()
    (root / "nhan_ve" / f"{SCHOOL}.xlsx").write_bytes(encrypted())
    words = tmp_path / "mat-khau.txt"
    words.write_text("\ufeffkhông đúng\n\nmật khẩu 2021\n", encoding="utf-8")
    call = ["-C", str(root), command, "--json", "--password-file", str(words), str(root / "nhan_ve")]
    result = CliRunner().invoke(cli, call)
    assert '"accepted"' in result.stdout and '"file-encrypted"' not in result.stdout
    words.write_text("không đúng\n", encoding="utf-8")
    again = CliRunner().invoke(cli, call)
    assert (again.exit_code, '"file-encrypted"' in again.stdout) == (1, True)
    assert "không đúng" not in again.output + result.output and "mật khẩu 2021" not in result.output


def test_a_file_of_passwords_that_cannot_be_read_stops_the_command(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["check", "--password-file", str(tmp_path / "x.txt"), str(tmp_path)])
    assert (result.exit_code, "x.txt" in result.output) == (3, True)
