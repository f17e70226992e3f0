"""What keeps a file from being added."""

from __future__ import annotations

from aggregator.catalogue.entry import entries
from aggregator.words import mark

# fmt: off
FILE_ERRORS = entries(
    "error",
    ("file-not-a-workbook",
     mark("Tệp này không phải bảng tính .xlsx[ (nội dung là: {found})]. Xin mở tệp gốc, chọn Lưu thành (Save As) dạng Excel Workbook (.xlsx) rồi gửi lại.")),
    ("file-empty",
     mark("Tệp rỗng, không có nội dung. Có thể việc gửi hoặc chép tệp bị dở dang; xin gửi lại.")),
    ("file-encrypted",
     mark("Tệp đặt mật khẩu mở nên không đọc được[ (yêu cầu: {expected})]. Xin bỏ mật khẩu (Tệp › Thông tin › Bảo vệ sổ làm việc) rồi gửi lại.")),
    ("file-damaged",
     mark("Tệp bị hỏng[ ở {found}][; yêu cầu: {expected}]. Xin mở tệp gốc, lưu lại dạng .xlsx rồi gửi lại.")),
    ("file-too-large",
     mark("Tệp vượt giới hạn cho phép[: {found}][; {expected}]. Xin chép số liệu sang tệp mẫu mới rồi gửi lại.")),
    ("file-hostile",
     mark("Tệp có cấu tạo bất thường, không an toàn để mở[: {found}]. Không dùng tệp này; xin hỏi lại nơi gửi và nhận tệp mới.")),
    ("file-unreadable",
     mark("Không đọc được tệp trên máy này[ ({found})]. Xin kiểm tra quyền mở tệp hoặc chép lại tệp.")),
)

IDENTITY_ERRORS = entries(
    "error",
    ("form-unknown",
     mark("Không nhận ra đây là mẫu nào[ (thấy: {found})]. Xin ghi số liệu vào tệp mẫu đã phát; nếu bảng tự lập, dùng lệnh repair để chuyển số liệu sang mẫu.")),
    ("form-other",
     mark("Tệp theo mẫu khác với mẫu của đợt báo cáo này[: {found}][, cần là {expected}]. Xin dùng đúng tệp đã phát cho đợt này.")),
    ("form-twice",
     mark("Trong tệp có hai bảng số liệu[: {found}] nên không biết lấy bảng nào. Xin giữ lại một bảng rồi gửi lại.")),
    ("unit-missing",
     mark("Tệp chưa có mã đơn vị. Xin ghi mã đơn vị ở sheet “Đơn vị”.")),
    ("unit-unknown",
     mark("Mã đơn vị {found} không có trong danh sách của đợt báo cáo[; có phải là {suggestion}]. Xin kiểm tra lại mã (ghi đủ số 0 ở đầu).")),
    ("unit-conflict",
     mark("Trong tệp có nhiều mã đơn vị khác nhau[: {found}]. Có thể đã chép sheet từ tệp của đơn vị khác; xin dùng đúng tệp đã phát cho đơn vị mình.")),
    ("seal-broken",
     mark("Dấu nhận dạng của tệp không khớp[: {found}]. Tệp có thể không phải do cơ quan phát ra hoặc mã đã bị sửa; xin dùng lại tệp đã phát.")),
    ("nothing-filled",
     mark("Biểu chưa ghi số liệu nào. Nếu đơn vị không tổ chức hoạt động, xin chọn “không” ở dòng “Có tổ chức hoạt động” của sheet “Đơn vị”.")),
    ("declared-none-but-filled",
     mark("Sheet “Đơn vị” chọn “không tổ chức” nhưng biểu lại có số liệu[ ({found})]. Xin chọn lại cho khớp.")),
)

