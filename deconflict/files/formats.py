"""Which format a file is in, by what stands in it and never by its name; and a sentence of its own for each that is not read."""

from __future__ import annotations

import re
from typing import Literal

from deconflict.domain.msgid import N_
from deconflict.files.limits import MOST_BYTES, BadFile, guarded, too_large

Format = Literal["xlsx", "csv", "kml", "kmz", "gpx"]

OTHERS = {
    "old": N_("This is an older Office file (.xls or .doc). Open it, save it as .xlsx and send that."),
    "locked": N_("The workbook is protected by a password. Take the password away and send it again."),
    "ods": N_("This is an OpenDocument file (.ods). Save it as .xlsx and send that."),
    "xlsb": N_("This is a binary workbook (.xlsb). Save it as .xlsx and send that."),
    "document": N_("This is a text or a presentation. Copy its table into a workbook, save that as .xlsx and send it."),
    "pdf": N_("This is a PDF: no table can be read from it. Send the table that it was made from, as .xlsx or .csv."),
    "image": N_("This is a picture: no table can be read from it. Send the table itself, as .xlsx or .csv."),
    "archive": N_("This is a packed file. Unpack it, and send one table or one route at a time."),
    "page": N_("This is a web page, whatever its name ends with. Open it in Excel, save it as .xlsx and send that."),
    "markup": N_(
        "This is XML that is neither KML nor GPX. Save a table as .xlsx or .csv, a route as .kml, .kmz or .gpx."
    ),
    "json": N_("This is JSON. Save a table as .xlsx or .csv, a route as .kml, .kmz or .gpx."),
    "binary": N_(
        "This file is neither a table nor a route. Save a table as .xlsx or .csv, a route as .kml, .kmz or .gpx."
    ),
}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BEGINNINGS = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
    (b"RIFF", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
)
_MOST_NULS = 0.1  # of the bytes; text has none, a slip of the pen a few
_ROOT = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)")


def format_of(raw: bytes) -> Format:
    """Raises BadFile for whatever is no table and no route, too large or empty."""
    if len(raw) > MOST_BYTES:
        raise too_large()
    if not raw.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise BadFile(N_("The file is empty."))
    if raw.startswith(b"PK\x03\x04"):
        return _packed(raw)
    if raw.startswith(_OLE):
        raise BadFile(OTHERS["locked" if "EncryptedPackage".encode("utf-16-le") in raw else "old"])
    if raw[4:8] == b"ftyp":
        raise BadFile(OTHERS["image"])
    for beginning, kind in _BEGINNINGS:
        if raw.startswith(beginning) and (kind != "image" or b"\0" in raw[:64]):
            raise BadFile(OTHERS[kind])
    return _plain(raw)


def _packed(raw: bytes) -> Format:
    names = set(guarded(raw).namelist())
    if "xl/workbook.xml" in names:
        return "xlsx"
    if any(name.casefold().endswith(".kml") for name in names):
        return "kmz"
    if "xl/workbook.bin" in names:
        raise BadFile(OTHERS["xlsb"])
    if "content.xml" in names:
        raise BadFile(OTHERS["ods"])
    raise BadFile(OTHERS["document" if "[Content_Types].xml" in names else "archive"])


def _plain(raw: bytes) -> Format:
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not wide and raw.count(0) > _MOST_NULS * len(raw):
        raise BadFile(OTHERS["binary"])
    head = raw[:8_192].decode("utf-16" if wide else "latin-1", errors="replace").lstrip("\ufeffï»¿ \t\r\n")
    if head.startswith(("{", "[{")):
        raise BadFile(OTHERS["json"])
    if not head.startswith("<"):
        return "csv"
    root = _ROOT.search(head)
    name = root[1].casefold() if root else ""
    if name == "kml":
        return "kml"
    if name == "gpx":
        return "gpx"
    raise BadFile(OTHERS["page" if name in ("html", "table", "body", "meta", "head") else "markup"])
