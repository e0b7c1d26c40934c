"""CSV files as the device's own `study` commands read them: a byte order mark before the first column's name, as
spreadsheets put it there, and spaces about a field count for nothing."""

import csv


def table(path):
    """The rows, each a dict by the first line's names."""
    rows = []
    with open(path, newline="", encoding="utf-8-sig") as f:
        lines = csv.reader(f)
        names = [name.strip() for name in next(lines, [])]
        for fields in filter(None, lines):
            if len(fields) != len(names):
                raise SystemExit(f"{path}, line {lines.line_num}: {len(fields)} fields where the first line names {len(names)} columns")
            rows.append(dict(zip(names, map(str.strip, fields))))
    return rows
