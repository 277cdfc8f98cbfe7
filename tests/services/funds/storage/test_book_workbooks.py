"""What is written into a workbook of books stays what it is."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

from services.funds.storage.book_workbooks import BookWriter


def test_a_text_in_the_librarys_own_marks_stays_a_text() -> None:
    target = io.BytesIO()
    writer = BookWriter(target)
    writer.sheet("账")
    writer.write(["<r><t>broken & open</r>", 12])
    writer.close()
    inside = zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml")
    assert "".join(ElementTree.fromstring(inside).itertext()).startswith("<r><t>broken & open</r> 12")
