"""From numbered records, whatever file they came from, to a header and checked rows."""

from __future__ import annotations

from collections.abc import Iterator

from fleet_app.records.sheets.model import Limits, Row, Source

Record = tuple[int, list[str]]


def header_and_rows(
    records: Iterator[Record], limits: Limits, source: Source
) -> tuple[list[str], Iterator[Row]] | None:
    """The first record that is not blank as headers, the others as rows; None without any record.

    Raises TooLarge for too many columns, and while the rows are walked for too many rows or for a
    cell that is too long.
    """
    for number, cells in records:
        if any(cell.strip() for cell in cells):
            _check(number, cells, limits, source)
            headers = _trimmed([cell.strip() for cell in cells])
            return headers, _rows(records, len(headers), limits, source)
    return None


def _rows(records: Iterator[Record], width: int, limits: Limits, source: Source) -> Iterator[Row]:
    count = 0
    for number, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > limits.rows:
            raise source.too_large(
                f"has more than {limits.rows:,} rows. Split it into smaller files."
            )
        _check(number, cells, limits, source)
        yield _row(number, cells, width)


def _row(number: int, cells: list[str], width: int) -> Row:
    surplus = tuple(_trimmed(cells[width:])) if len(cells) > width else ()
    return Row(number, cells[:width] + [""] * (width - len(cells)), surplus)


def _trimmed(cells: list[str]) -> list[str]:
    """Without the blank cells at the end."""
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _check(number: int, cells: list[str], limits: Limits, source: Source) -> None:
    if len(cells) > limits.columns and len(_trimmed(cells)) > limits.columns:
        raise source.too_large(
            f"has more than {limits.columns} columns in row {number}."
            " Remove the columns you do not need."
        )
    for column, cell in enumerate(cells, 1):
        if len(cell) > limits.cell:
            raise source.too_large(
                f"has a text of more than {limits.cell:,} characters in row {number},"
                f" column {column}. Shorten it; if the row looks right, a quotation mark may be"
                " missing at the end of a text."
            )
