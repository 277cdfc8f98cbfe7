"""HTTP of fund documents."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Form, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from services.funds.api.request_parts import Area, ProjectsPeer, RegistryPeer, WholeId, YearFilter
from services.funds.operations import document_imports, documents
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import Batch, Document, DocumentHead, NewDocument
from shared.schemas.wire import Code, Day, DivisionCode, Page, Text

router = new_router("/api/v1/funds/documents", "documents")


class DocumentForm(BaseModel):
    """The head of an imported document and its workbook (sheet 资金分配)."""

    model_config = ConfigDict(extra="forbid")

    number: Text
    title: Text
    issued_on: Day
    issuing_division: DivisionCode
    fund_year: Annotated[int, Field(ge=2000, le=2100)]
    fund_kind: Code
    batch: Batch
    drawn_on_receipt_id: Annotated[int | None, Field(ge=1, le=2**62)] = None
    file: Annotated[UploadFile, File(description="xlsx: 序号, 县(市、区), 区划代码, 金额(万元), closed by 合计")]


@router.post("", operation_id="document_issue", status_code=201, **needs("document.issue", money=True))
async def document_issue(
    body: NewDocument, session: Session, actor: CurrentActor, projects: ProjectsPeer, registry: RegistryPeer
) -> Document:
    return await documents.issue(session, actor, projects, registry, body)


@router.post("/imports", operation_id="document_import", status_code=201, **needs("document.issue", money=True))
async def document_import(
    form: Annotated[DocumentForm, Form()],
    session: Session,
    actor: CurrentActor,
    projects: ProjectsPeer,
    registry: RegistryPeer,
) -> Document:
    content = await form.file.read(document_imports.MAX_BYTES + 1)
    head = document_imports.Head(**form.model_dump(exclude={"file"}))
    return await document_imports.issue(session, actor, projects, registry, head, content)


@router.get("", operation_id="document_list", **needs("document.read"))
async def document_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    fund_kind: Code | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DocumentHead]:
    return await documents.list_documents(session, actor, division_code, fund_year, fund_kind, cursor, limit)


@router.get("/{document_id}", operation_id="document_get", **needs("document.read"))
async def document_get(document_id: WholeId, session: Session, actor: CurrentActor) -> Document:
    return await documents.get(session, actor, document_id)
