"""What is added and worth knowing: warnings and information."""

from __future__ import annotations

from aggregator.catalogue.entry import entries
from aggregator.words import mark

# fmt: off
WARNINGS = entries(
    "warning",
    ("row-hidden",
     mark("Dòng này đang bị ẩn; số liệu trong dòng vẫn được tính. Xin bỏ ẩn để kiểm tra.")),
    ("value-outside-form",
     mark("“{found}” nằm ngoài các ô của mẫu nên không được cộng. Xin xem có ghi nhầm ô không.")),
    ("value-shown-differently",
     mark("Định dạng ô ({found}) làm số hiển thị khác với số thật là {expected}. Số thật được dùng; xin kiểm tra.")),
    ("file-external-links",
     mark("Tệp có liên kết tới tệp khác. Không lấy số liệu từ đó; xin kiểm tra các ô đã liên kết.")),
    ("people-without-count",
     mark("Có {expected} nhưng chưa ghi số lớp, số cuộc.")),
    ("count-without-people",
     mark("Có {expected} nhưng chưa ghi số người.")),
    ("people-below-count",
     mark("Số người ({found}) ít hơn số lớp, số cuộc (cần {expected}). Có thể ghi nhầm cột.")),
    ("money-too-small",
     mark("Số tiền {found} đồng rất nhỏ; có thể ghi theo nghìn đồng[ ({suggestion} đồng?)]. Số được dùng đúng như đã ghi; xin kiểm tra.")),
    ("outlier",
     mark("Số người {found} lớn bất thường so với số lớp, số cuộc (thường {expected}). Xin kiểm tra.")),
    ("clone",
     mark("Số liệu giống hệt của đơn vị khác: {found}. Có thể chép nhầm tệp của nhau; xin hỏi lại hai đơn vị.")),
    ("books-without-donors",
     mark("Có {found} quyển sách nhưng chưa ghi tập thể, cá nhân tặng sách.")),
    ("unit-not-in-register",
     mark("Đơn vị {found} không phải báo cáo trong đợt này[ ({expected})]; số liệu vẫn được cộng, không tính vào tỷ lệ nộp.")),
    ("report-missing",
     mark("Chưa nhận được báo cáo của {found}.")),
    ("report-late",
     mark("Nộp muộn: nhận ngày {found}, hạn {expected}.")),
    ("decision-unused",
     mark("Quyết định “{found}” không có tác dụng: không có tệp hay vấn đề nào như vậy. Xin kiểm tra lại tên tệp, mã đơn vị, hoặc xoá dòng này.")),
)

INFOS = entries(
    "info",
    ("file-unsupported",
     mark("Tệp này không phải biểu số liệu nên không đọc[ ({found})].")),
    ("file-temporary",
     mark("Tệp tạm của chương trình khác, bỏ qua. Nếu biểu đang mở, xin đóng lại rồi chạy lần nữa.")),
    ("file-companion",
     mark("Tệp đi kèm (bản ký, bản Word, ảnh); đã ghi nhận, không đọc số liệu từ đây.")),
    ("file-converted",
     mark("Tệp có dạng {found}; số liệu vẫn được đọc, trừ những điều không kiểm tra được: {expected}. Lần sau xin gửi tệp .xlsx đã phát.")),
    ("lock-removed",
     mark("Sheet số liệu không còn khoá. Số liệu vẫn được kiểm tra đầy đủ.")),
    ("value-interpreted",
     mark("“{found}” được đọc là {expected}.")),
    ("subtotal-above-parts",
     mark("Số ở dòng tổng ({found}) lớn hơn tổng các dòng bên dưới ({expected}); được phép, vì có cuộc không thuộc dòng nào.")),
    ("submission-duplicate",
     mark("Tệp trùng nội dung với {found}; chỉ cộng một lần.")),
    ("submission-superseded",
     mark("Đơn vị có tệp khác được dùng: {found}[ (theo quyết định {expected})]; tệp này không cộng.")),
    ("seal-foreign",
     mark("Tệp được phát trong đợt khác ({found}); số liệu vẫn được đọc theo mẫu của đợt này[. Tệp lưu lần cuối ngày {suggestion}, trước khi tuần lễ bắt đầu: có thể là tệp năm trước, xin kiểm tra].")),
)
# fmt: on
