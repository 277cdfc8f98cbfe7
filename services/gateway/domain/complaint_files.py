"""Files of complaints: what they are by their content, not by what they are called."""

from __future__ import annotations

import io
import zipfile

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ENDINGS = {"jpg": JPEG, "jpeg": JPEG, "png": PNG, "pdf": PDF, "docx": DOCX}
EXTENSIONS = {JPEG: "jpg", PNG: "png", PDF: "pdf", DOCX: "docx"}
_PNG_BEGINS, _PNG_ENDS = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB\x60\x82"
_PNG_TRACES = (b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME")
_UNPACKED_LIMIT = 64 * 1024 * 1024
_APP1, _APP13, _COMMENT, _SCAN = 0xE1, 0xED, 0xFE, 0xDA


def kind_of(content: bytes) -> str | None:
    """The media type a file's bytes show from first to last; None for anything else, two files in one included."""
    if content.startswith(b"\xff\xd8\xff") and content.endswith(b"\xff\xd9"):
        return JPEG
    if content.startswith(_PNG_BEGINS) and content.endswith(_PNG_ENDS):
        return PNG
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]:
        return PDF
    if content.startswith(b"PK\x03\x04") and _is_document(content):
        return DOCX
    return None


def agrees(name: str, declared: str, found: str) -> bool:
    """Whether a file's name and declared type say the same as its content; a browser may declare nothing."""
    _, dot, ending = name.lower().rpartition(".")
    named = ENDINGS.get(ending) if dot else None
    declared = declared.split(";")[0].strip().lower()
    return named == found and declared in (
        "",
        "application/octet-stream",
        found,
        "image/jpg" if found == JPEG else found,
    )


def without_traces(content: bytes, media_type: str) -> bytes:
    """A picture without what a camera or program wrote of place, time and owner; documents as they are."""
    if media_type == JPEG:
        return _plain_jpeg(content)
    return _plain_png(content) if media_type == PNG else content


def _plain_jpeg(content: bytes) -> bytes:
    """Leaves out the segments APP1 (Exif, XMP), APP13 (IPTC) and comments before the first scan."""
    kept, position = bytearray(content[:2]), 2
    while position + 4 <= len(content) and content[position] == 0xFF and content[position + 1] != _SCAN:
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        if content[position + 1] not in (_APP1, _APP13, _COMMENT):
            kept += content[position : position + 2 + length]
        position += 2 + max(length, 2)
    return bytes(kept) + content[position:]


def _plain_png(content: bytes) -> bytes:
    """Leaves out the chunks of text, time and Exif."""
    kept, position = bytearray(content[:8]), 8
    while position + 12 <= len(content):
        end = position + 12 + int.from_bytes(content[position : position + 4], "big")
        if content[position + 4 : position + 8] not in _PNG_TRACES:
            kept += content[position:end]
        position = end
    return bytes(kept)


def _is_document(content: bytes) -> bool:
    """A Word document without macros or other programs in it. Only the directory is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or "word/document.xml" not in names:
        return False
    if any(name.lower().endswith((".bin", ".exe", ".dll", ".js", ".vbs")) for name in names):
        return False
    return sum(entry.file_size for entry in entries) <= _UNPACKED_LIMIT
