"""What the device itself measured of a model: laid beside the weights that it is of, and told on the card."""

import json
import shutil
from pathlib import Path

from table import table

EVALUATION, EXPLAIN = "evaluation.csv", "explain.json"
# Section, subset, task and metric of `bccscope study evaluate`, whether at least or at most, and how much.
GOALS = [
    ("BCC: AUROC", ("bcc", "all", "BCC", "AUROC"), ">=", 0.95),
    ("BCC: accuracy at high", ("bcc", "all", "BCC", "accuracy at high"), ">=", 0.89),
    ("BCC: precision at high", ("bcc", "all", "BCC", "precision at high"), ">=", 0.88),
    ("BCC: recall at high", ("bcc", "all", "BCC", "sensitivity at high"), ">=", 0.89),
    ("BCC: sensitivity at low", ("bcc", "all", "BCC", "sensitivity at low"), ">=", 0.95),
    ("BCC against NV: AUROC", ("bcc", "BCC against NV", "BCC", "AUROC"), ">=", 0.975),
    ("BCC against NV: accuracy at high", ("bcc", "BCC against NV", "BCC", "accuracy at high"), ">=", 0.93),
    *((f"{code}: AUROC", ("patterns", "read", code, "AUROC"), ">=", 0.92) for code in ("UL", "AT", "PN")),
    *((f"{code}: AUROC", ("patterns", "read", code, "AUROC"), ">=", 0.88) for code in ("ON", "MG", "ML")),
    ("any positive pattern at high, in BCC with one by consensus", ("rule", "BCC with a pattern by consensus", "BCC", "any positive pattern at high"), ">=", 0.95),
    ("the same at low", ("rule", "BCC with a pattern by consensus", "BCC", "any positive pattern at low"), ">=", 0.95),
    ("PN at high as in the consensus, in non-BCC", ("rule", "non-BCC", "BCC", "pigment network at high as in the consensus"), ">=", 0.95),
    ("BCC: calibration error, ten bins", ("calibration", "all", "BCC", "ECE, 10 fixed bins"), "<=", 0.04),
    *((f"{code}: int8 minus float, AUROC", ("compare", "all", code, "AUROC minus that of the other"), ">=", -0.005) for code in ("BCC", "PN", "UL", "ON", "MG", "ML", "AT")),
    ("gate: close-ups of val refused", ("gate", "not dermoscopic", "BCC", "refused"), ">=", 0.95),
    ("gate: dermoscopic val refused", ("gate", "all", "BCC", "refused"), "<=", 0.03),
]

EXPLAINED = """

A map's maximum is brought to 1; inside and outside are its means in the cells that the readers marked and elsewhere;
for the BCC map of a BCC, in the cells of all its positive patterns together and elsewhere.
Wanted for UL and AT: more than 0.57 inside, less than 0.16 outside. `grad-cam` is what the device shows (for this head
HiResCAM is the same), `min-max-cam` the same map with its negatives kept; occlusion is in the table where it was run
(`--limit` above 0: a pass a cell); `centre-control` is a blob in the middle that does not look at the picture; `shown-first`
is what the device shows first of a BCC: the maps of all signs that it found, in one, and its BCC map where it found none.
Weights made random must change the map and a repeat must not: {sanity}. By `bccscope study explain`; `{file}` beside this card."""


def lay_beside(folder, sha256, evaluation, maps):
    """Copies what `study evaluate` and `study explain` left in their folders to the model whose weights they name."""
    of_these_weights(evaluation / "evaluation.json", lambda report: report["provenance"]["sha256"], sha256)
    of_these_weights(maps / EXPLAIN, lambda report: report["sha256"], sha256)
    shutil.copyfile(evaluation / "figures.csv", folder / EVALUATION)
    shutil.copyfile(maps / EXPLAIN, folder / EXPLAIN)


def of_these_weights(path, named, sha256):
    """The report in `path`; refuses one of other weights. `named`: where it has their digest."""
    report = json.loads(path.read_text())
    if named(report) != sha256:
        raise SystemExit(f"{path}: measured with the weights {named(report)}, the model's are {sha256}; measure again (`bccscope study`)")
    return report


def measured(folder):
    """What the device itself measured, as `lay_beside` puts it there: rows by their four names."""
    path = Path(folder) / EVALUATION
    if not path.exists():
        return {}
    return {(r["section"], r["subset"], r["task"], r["metric"]): r for r in table(path)}


