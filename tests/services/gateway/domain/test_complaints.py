"""Complaints without a database: who may handle what, codes, files, working days, figures, forbidden numbers."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from datetime import date

import pytest

from services.gateway.domain import complaint_files, complaint_routing, complaints, publication, working_days
from services.gateway.domain.complaint_routing import Desk, Matter
from services.gateway.domain.public_pages import DailyCount, asked

DESKS = [Desk(f"{place}-{sector}", place, sector) for place in ("341622", "3416", "34") for sector in ("aid", "health")]


@pytest.mark.parametrize(
    ("matter", "handler"),
    [
        (Matter("341622101205", "aid"), "341622-aid"),
        (Matter("341622101205", "health"), "341622-health"),
        (Matter("341622101205", "education"), "341622-aid"),
        (Matter("341622101205", "aid", "village"), "341622-aid"),
        (Matter("341622101205", "aid", "township"), "341622-aid"),
        (Matter("341622101205", "aid", "county"), "3416-aid"),
        (Matter("341622101205", "aid", "", "341622-aid"), "3416-aid"),
        (Matter("341622101205", "aid", "village", "3416-aid"), "34-aid"),
        (Matter("341622", "aid", "city"), "34-aid"),
        (Matter("341622", "aid", "province"), None),
        (Matter("3416", "aid"), "3416-aid"),
        (Matter("1101", "aid"), None),
    ],
)
def test_a_complaint_goes_to_the_lowest_office_above_what_it_is_about(matter: Matter, handler: str | None) -> None:
    desk = complaint_routing.competent(matter, DESKS)
    assert (desk.code if desk else None) == handler
    if desk is not None:
        above = complaint_routing.competent(matter, DESKS, above="county")
        assert above is None or above.division_code in ("3416", "34")


def test_banks_and_administrators_handle_no_complaints() -> None:
    matter = Matter("341622", "aid")
    assert not complaint_routing.may_handle(matter, Desk("341622-bank", "341622", "banking"), any_sector=True)
    assert complaint_routing.may_handle(matter, Desk("341622-roads", "341622", "transport"), any_sector=True)


def test_a_tracking_code_has_a_hundred_random_bits_and_is_read_kindly() -> None:
    codes = {complaints.new_code() for _ in range(200)}
    assert len(codes) == 200
    code = codes.pop()
    assert len(code) == 23
    assert complaints.code_digest(code) == complaints.code_digest(code.lower().replace("-", " "))
    assert complaints.code_digest("O" * 19 + "I") == complaints.code_digest("0" * 19 + "1")
    assert complaints.code_digest(code[:-1]) is None
    assert complaints.code_digest("U" * 20) is None


def test_working_days_leave_out_weekends_and_holidays_and_count_shifted_ones() -> None:
    friday = date(2026, 9, 25)
    assert working_days.after(friday, 1, {}) == date(2026, 9, 28)
    holidays = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
    assert working_days.after(date(2026, 9, 30), 3, holidays) == date(2026, 10, 10)


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


def test_a_file_is_what_its_bytes_are_from_first_to_last() -> None:
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xe1\x00\x08GPS!!!\xff\xda\x00\x02data\xff\xd9"
    assert complaint_files.kind_of(jpeg) == complaint_files.JPEG
    plain = complaint_files.without_traces(jpeg, complaint_files.JPEG)
    assert b"GPS" not in plain
    assert plain.startswith(b"\xff\xd8\xff\xe0\x00\x04ab\xff\xda")
    assert plain.endswith(b"data\xff\xd9")
    assert complaint_files.kind_of(jpeg + b"<html>") is None
    word = archive("[Content_Types].xml", "word/document.xml")
    assert complaint_files.kind_of(word) == complaint_files.DOCX
    assert complaint_files.kind_of(archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")) is None
    assert complaint_files.kind_of(archive("a.txt")) is None
    assert complaint_files.kind_of(b"GIF89a") is None
    assert complaint_files.agrees("a.JPG", "image/jpeg", complaint_files.JPEG)
    assert not complaint_files.agrees("a.pdf", "image/jpeg", complaint_files.JPEG)
    assert not complaint_files.agrees("a.jpg", "text/html", complaint_files.JPEG)
    assert not complaint_files.agrees("photo", "", complaint_files.JPEG)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def test_a_png_is_kept_without_what_is_written_beside_its_picture() -> None:
    head, data, end = chunk(b"IHDR", bytes(13)), chunk(b"IDAT", b"picture"), chunk(b"IEND", b"")
    traces = [chunk(kind, b"GPS here") for kind in (b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME")]
    png = b"\x89PNG\r\n\x1a\n" + head + b"".join(traces) + data + traces[0] + end
    assert complaint_files.kind_of(png) == complaint_files.PNG
    plain = complaint_files.without_traces(png, complaint_files.PNG)
    assert plain == png[:8] + head + data + end
    assert complaint_files.without_traces(png[:50], complaint_files.PNG).startswith(png[:8])


@pytest.mark.parametrize("length", range(0, 40, 3))
def test_a_broken_photograph_never_stops_the_clerk(length: int) -> None:
    jpeg = (b"\xff\xd8\xff\xe1\x00\x08GPS!!!\xff\xda\x00\x02" * 3)[:length]
    assert isinstance(complaint_files.without_traces(jpeg, complaint_files.JPEG), bytes)


def test_public_counts_hide_a_handful() -> None:
    assert [complaints.shown_figure(count) for count in (0, 1, 4, 5)] == [0, None, None, 5]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("身份证 11010519491231002X 的户主", 1),
        ("身份证 110105 19491231 002x。", 1),
        ("110105194912310021", 0),
        ("110105194913310020", 0),
        ("联系人电话13800138000,或 138 0013 8000", 2),
        ("监督电话 12317,0558-7654321", 0),
        ("卡号 6222 0212 3456 7890 128", 1),
        ("卡号 6222 0212 3456 7890 129", 0),
        ("卡号 6228480402564890018", 1),
        ("进度 0.6228480402564890018", 0),
        ("项目代码 341622-2026-0001,金额 1380000000000 分", 0),
    ],
)
def test_forbidden_numbers_are_found_by_what_they_are(text: str, found: int) -> None:
    assert publication.hidden(text)[1] == found


def test_a_public_answer_loses_the_number_and_nothing_else() -> None:
    body = '{"items":[{"purpose":"给13800138000","receipt_no":"13800138000","amount_fen":13800138000}]}'.encode()
    cleaned, count = publication.cleaned(body)
    assert count == 1
    assert cleaned.decode() == body.decode().replace("给13800138000", "给[已隐去]")
    plain = '{"items":[{"purpose":"修路"}],"next_cursor":null}'.encode()
    assert publication.cleaned(plain) == (plain, 0)


def test_equal_questions_are_one_whatever_their_order_and_cursors_belong_to_a_list() -> None:
    one, other = asked("/p", "year=2025&within=34&cursor=a"), asked("/p", "cursor=b&within=34&year=2025&limit=2")
    assert one.listing == other.listing
    assert one.key != other.key
    assert one.at("x").query == "year=2025&within=34&cursor=x"
    assert asked("/p", "within=3416").listing != one.listing


def test_a_day_has_so_many_pages_and_the_next_day_as_many_again() -> None:
    pages = DailyCount(2)
    today, tomorrow = date(2026, 1, 1), date(2026, 1, 2)
    assert [pages.take("network", today) for _ in range(3)] == [True, True, False]
    assert pages.take("other", today)
    assert pages.take("network", tomorrow)
