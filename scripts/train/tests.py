"""What card, facts and labels promise, without a package: `python3 scripts/train/tests.py`."""

import json
import re
import shutil
import tempfile
import tomllib
import unittest
from pathlib import Path

from card import TRAINING, card
from facts import PROJECTS, described, facts, own_name, read
from labels import known_pictures, labels, of
from manifest import BEGUN_WITH, NOTE, render
from table import table

HERE = Path(__file__).parent
SHIPPED = HERE.parent.parent / "models" / "bcc8-mnv2"
EXAMPLE = re.search(r"```toml\n(.*?)```", (HERE / "README.md").read_text(), re.DOTALL).group(1)
LABELS = "file,lesion_id,split,diagnosis,bcc,confirmed_by\na/Läsion 1.jpg,P1,train,BCC,1,histopathology\na/2.jpg,P2,val,LM,0,\na/3.jpg,P2,val,NV,0,\n4.jpg,P3,test,NV,0,\n"


class Clinic(unittest.TestCase):
    def setUp(self):
        self.data = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.data)
        self.write("dermoscopy/labels.csv", LABELS)
        self.write("patterns/readings.csv", "file,reader\n")
        self.write("data.toml", EXAMPLE)

    def write(self, name, text):
        path = self.data / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def labels(self, text=LABELS):
        return labels(self.write("dermoscopy/labels.csv", text), read(self.data / "data.toml").get("diagnoses"))

    def refused(self, words, what, *args):
        with self.assertRaises(SystemExit) as why:
            what(*args)
        for word in words:
            self.assertIn(word, str(why.exception.code))

    def card(self):
        told, rows = facts(self.data), self.labels()
        manifest = tomllib.loads((SHIPPED / "manifest.toml").read_text())
        manifest["evidence"] |= {"data": "x", "note": NOTE.format(readers=told["readers"])}
        manifest["licence"] = {"model": told["licence"]["model"], "training_data": told["licence"]["data"]}
        return card(manifest, "# Written by scripts/train/gate.py: fitted on Clinic A train, measured on val.\n", {"data": described(told, rows)}, self.data)

    def test_the_readmes_data_toml_is_taken_as_it_stands(self):
        self.assertEqual(facts(self.data)["name"], "Clinic A 2024 to 2026")

    def test_a_clinics_card_says_nothing_of_the_projects_data(self):
        text = self.card()
        for foreign in ("MILK", "vision-language", "R4", "ISIC", "No commercial use", "95% with"):
            self.assertNotIn(foreign, text)
        for own in ("three dermatologists", "3 dermoscopic pictures, of 2 lesions", "33% are BCC", "histopathology 33%", "seen by no step of the training: 1 more", "LM as MEL", "intervals are too narrow", "fitted on Clinic A"):
            self.assertIn(own, text)

    def test_without_facts_other_data_are_refused(self):
        (self.data / "data.toml").unlink()
        self.refused(["data.toml", "is not there", "With your own data"], facts, self.data)

    def test_half_or_misspelt_facts_are_refused(self):
        for spoilt, words in (
            (EXAMPLE.replace('source = "', 'sauce = "'), ["sauce is not known"]),
            ('diagnoses = "LM"\n' + EXAMPLE.split("[diagnoses]")[0], ["diagnoses is no table"]),
            (EXAMPLE.replace("Clinic A 2024 to 2026", "Clinic\\nA"), ["name is missing or is no text of one line"]),
            (re.sub(r"limits = .*\n", "", EXAMPLE), ["limits is missing"]),
            (re.sub(r"use = .*\n", "", EXAMPLE), ["[licence] needs"]),
            (EXAMPLE.replace("Clinic A 2024 to 2026", "milk10k"), ["the project's data"]),
            (EXAMPLE.replace('LM = "MEL"', 'LM = "BCC"'), ["LM", "a BCC is BCC in labels.csv"]),
        ):
            self.write("data.toml", spoilt)
            self.refused(words, facts, self.data)

    def test_a_model_of_other_data_needs_a_name_of_its_own(self):
        told = facts(self.data)
        for recipe in ("recipe.toml", "recipe-cpu.toml"):
            self.refused(["MILK10k", "Clinic A", "set name and version"], own_name, tomllib.loads((HERE / recipe).read_text()), recipe, told)
        own = {"name": "clinic-a", "version": "0.1.0"}
        own_name(own, "a.toml", told, self.data)
        self.write(f"clinic-a/{TRAINING}", json.dumps({"data": {"name": "Clinic B"}}))
        self.refused(["is a model of Clinic B"], own_name, own, "a.toml", told, self.data)
        self.refused(["name is '../x'"], own_name, own | {"name": "../x"}, "a.toml", told)
        self.refused(["version is None"], own_name, {"name": "clinic-a"}, "a.toml", told)

    def test_what_is_wrong_with_labels_is_said_with_its_line(self):
        for spoilt, words in (
            (LABELS.replace(",split,", ",part,"), ["line 1", "the column split is missing", "test"]),
            (LABELS.replace(",split,", ",Split,"), ["line 1", "write split"]),
            (LABELS.replace(",bcc,", ",b,"), ["line 1", "the column bcc is missing"]),
            (LABELS.replace(",", ";"), ["line 1", "semicolons"]),
            (LABELS.replace("P1,train", "P1,Train"), ["line 2", "split is 'Train'"]),
            (LABELS.replace("P3,test", "P2,test"), ["line 5", "lesion P2"]),
            (LABELS.replace("LM,0", "Lentigo,0"), ["line 3", "Lentigo", "[diagnoses]"]),
            (LABELS.replace("LM,0", "LM,1"), ["line 3", "bcc is 1 but the diagnosis is LM"]),
            (LABELS.replace("a/3.jpg", "b/2.jpg"), ["line 4", "stands in line 3"]),
            (LABELS.replace("NV,0,\n4", "NV,0\n4"), ["line 4", "5 fields"]),
            (LABELS.splitlines()[0], ["holds no rows"]),
        ):
            self.refused(words, self.labels, spoilt)

    def test_a_reading_of_another_picture_is_refused(self):
        known = known_pictures(self.labels())
        first, other = table(self.write("patterns/readings.csv", "file,reader\nx\\Läsion 1.jpg,A\nLäsion 130.jpg,A\n"))
        self.assertEqual(of(first, known, "labels.csv"), 0)
        self.refused(["readings.csv, line 3", "Läsion 130.jpg is not among the pictures of labels.csv"], of, other, known, "labels.csv")


