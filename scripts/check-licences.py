"""Checks licences and sources of the dependencies against deny.toml, with nothing but Python.

cargo-deny does the same and more (run by test.sh where it is installed), but compiling it takes
longer than all tests together. Exit code 1 names every package that is not allowed.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"


def allowed(expression, licences):
    """Whether an SPDX expression can be met with these licences; `/` is the old way to say OR."""
    tokens = re.findall(r"\(|\)|AND\b|OR\b|[A-Za-z0-9.+-]+(?:\s+WITH\s+[A-Za-z0-9.-]+)?", expression.replace("/", " OR "))
    words = {"AND": "and", "OR": "or", "(": "(", ")": ")"}
    return eval(" ".join(words.get(t) or str(" ".join(t.split()) in licences) for t in tokens))


def main():
    root = Path(__file__).parent.parent
    deny = tomllib.loads((root / "deny.toml").read_text())
    licences = set(deny["licenses"]["allow"])
    packages = {}
    for target in deny["graph"]["targets"]:
        command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target]
        found = json.loads(subprocess.run(command, cwd=root, check=True, stdout=subprocess.PIPE).stdout)
        used = {node["id"] for node in found["resolve"]["nodes"]}
        packages |= {p["id"]: p for p in found["packages"] if p["id"] in used}
    wrong = []
    for p in packages.values():
        name = f"{p['name']} {p['version']}"
        if p["source"] not in (None, REGISTRY):
            wrong.append(f"{name}: comes from {p['source']}")
        if not p["license"] or not allowed(p["license"], licences):
            wrong.append(f"{name}: licence {p['license'] or 'not given'} is not in deny.toml")
    print("\n".join(wrong) or f"{len(packages)} packages, every licence and source allowed")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
