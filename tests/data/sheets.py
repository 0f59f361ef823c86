"""Spreadsheet files made by hand, as small as their readers let them be."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DATE, TIME = 1, 2  # styles

Rows = Sequence[Sequence[Any]]


def xlsx(sheets: Mapping[str, Rows], *, first_row: int = 1) -> bytes:
    """Return an .xlsx file; a cell (number, style) is a date or a time."""
    names = list(sheets)
    kinds = (("rels", "application/vnd.openxmlformats-package.relationships+xml"), ("xml", "application/xml"))
    types = "".join(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in kinds)
    relations = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(names) + 1)]
    tabs = "".join(f'<sheet name="{escape(each)}" sheetId="{n}" r:id="rId{n}"/>' for n, each in enumerate(names, 1))
    styles = "".join(f'<xf numFmtId="{code}"/>' for code in (0, 14, 20))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{types}</Types>',
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{tabs}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations([*relations, ("rId99", "styles", "styles.xml")]),
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs count="3">{styles}</cellXfs></styleSheet>',
    }
    for n, rows in enumerate(sheets.values(), 1):
        lines = "".join(_row(number, cells) for number, cells in enumerate(rows, first_row))
        parts[f"xl/worksheets/sheet{n}.xml"] = f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'
    return packed(parts)


def far_cell() -> bytes:
    """Return an .xlsx file of two cells, with 17 billion between them: the ends of the largest sheet there is."""
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    return _with_sheet(f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>')


def bomb(mebibytes: int) -> bytes:
    """Return an .xlsx file that says that it is far larger unpacked."""
    with zipfile.ZipFile(held := io.BytesIO(xlsx({"S": []})), "a") as file:
        file.infolist()[-1].file_size = mebibytes << 20
        file.writestr("more.xml", "")
    return held.getvalue()


def ods(rows: Rows) -> bytes:
    """Return an .ods file with one sheet."""
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    names = {
        "office": office,
        "table": office.replace("office:1", "table:1"),
        "text": office.replace("office:1", "text:1"),
    }
    spaces = " ".join(f'xmlns:{name}="{place}"' for name, place in names.items())
    lines = "".join(f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>" for cells in rows)
    table = f'<table:table table:name="S">{lines}</table:table>'
    content = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{manifest}"/>',
            "content.xml": f"<office:document-content {spaces}>{content}</office:document-content>",
        }
    )


def xls(rows: Rows) -> bytes:
    """Return an .xls file (BIFF8 in a compound file) with one sheet of texts and numbers."""
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for y, cells in enumerate(rows):
        for x, value in enumerate(cells):
            place = struct.pack("<HHH", y, x, 0)
            if isinstance(value, str):
                sheet += _record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
            elif value is not None:
                sheet += _record(0x0203, place + struct.pack("<d", value))
    sheet += _record(0x000A, b"")
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    length = len(begin) + 4 + 8 + 1 + 4
    bound = _record(0x0085, struct.pack("<IBBBB", length, 0, 0, 1, 0) + b"S")
    return _compound(begin + bound + _record(0x000A, b"") + sheet)


def packed(parts: Mapping[str, str]) -> bytes:
    """Return a zip file with these parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)  # ZipInfo: the same bytes at any time
    return held.getvalue()


def _with_sheet(xml: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(xlsx({"S": []}))) as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    return packed({**parts, "xl/worksheets/sheet1.xml": xml})


def _relations(targets: Sequence[tuple[str, str, str]]) -> str:
    each = "".join(f'<Relationship Id="{i}" Type="{_OFFICE}/{kind}" Target="{to}"/>' for i, kind, to in targets)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _row(number: int, cells: Sequence[Any]) -> str:
    return f'<row r="{number}">{"".join(_cell(f"{chr(65 + x)}{number}", value) for x, value in enumerate(cells))}</row>'


def _cell(place: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{value:d}</v></c>'
    if isinstance(value, tuple):
        return f'<c r="{place}" s="{value[1]}"><v>{value[0]}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'


def _ods_cell(value: Any) -> str:
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream: bytes) -> bytes:
    """Return a compound file that holds one stream, "Workbook": header, table of sectors, folder, stream."""
    stream = stream.ljust(-(-max(len(stream), 4096) // 512) * 512, b"\0")
    sectors = len(stream) // 512
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [table, end, *range(3, 2 + sectors), end]
    assert len(chain) <= 128, "one table of sectors holds 63 KiB"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    folder = _entry("Root Entry", 5, 1, end, 0) + _entry("Workbook", 2, free, 2, len(stream)) + bytes(256)
    return header + struct.pack("<128I", *chain, *[free] * (128 - len(chain))) + folder + stream


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    links = struct.pack("<HBBIII", len(text) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)
