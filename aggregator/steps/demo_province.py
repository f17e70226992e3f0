"""The invented province of `demo`: its units, its campaign folder, and making room for it.

Every name, code and address is made up; the key is derived from the seed, so that two demos are the same to the byte.
Only what a demo itself makes is ever removed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from aggregator.campaign import CAMPAIGN_FILE, KEY_FILE, UNITS_FILE, Campaign, load_campaign
from aggregator.faults import Stop
from aggregator.files import CannotWrite, slug, write_atomic
from aggregator.register import COLUMNS
from aggregator.steps.issue import init_own

SEED = 20241
FORM = "tong-hop-2024"
YEAR = 2024
MARKER = ".demo"
UPWARD = "nop_len_tinh"
"""Results of the districts, as they are sent up to the province."""
MADE = (
    *("phat_ra", "nhan_ve", "ket_qua", UPWARD, ".aggregator", "so_nhan.csv", "decisions.csv"),
    *(CAMPAIGN_FILE, KEY_FILE, UNITS_FILE, MARKER),
)
"""What stands in the folder of a demo, later runs included; the marker goes last."""

PROVINCE = ("09", "Tỉnh Sông Mây (ví dụ)")
LIBRARY = ("0900001", "Thư viện tỉnh Sông Mây (ví dụ)")
DISTRICTS = (
    ("Thành phố Bến Mây", ("Phường Cầu Gió", "Phường Chợ Trăng", "Phường Nắng Sớm", "Xã Đồi Sương")),
    ("Huyện Thượng Sương", ("Thị trấn Suối Reo", "Xã Đèo Lá", "Xã Nương Chè", "Xã Thác Bạc Hà")),
    ("Huyện Cồn Gió", ("Thị trấn Cồn Gió", "Xã Bãi Cát Vàng", "Xã Đầm Sen Trắng", "Xã Rạch Lá Dừa")),
)
SCHOOLS = (
    ("kindergarten", "Trường Mầm non"),
    ("primary", "Trường Tiểu học"),
    ("lower-secondary", "Trường THCS"),
    ("primary", "Trường Tiểu học"),
    ("upper-secondary", "Trường THPT"),
)
"""The schools of every commune."""
NAMES = (
    *("Hoa Nắng", "Cánh Diều", "Mây Trắng", "Sông Xanh", "Đồi Gió", "Suối Trong", "Vườn Chim", "Trăng Non"),
    *("Lá Biếc", "Giọt Sương", "Hạt Mầm", "Cầu Vồng", "Bình Minh Xanh", "Mưa Rào", "Ong Vàng", "Tre Xanh"),
    *("Sen Hồng", "Bến Lá", "Đom Đóm", "Chuồn Chuồn", "Cỏ May", "Gió Mùa", "Bưởi Hồng", "Ngọn Đèn"),
    *("Trang Sách", "Bút Mực", "Trống Trường", "Sân Đình", "Cây Đa", "Bến Nước", "Khế Ngọt"),
)
"""31 of them, a prime: the steps below give no two schools of one kind the same name."""

Line = tuple[str, str, str, str, str]
"""Code, name, level, parent, kind."""


def make_room(folder: Path) -> None:
    """An empty folder: a new one, an empty one, or the place of an earlier demo. Raises `Stop` for any other."""
    try:
        if folder.exists() and not (folder / MARKER).is_file() and (not folder.is_dir() or any(folder.iterdir())):
            raise NotOurs(folder)
        for name in MADE:
            _remove(folder / name)
    except OSError as error:
        raise CannotWrite(folder, error) from error


class NotOurs(Stop):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            "{folder} đã có và không phải do lệnh demo tạo ra, nên không động đến. Xin chọn thư mục "
            "khác: aggregator demo THƯ_MỤC_MỚI",
            folder=folder,
        )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def open_province(folder: Path) -> Campaign:
    """The campaign folder of the invented province."""
    write_atomic(folder / MARKER, b"aggregator demo\n")
    write_atomic(folder / UNITS_FILE, _register().encode())
    write_atomic(folder / KEY_FILE, f"{hashlib.sha256(f'demo {SEED}'.encode()).hexdigest()}\n".encode())
    init_own(folder, FORM, folder / UNITS_FILE, YEAR, force=True)
    _settle(folder / CAMPAIGN_FILE)
    return load_campaign(folder)


def _settle(path: Path) -> None:
    """Theme and deadlines, as somebody would type them into `campaign.json`."""
    document = json.loads(path.read_text(encoding="utf-8"))
    days = {"school": "2024-10-11", "commune": "2024-10-14", "district": "2024-10-16"}
    document["theme"] = "Phát triển văn hóa đọc thúc đẩy học tập suốt đời"
    document["deadlines"] = [{"level": level, "date": day, "inclusive": True} for level, day in days.items()]
    write_atomic(path, (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode())


# --- the register --------------------------------------------------------------------------------------------------


def _register() -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS.names)
    for code, name, level, parent, kind in _units():
        email = f"{slug(name).lower()}-{code}@vi-du.example"
        writer.writerow((code, name, level, parent, kind, email, "", "", "", "yes" if parent else "no"))
    return text.getvalue()


def _units() -> Iterator[Line]:
    root = PROVINCE[0]
    yield (*PROVINCE, "province", "", "")
    yield (*LIBRARY, "school", root, "department")
    communes = 0
    for number, (district, names) in enumerate(DISTRICTS, start=1):
        code = f"{root}{number}"
        yield code, district, "district", root, ""
        for place, name in enumerate(names, start=1):
            yield from _commune(f"{code}{place:02}", name, code, communes)
            communes += 1


def _commune(code: str, name: str, parent: str, number: int) -> Iterator[Line]:
    """A commune with its schools, and every second one with its learning centre."""
    yield code, name, "commune", parent, ""
    for slot, (kind, title) in enumerate(SCHOOLS):
        yield f"{code}{slot + 1:02}", f"{title} {NAMES[(7 * number + 11 * slot) % len(NAMES)]}", "school", code, kind
    if number % 2 == 0:
        centre = f"Trung tâm học tập cộng đồng {name[0].lower()}{name[1:]}"
        yield f"{code}{len(SCHOOLS) + 1:02}", centre, "school", code, "learning-centre"