def interval(r):
    """A row's in words; it may have none, or be open above."""
    if not r["low"]:
        return ""
    return f"{float(r['low']):.3f} to {float(r['high']):.3f}" if r["high"] else f"{float(r['low']):.3f} or more"


def goals(found):
    lines = ["| goal | wanted | measured | 95% interval | n | |", "|---|---|---|---|---|---|"]
    for name, key, sign, wanted in GOALS:
        r = found.get(key)
        if r is None or r["value"] == "":
            lines.append(f"| {name} | {sign} {wanted} | not measured | | | |")
            continue
        value = float(r["value"])
        reached = value >= wanted if sign == ">=" else value <= wanted
        lines.append(f"| {name} | {sign} {wanted} | {value:.3f} | {interval(r)} | {r['n']} | {'reached' if reached else '**not reached**'} |")
    return "\n".join(lines)


def answers(found):
    """What the device answers, network, rule and gate together: a row an answer, a column a truth; or nothing."""
    lines = ["| the device says | of BCC | of the others | share that is BCC |", "|---|---|---|---|"]

    def cell(metric):
        r = found.get(("verdict", "gate on", "BCC", metric))
        return f"{float(r['value']):.3f} ({interval(r)}) of {r['n']}" if r and r["value"] else "-"

    for answer in ("suspected", "uncertain", "no signs", "not usable"):
        lines.append(f"| {answer} | {cell(f'BCC told {answer}')} | {cell(f'non-BCC told {answer}')} | {cell(f'BCC among those told {answer}')} |")
    uncertain = cell("left uncertain: between the thresholds"), cell("left uncertain: the rule disagrees")
    lines.append(f"\nUncertain because the probability lies between the thresholds: {uncertain[0]}; because the rule disagrees with the network: {uncertain[1]}.")
    return "\n".join(lines) if any(key[0] == "verdict" for key in found) else ""


def against_a_reader(found):
    """The model's agreement with the consensus beside what the readers themselves reach."""
    whose = ("accuracy at high", "accuracy of a second panel", "accuracy of half the readers against the others", "accuracy of one reader against the others")
    rows = [(f"{code}, all read", [("patterns", "read", code, metric) for metric in whose]) for code in ("PN", "UL", "ON", "MG", "ML", "SW", "AT")]
    readers = ("rule", "non-BCC, readers themselves", "BCC")
    rows.append(("PN, non-BCC", [("rule", "non-BCC", "BCC", "pigment network at high as in the consensus"),
                                 (*readers, "pigment network of a second panel"),
                                 (*readers, "pigment network of half the readers against the others"),
                                 (*readers, "pigment network of one reader against the others")]))
    lines = ["| pattern | model | a second panel | half the readers | one reader |", "|---|---|---|---|---|"]
    for name, keys in rows:
        shares = [f"{float(r['value']):.3f} ({interval(r) or 'no interval'}) of {r['n']}" if r and r["value"] else "" for r in map(found.get, keys)]
        if shares[0] and any(shares[1:]):
            lines.append(f"| {name} | {' | '.join(shares)} |")
    if len(lines) == 2:
        return ""
    return "\n".join(lines) + """

Share of right answers. The model's at `high`, against the consensus of all readers. A second panel's: the same readers, were
they to read every picture anew, by the EM's own sensitivities and specificities and for slips that do not depend on the
picture. Half the readers' against the other half, where four or more have read. One reader's against the consensus of the
others (two or more); where only two have read and differ, both count as wrong, and the consensus of all is steadier: that
comparison flatters the model. Where the readers do not reach a figure against themselves, no model can be held to it: to
agree more often it would have to know their slips."""


def explained(folder, sha256):
    """Heat maps against the consensus cells, every method, from `bccscope study explain` with the weights `sha256`."""
    path = Path(folder) / EXPLAIN
    if not path.exists():
        return ""
    report = of_these_weights(path, lambda report: report["sha256"], sha256)
    lines = ["| map | task | inside | outside | hottest point inside | mass inside | both by chance | IoU | n |", "|---|---|---|---|---|---|---|---|---|"]
    for r in sorted(report["cells"], key=lambda r: (r["task"], r["method"])):
        figures = [f"{r[k]['value']:.3f}" for k in ("inside", "outside", "pointing", "mass")]
        lines.append(f"| {r['method']} | {r['task']} | {' | '.join(figures)} | {r['area']:.3f} | {r['iou']['value']:.3f} | {r['inside']['n']} |")
    sanity = "passed" if report["sanity"]["passed"] else "**not passed**"
    return "\n".join(lines) + EXPLAINED.format(sanity=sanity, file=EXPLAIN)
