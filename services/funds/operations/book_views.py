"""Opening books as they are shown."""

from __future__ import annotations

from services.funds.domain.book_faults import REASONS
from services.funds.domain.book_lines import PARTS
from services.funds.storage.tables import BookImport, BookImportFault
from shared.schemas import funds_books as wire


def answer(row: BookImport, missing_projects: list[str]) -> wire.BookImport:
    own = {"import_id", "missing_projects"}
    values = {name: getattr(row, name) for name in set(wire.BookImport.model_fields) - own}
    return wire.BookImport(**values, import_id=row.id, missing_projects=missing_projects)


def fault(row: BookImportFault) -> wire.BookImportFault:
    reason = REASONS[row.code]
    return wire.BookImportFault(
        sheet=PARTS[row.part],
        row=row.row,
        column=row.column,
        code=row.code,
        zh=reason.zh,
        en=reason.en,
        remedy_zh=reason.remedy_zh,
        remedy_en=reason.remedy_en,
        project_code=row.project_code,
        left_fen=row.left_fen,
    )
