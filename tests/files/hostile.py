"""Files as nobody should send them, built in code: what the tests of files read. Each is a function without arguments -> bytes."""

from __future__ import annotations

import random
import struct
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Date</t></is></c><c r="B1" t="inlineStr"><is><t>Lieu</t></is></c></row>'
)
LINE = '<row r="2"><c r="A2" t="inlineStr"><is><t>Bankass</t></is></c></row>'
WORKBOOK = f'<workbook {MAIN} xmlns:r="{RELS}"><sheets><sheet name="Plan" sheetId="1" r:id="rId1"/></sheets></workbook>'
LINKS = "".join(
    f'<Relationship Id="rId{n}" Type="{RELS}/{kind}" Target="{target}"/>'
    for n, kind, target in ((1, "worksheet", "worksheets/sheet1.xml"), (2, "sharedStrings", "sharedStrings.xml"))
)
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
ENTITIES += "]>"
XXE = '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/hostname">]>'


def archive(parts: dict[str, str | bytes]) -> bytes:
    into = BytesIO()
    with ZipFile(into, "w", ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return into.getvalue()


def book(rows: str = HEADER + LINE, *, after: str = "", before: str = "", **parts: str | bytes) -> bytes:
    """A workbook of one sheet, bare; `parts` of its folder `xl`, by name, replace or add."""
    whole: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": f"<Relationships>{LINKS}</Relationships>",
        "xl/sharedStrings.xml": f"<sst {MAIN}/>",
        "xl/worksheets/sheet1.xml": f"{before}<worksheet {MAIN}><sheetData>{rows}</sheetData>{after}</worksheet>",
    }
    return archive(whole | {f"xl/{name}.xml": content for name, content in parts.items()})


def written(*rows: tuple[object, ...]) -> bytes:
    """A workbook as openpyxl writes it."""
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    into = BytesIO()
    workbook.save(into)
    return into.getvalue()


def cells(count: int) -> str:
    return f'{HEADER}<row r="2">{"<c/>" * count}</row>'


def rows(count: int) -> str:
    return HEADER + "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, count + 2))


def zip_bomb(name: str = "xl/media/image1.png", size: int = 300_000_000) -> bytes:
    """300 kB that become 300 MB."""
    into = BytesIO()
    with ZipFile(into, "w", ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", WORKBOOK)
        with packed.open(name, "w") as member:
            for _ in range(size // 1_000_000):
                member.write(bytes(1_000_000))
    return into.getvalue()


def lying_bomb() -> bytes:
    """The same as the sheet itself, and its headers say 1,000 bytes."""
    into = BytesIO()
    with ZipFile(into, "w", ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", WORKBOOK)
        packed.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{LINKS}</Relationships>")
        packed.writestr("xl/sharedStrings.xml", f"<sst {MAIN}/>")
        with packed.open("xl/worksheets/sheet1.xml", "w") as member:
            member.write(f"<worksheet {MAIN}><sheetData>".encode())
            for _ in range(300):
                member.write(b" " * 1_000_000)
    raw = into.getvalue()
    at = raw.rindex(b"PK\x01\x02")
    return raw[: at + 24] + struct.pack("<I", 1_000) + raw[at + 28 :]


def encrypted() -> bytes:
    raw = bytearray(book())
    at = raw.find(b"PK\x01\x02")
    raw[at + 8] |= 1
    return bytes(raw)


def same_sheet_a_thousand_times() -> bytes:
    """One large sheet, named by a thousand entries of the list of sheets."""
    names = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, 1001))
    workbook = f'<workbook {MAIN} xmlns:r="{RELS}"><sheets>{names}</sheets></workbook>'
    return book(rows(4_000), workbook=workbook)


def many_styles() -> bytes:
    links = LINKS + f'<Relationship Id="rId3" Type="{RELS}/styles" Target="styles.xml"/>'
    formats = '<xf numFmtId="14"/>' * 300_000
    styles = f"<styleSheet {MAIN}><cellXfs>{formats}</cellXfs></styleSheet>"
    raw = book(styles=styles)
    with ZipFile(BytesIO(raw)) as packed:
        parts: dict[str, str | bytes] = {name: packed.read(name) for name in packed.namelist()}
    return archive(parts | {"xl/_rels/workbook.xml.rels": f"<Relationships>{links}</Relationships>"} | noise(200_000))


def noise(size: int) -> dict[str, str | bytes]:
    """A member that does not pack, so that a file is not refused for its ratio alone."""
    return {"docProps/thumbnail.jpeg": random.Random(6).randbytes(size)}


def large(rows_xml: str, **more: str) -> bytes:
    """A workbook whose ratio is fair, whatever its sheet holds."""
    raw = book(rows_xml, **more)
    with ZipFile(BytesIO(raw)) as packed:
        parts: dict[str, str | bytes] = {name: packed.read(name) for name in packed.namelist()}
    return archive(parts | noise(400_000))


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le") + bytes(600)


def kml(inside: str, before: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<kml xmlns="http://www.opengis.net/kml/2.2" '
        f'xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>{inside}</Document></kml>'
    ).encode()


def placemark(name: str, geometry: str) -> str:
    return f"<Placemark><name>{name}</name>{geometry}</Placemark>"


def line(*coordinates: str) -> str:
    return f"<LineString><coordinates>{' '.join(coordinates)}</coordinates></LineString>"


def point(coordinates: str) -> str:
    return f"<Point><coordinates>{coordinates}</coordinates></Point>"


def gpx(inside: str, before: str = "") -> bytes:
    return f'<?xml version="1.0"?>{before}<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{inside}</gpx>'.encode()


def kmz_of_one_number() -> bytes:
    return archive({"a.kml": kml(placemark("a", line("1" * 9_000_000))), **noise(300_000)})
