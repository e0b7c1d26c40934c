"""CSV files as the device's own `study` commands read them: a byte order mark before the first column's name, as
spreadsheets put it there, and spaces about a field count for nothing; what is wrong is said with its file and line."""

import csv


class Row(dict):
    """A line's fields by their column."""

    def __init__(self, names, fields, path, line):
        super().__init__(zip(names, map(str.strip, fields)))
        self.path, self.line = path, line

    def refuse(self, what):
        raise SystemExit(f"{self.path}, line {self.line}: {what}")

    def filled(self, column):
        return self[column] or self.refuse(f"{column} is empty")

    def one_of(self, column, allowed):
        """A field that must be one of `allowed`."""
        if self[column] not in allowed:
            self.refuse(f"{column} is {self[column]!r}; {' or '.join(a or 'empty' for a in allowed)} is needed")
        return self[column]

    def share(self, column):
        """A field that must be a number from 0 to 1."""
        try:
            value = float(self[column])
        except ValueError:
            value = -1.0
        return value if 0 <= value <= 1 else self.refuse(f"{column} is {self[column]!r}; a number from 0 to 1, or empty, is needed")

    def name(self):
        """What a picture is matched by: its file's name, whatever folder a table puts before it."""
        return self.filled("file").replace("\\", "/").rsplit("/", 1)[-1]


def table(path, required=(), optional=()):
    """The rows, each by the first line's names. `required`: columns that must be there; `optional`: others that are read.
    A column that is one of these in other letters was meant to be read, and is refused."""
    rows = []
    try:
        with open(path, newline="", encoding="utf-8-sig") as f:
            lines = csv.reader(f)
            names = [name.strip() for name in next(lines, [])]
            columns(path, names, required, optional)
            for fields in filter(None, lines):
                if len(fields) != len(names):
                    raise SystemExit(f"{path}, line {lines.line_num}: {len(fields)} fields where the first line names {len(names)} columns")
                rows.append(Row(names, fields, path, lines.line_num))
    except OSError as error:
        raise SystemExit(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SystemExit(f"{path}: is not UTF-8 text; save it as \"CSV UTF-8\"") from None
    if required and not rows:
        raise SystemExit(f"{path}: holds no rows")
    return rows


def columns(path, names, required, optional):
    for name in names:
        meant = next((known for known in (*required, *optional) if known.lower() == name.lower()), name)
        if meant != name:
            raise SystemExit(f"{path}, line 1: the column {name} is not known; small and capital letters count: write {meant}")
        if names.count(name) > 1:
            raise SystemExit(f"{path}, line 1: the column {name} is there twice")
    missing = [name for name in required if name not in names]
    if missing:
        how = "; save it with commas between the fields, not semicolons" if len(names) == 1 and ";" in names[0] else ""
        raise SystemExit(f"{path}, line 1: the column {', '.join(missing)} is missing; needed are {', '.join(required)}{how}")