class Shipped(unittest.TestCase):
    def test_its_card_is_what_the_script_writes(self):
        manifest, gate, training = (SHIPPED / name for name in ("manifest.toml", "gate.toml", TRAINING))
        text = card(tomllib.loads(manifest.read_text()), gate.read_text(), json.loads(training.read_text()), SHIPPED)
        self.assertEqual(text, (SHIPPED / "MODEL_CARD.md").read_text())

    def test_its_manifest_says_what_its_probabilities_were_fitted_on_as_publish_writes_it(self):
        told, shipped = read(PROJECTS), tomllib.loads((SHIPPED / "manifest.toml").read_text())
        fitted = shipped["fitted"]
        calibration = [{key: task[key] for key in ("temperature", "bias", "low", "high")} for task in shipped["tasks"]]
        text = render(
            name="n", version="1", created="2026-11-27", summary="", sha256="0" * 64, facts={"width": 384, "height": 288}, views=[{}],
            exponents=[1.0] * len(calibration), calibration=calibration, figures=[], val="x", data=told,
            fitted=(fitted["on"], fitted["images"], fitted["bcc"]),
        )
        self.assertEqual(tomllib.loads(text)["fitted"], fitted)
        self.assertIn(f"{fitted['images']} images", shipped["evidence"]["data"])
        self.assertIn(f"{fitted['bcc']} BCC", shipped["evidence"]["data"])

    def test_its_manifest_and_training_say_what_the_projects_facts_say(self):
        told, manifest = read(PROJECTS), tomllib.loads((SHIPPED / "manifest.toml").read_text())
        self.assertEqual(manifest["evidence"]["note"], NOTE.format(readers=told["readers"]))
        self.assertEqual(manifest["licence"], {"model": f"{told['licence']['model']}; {BEGUN_WITH}", "training_data": told["licence"]["data"]})
        self.assertTrue(manifest["evidence"]["data"].startswith(f"{told['name']} val ("))
        kept = json.loads((SHIPPED / TRAINING).read_text())["data"]
        self.assertEqual({key: kept[key] for key in ("name", "readers", "readings", "limits")}, {key: told[key] for key in ("name", "readers", "readings", "limits")})


if __name__ == "__main__":
    unittest.main()
