"""Every finding code with its severity and its sentences in Vietnamese and English.

The one place where a finding becomes text: what is wrong, what was expected, what to do. `{found}`, `{expected}` and
`{suggestion}` are the facts of the finding; a part in square brackets is left out where its fact is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aggregator.findings import Finding, Severity
from aggregator.reading.refusals import in_english
from aggregator.text import printable

MAX_FACT = 300
"""Characters of one fact that a sentence repeats."""


@dataclass(frozen=True, slots=True)
class Entry:
    code: str
    severity: Severity
    vi: str
    en: str


def _entries(severity: Severity, *lines: tuple[str, str, str]) -> tuple[Entry, ...]:
    return tuple(Entry(code, severity, vi, en) for code, vi, en in lines)


# fmt: off
FILE_ERRORS = _entries(
    "error",
    ("file-not-a-workbook",
     "Tệp này không phải bảng tính .xlsx[ (nội dung là: {found})]. Xin mở tệp gốc, chọn Lưu thành (Save As) dạng Excel Workbook (.xlsx) rồi gửi lại.",
     "This file is not an .xlsx workbook[ (it is: {found})]. Open the original, Save As Excel Workbook (.xlsx) and send it again."),
    ("file-empty",
     "Tệp rỗng, không có nội dung. Có thể việc gửi hoặc chép tệp bị dở dang; xin gửi lại.",
     "The file is empty. Sending or copying it may have been cut short; please send it again."),
    ("file-encrypted",
     "Tệp đặt mật khẩu mở nên không đọc được[ (yêu cầu: {expected})]. Xin bỏ mật khẩu (Tệp › Thông tin › Bảo vệ sổ làm việc) rồi gửi lại.",
     "The file needs a password to open[ (wanted: {expected})]. Remove it (File › Info › Protect Workbook) and send it again."),
    ("file-damaged",
     "Tệp bị hỏng[ ở {found}][; yêu cầu: {expected}]. Xin mở tệp gốc, lưu lại dạng .xlsx rồi gửi lại.",
     "The file is damaged[ at {found}][; required: {expected}]. Open the original, save it as .xlsx and send it again."),
    ("file-too-large",
     "Tệp vượt giới hạn cho phép[: {found}][; {expected}]. Xin chép số liệu sang tệp mẫu mới rồi gửi lại.",
     "The file is beyond a limit[: {found}][; {expected}]. Copy the figures into a fresh form and send it again."),
    ("file-hostile",
     "Tệp có cấu tạo bất thường, không an toàn để mở[: {found}]. Không dùng tệp này; xin hỏi lại nơi gửi và nhận tệp mới.",
     "The file is built in an unsafe way[: {found}]. Do not use it; ask the sender for a new one."),
    ("file-unreadable",
     "Không đọc được tệp trên máy này[ ({found})]. Xin kiểm tra quyền mở tệp hoặc chép lại tệp.",
     "The file cannot be read on this machine[ ({found})]. Check its permissions or copy it again."),
)

IDENTITY_ERRORS = _entries(
    "error",
    ("form-unknown",
     "Không nhận ra đây là mẫu nào[ (thấy: {found})]. Xin ghi số liệu vào tệp mẫu đã phát; nếu bảng tự lập, dùng lệnh repair để chuyển số liệu sang mẫu.",
     "This is not a form we know[ (found: {found})]. Use the issued workbook; for a home-made table the command repair moves the figures over."),
    ("form-other",
     "Tệp theo mẫu khác với mẫu của đợt báo cáo này[: {found}][, cần là {expected}]. Xin dùng đúng tệp đã phát cho đợt này.",
     "The file follows another form than this campaign's[: {found}][, expected {expected}]. Use the workbook issued for this campaign."),
    ("form-twice",
     "Trong tệp có hai bảng số liệu[: {found}] nên không biết lấy bảng nào. Xin giữ lại một bảng rồi gửi lại.",
     "The file holds the table twice[: {found}]; it is not clear which one counts. Keep one and send it again."),
    ("unit-missing",
     "Tệp chưa có mã đơn vị. Xin ghi mã đơn vị ở sheet “Đơn vị”.",
     "The file has no unit code. Type it on the sheet “Đơn vị”."),
    ("unit-unknown",
     "Mã đơn vị {found} không có trong danh sách của đợt báo cáo[; có phải là {suggestion}]. Xin kiểm tra lại mã (ghi đủ số 0 ở đầu).",
     "Unit code {found} is not in the register of this campaign[; is it {suggestion}]. Check it (keep leading zeros)."),
    ("unit-conflict",
     "Trong tệp có nhiều mã đơn vị khác nhau[: {found}]. Có thể đã chép sheet từ tệp của đơn vị khác; xin dùng đúng tệp đã phát cho đơn vị mình.",
     "The file carries different unit codes[: {found}]. A sheet may have been copied from another unit's file; use the workbook issued to your unit."),
    ("seal-broken",
     "Dấu nhận dạng của tệp không khớp[: {found}]. Tệp có thể không phải do cơ quan phát ra hoặc mã đã bị sửa; xin dùng lại tệp đã phát.",
     "The seal of the file does not fit[: {found}]. It may not be an issued file, or its code was edited; use the issued workbook."),
    ("nothing-filled",
     "Biểu chưa ghi số liệu nào. Nếu đơn vị không tổ chức hoạt động, xin chọn “không” ở dòng “Có tổ chức hoạt động” của sheet “Đơn vị”.",
     "Nothing was filled in. If the unit held no activity, choose “không” beside “Có tổ chức hoạt động” on the sheet “Đơn vị”."),
    ("declared-none-but-filled",
     "Sheet “Đơn vị” chọn “không tổ chức” nhưng biểu lại có số liệu[ ({found})]. Xin chọn lại cho khớp.",
     "“Đơn vị” says no activity was held but the table has figures[ ({found})]. Make them agree."),
)

STRUCTURE_ERRORS = _entries(
    "error",
    ("sheet-missing",
     "Thiếu sheet “{expected}”. Xin dùng lại tệp đã phát, không xoá sheet.",
     "The sheet “{expected}” is missing. Use the issued workbook and do not delete sheets."),
    ("header-changed",
     "Tiêu đề cột đã bị sửa[: đang là “{found}”][, mẫu là “{expected}”]. Xin ghi số liệu vào tệp đã phát, giữ nguyên tiêu đề.",
     "A column header was changed[: it says “{found}”][, the form says “{expected}”]. Use the issued workbook and keep its headers."),
    ("row-moved",
     "Dòng “{found}” không còn ở đúng chỗ[, vị trí đúng là {expected}]. Xin không đổi thứ tự các mục.",
     "The row “{found}” is out of place[; it belongs at {expected}]. Do not change the order of the rows."),
    ("row-missing",
     "Thiếu dòng “{expected}” của mẫu. Xin không xoá dòng; không có số liệu thì để trống.",
     "The row “{expected}” of the form is missing. Do not delete rows; leave them blank instead."),
    ("row-extra",
     "Có dòng không thuộc mẫu[: “{found}”]. Xin xoá dòng này, ghi nội dung thêm vào cột Ghi chú hoặc sheet “Hoạt động”.",
     "There is a row that the form does not have[: “{found}”]. Delete it; further text belongs in the note column or on “Hoạt động”."),
    ("row-duplicated",
     "Dòng “{found}” bị lặp lại. Xin giữ một dòng ở đúng vị trí[ {expected}].",
     "The row “{found}” stands there twice. Keep the one in its place[ ({expected})]."),
    ("label-changed",
     "Tên mục, số thứ tự hoặc mã dòng đã bị sửa[: đang là “{found}”][, mẫu là “{expected}”][; chữ gõ bằng phông cũ {suggestion}]. Xin giữ nguyên như mẫu.",
     "A row's label, number or code was changed[: it says “{found}”][, the form says “{expected}”][; typed in the old font {suggestion}]. Keep them as the form has them."),
    ("unit-changed",
     "Đơn vị tính đã bị sửa[: đang là “{found}”][, mẫu là “{expected}”]. Xin giữ nguyên đơn vị tính.",
     "A row's unit was changed[: it says “{found}”][, the form says “{expected}”]. Keep the form's units."),
    ("formula-replaced",
     "Ô tổng phải giữ công thức {expected}[ nhưng đang là {found}]. Xin không ghi đè lên ô tổng; tổng được tự tính.",
     "This total must hold {expected}[ but holds {found}]. Do not type over totals; they are computed."),
)

VALUE_ERRORS = _entries(
    "error",
    ("value-not-a-number",
     "“{found}” không phải là số[ (gõ bằng phông chữ cũ {expected}; xin gõ lại bằng Unicode)]. Xin ghi bằng chữ số, ví dụ 12; chữ thì ghi vào cột Ghi chú.",
     "“{found}” is not a number[ (typed in the old font {expected}; retype it in Unicode)]. Type digits, for example 12; words belong in the note column."),
    ("value-ambiguous",
     "“{found}” chưa rõ nghĩa[; có phải là: {suggestion}]. Xin ghi lại cho rõ.",
     "“{found}” is not clear[; is it: {suggestion}]. Type it so that it can be read one way only."),
    ("value-fraction",
     "“{found}” có phần lẻ. Ô này chỉ ghi số nguyên[, có phải là: {suggestion}].",
     "“{found}” has a fraction. Only whole numbers belong here[; is it: {suggestion}]."),
    ("value-negative",
     "“{found}” là số âm. Xin ghi số nguyên từ 0 trở lên.",
     "“{found}” is negative. Type a whole number from 0 up."),
    ("value-date",
     "Số này có thể là ngày tháng[ ({found})], thường do ghi kiểu 2/10 và Excel tự đổi thành ngày. Xin xem và ghi lại số lượng[; có phải là: {suggestion}].",
     "This may be a date[ ({found})], usually typed like 2/10 and turned into one by Excel. Look again and type the number[; is it: {suggestion}]."),
    ("value-error-cell",
     "Ô này đang báo lỗi {found}. Xin xoá và ghi lại bằng chữ số.",
     "This cell shows the error {found}. Clear it and type digits."),
    ("value-not-calculated",
     "Ô này chứa công thức {found} không tự tính lại được. Xin ghi trực tiếp kết quả bằng chữ số.",
     "This cell holds the formula {found}, which cannot be verified. Type the result as digits."),
    ("value-too-large",
     "Số {found} quá lớn. Xin kiểm tra lại số chữ số.",
     "The number {found} is too large. Check the number of digits."),
)

RULE_ERRORS = _entries(
    "error",
    ("total-mismatch",
     "Ô tổng đang là {found} nhưng cộng lại các dòng được {expected}. Xin đối chiếu từng dòng với bản gốc; tốt nhất là gửi lại tệp .xlsx đã phát.",
     "The total says {found} but its rows add up to {expected}. Compare each row with the original; best send the issued .xlsx again."),
    ("subtotal-below-parts",
     "Số ở dòng tổng[ ({found})] nhỏ hơn tổng các dòng bên dưới (cần {expected}). Xin cộng lại.",
     "The sub-total[ ({found})] is less than the rows below it (needs {expected}). Add it up again."),
    ("level-row",
     "Dòng này không dành cho cấp của đơn vị[ (đang ghi {found})]. Xin để trống.",
     "This row is not for units of this level[ (it says {found})]. Leave it blank."),
    ("limit-exceeded",
     "Số {found} vượt mức cho phép của dòng này ({expected}). Xin kiểm tra lại; nếu đúng, báo cơ quan nhận báo cáo xác nhận.",
     "{found} is above the limit of this row ({expected}). Check it; if it is right, the receiving office can confirm it."),
)

FOLDER_ERRORS = _entries(
    "error",
    ("submission-conflict",
     "Đơn vị {expected} gửi nhiều tệp có số liệu khác nhau[: {found}]. Chưa cộng tệp nào; xin chọn tệp đúng (ghi pin trong decisions.csv) hoặc bỏ tệp sai ra khỏi thư mục.",
     "Unit {expected} sent files that contradict each other[: {found}]. None was added; choose one (pin in decisions.csv) or take the wrong one out."),
    ("counted-twice",
     "Báo cáo này đã gồm số liệu của đơn vị trực thuộc, mà các đơn vị đó cũng gửi riêng[: {found}]. Để không cộng hai lần, chỉ cộng tệp của từng đơn vị; xin {expected} gửi lại phần hoạt động của riêng mình.",
     "This return includes units that also reported themselves[: {found}]. To count nobody twice only their own files were added; ask {expected} for its own activity alone."),
    ("total-edited",
     "Ô tổng trong tệp tổng hợp đã bị sửa: đang là {found}, tính lại được {expected}. Xin lấy lại tệp tổng hợp gốc.",
     "A total of this consolidated workbook was edited: it says {found}, recomputed it is {expected}. Get the original file."),
    ("detail-edited",
     "Dòng chi tiết trong tệp tổng hợp đã bị sửa[: đang là {found}][, bản gốc là {expected}]. Xin lấy lại tệp tổng hợp gốc.",
     "A detail line of this consolidated workbook was edited[: it says {found}][, it was {expected}]. Get the original file."),
)

WARNINGS = _entries(
    "warning",
    ("row-hidden",
     "Dòng này đang bị ẩn; số liệu trong dòng vẫn được cộng. Xin bỏ ẩn để kiểm tra.",
     "This row is hidden; its figures are added all the same. Unhide it and check."),
    ("value-outside-form",
     "“{found}” nằm ngoài các ô của mẫu nên không được cộng. Xin xem có ghi nhầm ô không.",
     "“{found}” stands outside the cells of the form and is not added. Check whether it is in the wrong cell."),
    ("value-shown-differently",
     "Định dạng ô ({found}) làm số hiển thị khác với số thật là {expected}. Đã cộng số thật; xin kiểm tra.",
     "The cell's format ({found}) shows something other than the stored {expected}. The stored number was added; please check."),
    ("file-external-links",
     "Tệp có liên kết tới tệp khác. Không lấy số liệu từ đó; xin kiểm tra các ô đã liên kết.",
     "The file links to other files. Nothing was taken from them; check the linked cells."),
    ("people-without-count",
     "Có {expected} nhưng chưa ghi số lớp, số cuộc.",
     "There are {expected} but no class or event."),
    ("count-without-people",
     "Có {expected} nhưng chưa ghi số người.",
     "There are {expected} but no participants."),
    ("people-below-count",
     "Số người ({found}) ít hơn số lớp, số cuộc (cần {expected}). Có thể ghi nhầm cột.",
     "Fewer people ({found}) than classes or events (expected {expected}). The columns may be mixed up."),
    ("money-too-small",
     "Số tiền {found} đồng rất nhỏ; có thể ghi theo nghìn đồng[ ({suggestion} đồng?)]. Đã cộng đúng như ghi; xin kiểm tra.",
     "{found} đồng is very little; it may be in thousands[ ({suggestion} đồng?)]. Added as typed; please check."),
    ("outlier",
     "Số người {found} lớn bất thường so với số lớp, số cuộc (thường {expected}). Xin kiểm tra.",
     "{found} people is unusually many for that number of classes or events (usually {expected}). Please check."),
    ("books-without-donors",
     "Có {found} quyển sách nhưng chưa ghi tập thể, cá nhân tặng sách.",
     "There are {found} books but no donors."),
    ("unit-not-in-register",
     "Đơn vị {found} không phải báo cáo trong đợt này[ ({expected})]; số liệu vẫn được cộng, không tính vào tỷ lệ nộp.",
     "Unit {found} does not have to report in this campaign[ ({expected})]; added, but outside the coverage."),
    ("report-missing",
     "Chưa nhận được báo cáo của {found}.",
     "No report has come in from {found}."),
)

INFOS = _entries(
    "info",
    ("file-unsupported",
     "Tệp này không phải biểu số liệu nên không đọc[ ({found})].",
     "This file is not a form and was not read[ ({found})]."),
    ("file-temporary",
     "Tệp tạm của chương trình khác, bỏ qua. Nếu biểu đang mở, xin đóng lại rồi chạy lần nữa.",
     "A temporary file of another program, passed over. If the form is open, close it and run again."),
    ("file-companion",
     "Tệp đi kèm (bản ký, bản Word, ảnh); đã ghi nhận, không đọc số liệu từ đây.",
     "A companion (signed copy, Word twin, photo); noted, no figures are read from it."),
    ("file-converted",
     "Tệp có dạng {found}; số liệu vẫn được đọc, trừ những điều không kiểm tra được: {expected}. Lần sau xin gửi tệp .xlsx đã phát.",
     "The file is of the kind {found}; its figures were read, but not checked were: {expected}. Next time send the issued .xlsx."),
    ("lock-removed",
     "Sheet số liệu không còn khoá. Số liệu vẫn được kiểm tra đầy đủ.",
     "The sheet is no longer locked. Everything was checked all the same."),
    ("value-interpreted",
     "“{found}” được đọc là {expected}.",
     "“{found}” was read as {expected}."),
    ("subtotal-above-parts",
     "Số ở dòng tổng ({found}) lớn hơn tổng các dòng bên dưới ({expected}); được phép, vì có cuộc không thuộc dòng nào.",
     "The sub-total ({found}) is more than the rows below ({expected}); allowed, as some events have no row."),
    ("submission-duplicate",
     "Tệp trùng nội dung với {found}; chỉ cộng một lần.",
     "The same content as {found}; added once."),
    ("submission-superseded",
     "Đã có tệp lưu sau của cùng đơn vị ({found}); dùng tệp đó.",
     "A later file of the same unit came in ({found}); that one is used."),
    ("seal-foreign",
     "Tệp được phát trong đợt khác ({found}); số liệu vẫn được đọc theo mẫu của đợt này.",
     "The file was issued in another campaign ({found}); it was read by this campaign's form."),
)

# fmt: on
CATALOGUE = {
    entry.code: entry
    for group in (
        FILE_ERRORS,
        IDENTITY_ERRORS,
        STRUCTURE_ERRORS,
        VALUE_ERRORS,
        RULE_ERRORS,
        FOLDER_ERRORS,
        WARNINGS,
        INFOS,
    )
    for entry in group
}

OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
FACT = re.compile(r"\{(found|expected|suggestion)\}")
BLANK = {"vi": "(trống)", "en": "(blank)"}


def severity_of(finding: Finding) -> Severity:
    return finding.severity_override or CATALOGUE[finding.code].severity


def message(finding: Finding, lang: str) -> str:
    """What is wrong and what to do, as one text. The facts are put in last, so they are never read as a pattern."""
    entry = CATALOGUE[finding.code]
    template = entry.en if lang == "en" else entry.vi
    template = OPTIONAL.sub(lambda part: part[1] if _all_known(part[1], finding) else "", template)
    return FACT.sub(lambda fact: _fact(finding, fact[1], lang), template)


def _all_known(part: str, finding: Finding) -> bool:
    return all(getattr(finding, fact) is not None for fact in FACT.findall(part))


def _fact(finding: Finding, name: str, lang: str) -> str:
    value = getattr(finding, name)
    if value is not None and lang == "en":
        value = in_english(value)
    return BLANK["en" if lang == "en" else "vi"] if value is None else printable(value, MAX_FACT)