STRUCTURE_ERRORS = entries(
    "error",
    ("sheet-missing",
     mark("Thiếu sheet “{expected}”. Xin dùng lại tệp đã phát, không xoá sheet.")),
    ("header-changed",
     mark("Tiêu đề cột đã bị sửa[: đang là “{found}”][, mẫu là “{expected}”]. Xin ghi số liệu vào tệp đã phát, giữ nguyên tiêu đề.")),
    ("row-moved",
     mark("Dòng “{found}” không còn ở đúng chỗ[, vị trí đúng là {expected}]. Xin không đổi thứ tự các mục.")),
    ("row-missing",
     mark("Thiếu dòng “{expected}” của mẫu. Xin không xoá dòng; không có số liệu thì để trống.")),
    ("row-extra",
     mark("Có dòng không thuộc mẫu[: “{found}”]. Xin xoá dòng này, ghi nội dung thêm vào cột Ghi chú hoặc sheet “Hoạt động”.")),
    ("row-duplicated",
     mark("Dòng “{found}” bị lặp lại. Xin giữ một dòng ở đúng vị trí[ {expected}].")),
    ("label-changed",
     mark("Tên mục, số thứ tự hoặc mã dòng đã bị sửa[: đang là “{found}”][, mẫu là “{expected}”][; chữ gõ bằng phông cũ {suggestion}]. Xin giữ nguyên như mẫu.")),
    ("unit-changed",
     mark("Đơn vị tính đã bị sửa[: đang là “{found}”][, mẫu là “{expected}”]. Xin giữ nguyên đơn vị tính.")),
    ("formula-replaced",
     mark("Ô tổng phải giữ công thức {expected}[ nhưng đang là {found}]. Xin không ghi đè lên ô tổng; tổng được tự tính.")),
)

VALUE_ERRORS = entries(
    "error",
    ("value-not-a-number",
     mark("“{found}” không phải là số[ (gõ bằng phông chữ cũ {expected}; xin gõ lại bằng Unicode)]. Xin ghi bằng chữ số, ví dụ 12; chữ thì ghi vào cột Ghi chú.")),
    ("value-ambiguous",
     mark("“{found}” chưa rõ nghĩa[; có phải là: {suggestion}]. Xin ghi lại cho rõ.")),
    ("value-fraction",
     mark("“{found}” có phần lẻ. Ô này chỉ ghi số nguyên[, có phải là: {suggestion}].")),
    ("value-negative",
     mark("“{found}” là số âm. Xin ghi số nguyên từ 0 trở lên.")),
    ("value-date",
     mark("Số này có thể là ngày tháng[ ({found})], thường do ghi kiểu 2/10 và Excel tự đổi thành ngày. Xin xem và ghi lại số lượng[; có phải là: {suggestion}].")),
    ("value-error-cell",
     mark("Ô này đang báo lỗi {found}. Xin xoá và ghi lại bằng chữ số.")),
    ("value-not-calculated",
     mark("Ô này chứa công thức {found} không tự tính lại được. Xin ghi trực tiếp kết quả bằng chữ số.")),
    ("value-too-large",
     mark("Số {found} quá lớn. Xin kiểm tra lại số chữ số.")),
)

RULE_ERRORS = entries(
    "error",
    ("total-mismatch",
     mark("Ô tổng đang là {found} nhưng cộng lại các dòng được {expected}. Xin đối chiếu từng dòng với bản gốc; tốt nhất là gửi lại tệp .xlsx đã phát.")),
    ("subtotal-below-parts",
     mark("Số ở dòng tổng[ ({found})] nhỏ hơn tổng các dòng bên dưới (cần {expected}). Xin cộng lại.")),
    ("level-row",
     mark("Dòng này không dành cho cấp của đơn vị[ (đang ghi {found})]. Xin để trống.")),
    ("limit-exceeded",
     mark("Số {found} vượt mức cho phép của dòng này ({expected}). Xin kiểm tra lại; nếu đúng, báo cơ quan nhận báo cáo xác nhận.")),
)

FOLDER_ERRORS = entries(
    "error",
    ("submission-conflict",
     mark("Đơn vị {expected} gửi nhiều tệp có số liệu khác nhau[: {found}]. Chưa cộng tệp nào; xin chọn tệp đúng (ghi pin trong decisions.csv) hoặc bỏ tệp sai ra khỏi thư mục.")),
    ("counted-twice",
     mark("Báo cáo này đã gồm số liệu của đơn vị trực thuộc, mà các đơn vị đó cũng gửi riêng[: {found}]. Để không cộng hai lần, chỉ cộng tệp của từng đơn vị; xin {expected} gửi lại phần hoạt động của riêng mình.")),
    ("total-edited",
     mark("Ô tổng trong tệp tổng hợp đã bị sửa: đang là {found}, tính lại được {expected}. Xin lấy lại tệp tổng hợp gốc.")),
    ("detail-edited",
     mark("Nội dung trong tệp tổng hợp đã bị sửa, thêm hoặc xoá[: đang là {found}][, bản gốc là {expected}]. Xin lấy lại tệp tổng hợp gốc.")),
    ("not-consolidated",
     mark("Tệp này không phải tệp tổng hợp do lệnh aggregate ghi ra[ (là: {found})], nên không có gì để đối chiếu. Biểu của đơn vị thì kiểm tra bằng lệnh check.")),
)
# fmt: on
