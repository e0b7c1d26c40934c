"""What may be said of the data: data.toml's sentences, and what is counted in labels.csv. Card and manifest say nothing
else of them. The project's own data are known by their files' digests; any others have a data.toml of their own, and
their models names of their own."""

import collections
import hashlib
import json
import re
import tomllib
from pathlib import Path

from labels import DIAGNOSES

PROJECTS = Path(__file__).parent / "milk10k.toml"
SENTENCES = ("name", "source", "pictures", "readers")
LICENCE = ("model", "data", "use")
OPTIONAL = ("readings", "diagnoses", "reader_weights")
WRITE = 'as scripts/train/README.md shows it under "With your own data"'


def folder(data_dir):
    """Where labels.csv and the dermoscopic pictures are."""
    own, project = Path(data_dir) / "dermoscopy", Path(data_dir) / "milk10k"
    if own.exists() and project.exists():
        raise SystemExit(f"{data_dir}: has a folder dermoscopy and a folder milk10k; leave the one that the training shall take")
    if not own.exists() and not project.exists():
        raise SystemExit(f"{data_dir}: has no folder dermoscopy with labels.csv and the pictures (see scripts/train/README.md)")
    return own if own.exists() else project


def readings(data_dir):
    return Path(data_dir) / "patterns" / "readings.csv"


def facts(data_dir):
    """What data.toml says, checked. Without one: the project's own, where these are its very files."""
    own, project = Path(data_dir) / "data.toml", read(PROJECTS)
    if own.exists():
        told = read(own)
        if told["name"].casefold() == project["name"].casefold():
            raise SystemExit(f"{own}: name is {told['name']}, which are the project's data, described in {PROJECTS}; give these a name of their own, or remove {own}")
        return told
    if not is_projects(data_dir, project):
        raise SystemExit(
            f"{own}: is not there, and labels and readings in {data_dir} are not the very files that {PROJECTS} describes. "
            f"Write it {WRITE}: card and manifest of the model say of the data what stands there"
        )
    return project


def is_projects(data_dir, project):
    known_by = project["known_by"]
    files = {"labels": folder(data_dir) / "labels.csv", "readings": readings(data_dir)}
    return all(path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == known_by[of] for of, path in files.items())


def read(path):
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:  # not TOML, not UTF-8
        raise SystemExit(f"{path}: cannot be read: {error}") from None

    def wrong(what):
        raise SystemExit(f"{path}: {what}; write it {WRITE}")

    def sentence(value):
        return isinstance(value, str) and value.strip()

    def sentences(value):
        return isinstance(value, list) and value and all(map(sentence, value))

    allowed = (*SENTENCES, "limits", "licence", *OPTIONAL, *(("known_by",) if path == PROJECTS else ()))
    for key in told:
        if key not in allowed:
            wrong(f"{key} is not known; known are {', '.join(allowed)}")
    for key in SENTENCES:
        if not sentence(told.get(key)) or "\n" in told[key]:
            wrong(f"{key} is missing or is no text of one line")
    if not sentences(told.get("limits")):
        wrong("limits is missing or is no list of sentences")
    licence = told.get("licence")
    if not isinstance(licence, dict) or set(licence) != set(LICENCE) or not (sentence(licence["model"]) and sentences(licence["data"]) and sentence(licence["use"])):
        wrong("[licence] needs model and use, each a text, and data, a list of texts, and nothing else")
    if "readings" in told and not sentence(told["readings"]):
        wrong("readings is no text")
    for key in ("diagnoses", "reader_weights"):
        if not isinstance(told.get(key, {}), dict):
            wrong(f"{key} is no table: [{key}] in a line of its own, and below it a line for each")
    for code, learned_as in told.get("diagnoses", {}).items():
        if learned_as not in DIAGNOSES[1:] or code in DIAGNOSES:
            wrong(f"[diagnoses] {code} = {learned_as!r}: an own code shall be learned as one of {', '.join(DIAGNOSES[1:])} (a BCC is BCC in labels.csv)")
    for reader, weight in told.get("reader_weights", {}).items():
        if not isinstance(weight, (int, float)) or not 0 < weight <= 1:
            wrong(f"[reader_weights] {reader} is {weight!r}; a number above 0, at most 1, is needed")
    return told


def own_name(recipe, path, told, models=None):
    """Refuses a recipe whose model is another data's: its name would say so. `models`: where that name's folder would be."""
    for key in ("name", "version"):
        if not isinstance(recipe.get(key), str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", recipe[key]):
            raise SystemExit(f"{path}: {key} is {recipe.get(key)!r}; letters, digits, '.', '_' and '-' are needed: as {'clinic-bcc8' if key == 'name' else '0.1.0'}")
    project = read(PROJECTS)
    name, data = recipe["name"], told["name"]
    change = f"copy {path}, set name and version there, and give the copy as BCCSCOPE_TRAIN_RECIPE (--recipe)"
    if name in project["known_by"]["models"] and "known_by" not in told:
        raise SystemExit(f"{path}: {name} {recipe['version']} is a model of {project['name']}, and these data are {data}: {change}")
    stored = Path(models) / name / "training.json" if models else None
    if stored and stored.exists():
        held = json.loads(stored.read_text()).get("data", {}).get("name", data)
        if held != data:
            raise SystemExit(f"{stored.parent}: is a model of {held}, and these data are {data}: {change}, or remove that folder")


def described(told, rows):
    """What a model's training.json keeps of its data, and the card says."""
    kept = {key: told[key] for key in (*SENTENCES, "limits", "licence", "readings") if key in told}
    return {**kept, "counted": counted(rows), "diagnoses": told.get("diagnoses", {})}


def counted(rows):
    """In the pictures that the training sees; those kept for a test are counted alone."""
    seen = [row for row in rows if row["split"] != "test"]
    confirmed = collections.Counter(row.get("confirmed_by", "") for row in seen)
    lesions = [row.get("lesion_id", "") for row in seen]
    return {
        "pictures": len(seen),
        "bcc": sum(row["bcc"] == "1" for row in seen),
        "lesions": len(set(lesions)) if all(lesions) else None,
        "confirmed_by": dict(confirmed.most_common()),
        "test": len(rows) - len(seen),
    }


def one_a_lesion(rows):
    """How many lesions the pictures are of, as a part of a sentence."""
    lesions = [row.get("lesion_id", "") for row in rows]
    return of_lesions(len(rows), len(set(lesions)) if all(lesions) else None)


def of_lesions(pictures, lesions):
    if lesions is None:
        return "lesions not told apart"
    return "one a lesion" if lesions == pictures else f"of {lesions} lesions"
