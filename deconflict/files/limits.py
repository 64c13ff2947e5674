"""What a file may weigh and hold, looked at before anything in it is opened; and the refusal of what is more or is broken."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from deconflict.domain.errors import Refused
from deconflict.domain.msgid import N_

MOST_BYTES = 2_000_000
MOST_EXPANDED_BYTES = 30_000_000  # all members of an archive together
MOST_RATIO = 100  # bytes within for one without
MOST_MEMBERS = 500
MOST_ROWS = 5_000  # filled lines of a file, all its sheets together
MOST_COLUMNS = 60
MOST_CHARACTERS = 1_000  # of a cell
MOST_CELLS = 400_000  # cells written down, filled or only coloured: every one of them costs time
MOST_FLAWS = 1_000  # of a table; whoever has more has another file in mind

CHUNK_BYTES = 1 << 20  # expat looks at an unfinished token anew with every chunk: few and large ones keep that cheap

_ENCRYPTED = 0x1
_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")
_NESTED = re.compile(r"\.(?:zip|7z|rar|gz|bz2|xz|tar|jar|kmz|xls[xmb]|doc[xm]|ppt[xm]|od[stp])$", re.IGNORECASE)
_BROKEN = (BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError, NotImplementedError)


class BadFile(Refused):
    """A file that is not read, or not to its end. The sentence says what is the matter and how to mend it; `facts` fill it."""


def damaged() -> BadFile:
    return BadFile(
        N_(
            "The file is damaged: it stops or contradicts itself on the way. Send it again, or open it and save it anew."
        )
    )


def too_large(most_bytes: int = MOST_BYTES) -> BadFile:
    return BadFile(
        N_("The file is larger than %(most)s MB. Divide it, or take pictures and unused sheets out of it."),
        facts={"most": most_bytes // 1_000_000},
    )


def guarded(raw: bytes, *, most_bytes: int = MOST_BYTES, most_expanded_bytes: int = MOST_EXPANDED_BYTES) -> ZipFile:
    """The archive, once its list of members has been looked at: how many, how large, how packed, by which names. Nothing is
    unpacked for that. Raises BadFile."""
    if len(raw) > most_bytes:
        raise too_large(most_bytes)
    try:
        archive = ZipFile(BytesIO(raw))
    except _BROKEN as error:
        raise damaged() from error
    members = archive.infolist()
    expanded = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or expanded > min(most_expanded_bytes, MOST_RATIO * len(raw)):
        raise BadFile(
            N_(
                "Unpacked, the file would be far larger than it looks (more than %(most)s MB, or %(ratio)s times its size). "
                "It is not opened. Copy the table alone into a new workbook and send that."
            ),
            facts={"most": most_expanded_bytes // 1_000_000, "ratio": MOST_RATIO},
        )
    for member in members:
        _look_at(member)
    if len({member.filename for member in members}) < len(members):
        raise damaged()
    _refuse_macros(archive)
    return archive


def unpacked(archive: ZipFile, name: str) -> Iterator[bytes]:
    """A member in chunks; never more than the list of members says that it has, whatever really follows. Raises BadFile."""
    try:
        with archive.open(name) as member:
            while chunk := member.read(CHUNK_BYTES):
                yield chunk
    except (KeyError, RuntimeError, *_BROKEN) as error:
        raise damaged() from error


def _look_at(member: ZipInfo) -> None:
    name = member.filename
    if member.flag_bits & _ENCRYPTED:
        raise BadFile(N_("The file is protected by a password. Take the password away and send it again."))
    if _OUTSIDE.search(name) or member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise damaged()
    if _NESTED.search(name):
        raise BadFile(
            N_(
                "There is another file within this file (%(name)s). Take it out, and send one table or one route at a time."
            ),
            facts={"name": name[-60:]},
        )


def _refuse_macros(archive: ZipFile) -> None:
    names = {name.casefold() for name in archive.namelist()}
    types = "[Content_Types].xml"
    if any(name.endswith("vbaproject.bin") for name in names) or (
        types in archive.namelist() and b"macroenabled" in b"".join(unpacked(archive, types)).lower()
    ):
        raise BadFile(
            N_(
                "The workbook contains macros (.xlsm), which are never run nor read here. Save it as .xlsx and send that."
            )
        )
