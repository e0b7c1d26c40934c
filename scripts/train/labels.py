"""`labels.csv`, line by line as the device's `study` commands check it, and for what the training needs besides."""

from table import table

DIAGNOSES = ("BCC", "NV", "BKL", "SCCKA", "MEL", "AKIEC", "DF", "INF", "VASC", "BEN_OTH", "MAL_OTH")
SPLITS = ("train", "val", "test")
LEAST_TRAIN = 150  # pictures: on as many export.py finds the ranges of what is computed
SPLIT = (
    "the column split is missing: write train (about 8 of 10 lesions), val, or test (no step of the training sees these) "
    "into each line, and the same for all pictures of a lesion, better of a patient"
)


def labels(path, own_codes=None):
    """The rows of the pictures. `own_codes`: the diagnosis of DIAGNOSES for each other one in the file."""
    own_codes = own_codes or {}
    rows = table(path, ("file", "diagnosis", "bcc"), ("split", "lesion_id", "confirmed_by"))
    if "split" not in rows[0]:
        raise SystemExit(f"{path}, line 1: {SPLIT}")
    seen, split_of = {}, {}
    for row in rows:
        first = seen.setdefault(row.name(), row)
        if first is not row:
            row.refuse(f"{row['file']} stands in line {first.line} already; pictures are told apart by their file's name")
        is_bcc = row.one_of("bcc", ("0", "1")) == "1"
        if is_bcc != (row.filled("diagnosis") == "BCC"):
            row.refuse(f"bcc is {row['bcc']} but the diagnosis is {row['diagnosis']}")
        split = row.one_of("split", SPLITS)
        lesion = row.get("lesion_id")
        if lesion and split_of.setdefault(lesion, split) != split:
            row.refuse(f"the lesion {lesion} is in split {split} here and in {split_of[lesion]} elsewhere")
    unknown = {row["diagnosis"]: row for row in rows if row["diagnosis"] not in (*DIAGNOSES, *own_codes)}
    if unknown:
        lines = ", ".join(f'"{code}" = "…"' for code in unknown)
        next(iter(unknown.values())).refuse(
            f"{'this diagnosis is' if len(unknown) == 1 else 'these diagnoses are'} not among {', '.join(DIAGNOSES)}: {', '.join(unknown)}. "
            f"Say in data.toml, under [diagnoses], as which of them each shall be learned: {lines}; BEN_OTH and MAL_OTH are for what is like none of the others"
        )
    return rows


def known_pictures(rows):
    """The rows' places, by the name that readings call a picture by."""
    return {row.name(): i for i, row in enumerate(rows)}


def of(row, known, where):
    """The place of a reading's picture among those of the labels, `where`."""
    if row.name() not in known:
        row.refuse(f"{row['file']} is not among the pictures of {where}")
    return known[row.name()]
