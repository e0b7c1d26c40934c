#!/usr/bin/env bash
# From data to models/<name>/: makes its own environment, trains (resumes where it stopped), exports.
# usage: scripts/train/train.sh DATA WEIGHTS [CONSENSUS.csv]
# Needs target/release/bccscope. README.md names the variables that override where things lie.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
venv=${BCCSCOPE_TRAIN_VENV:-$top/.deps/train-venv}
work=${BCCSCOPE_TRAIN_WORK:-$top/.deps/train}
recipe=${BCCSCOPE_TRAIN_RECIPE:-$here/recipe.toml}
program=${BCCSCOPE_PROGRAM:-$top/target/release/bccscope}
models=${BCCSCOPE_MODELS:-$top/models}
if [ $# -lt 2 ] || [ $# -gt 3 ]; then
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
fi
if [ ! -x "$program" ]; then
    echo "$program is not there: build it first (scripts/setup.sh train, cargo build --release), the quality gate is fitted on what it measures" >&2
    exit 1
fi
pictures=$1/dermoscopy
[ -d "$pictures" ] || pictures=$1/milk10k
for needed in "$pictures/labels.csv" "$1/patterns/readings.csv" "$2" ${3+"$3"} "$recipe" ${BCCSCOPE_TRAIN_GATE:+"$BCCSCOPE_TRAIN_GATE"}; do
    if [ ! -f "$needed" ]; then
        echo "${needed:-CONSENSUS.csv (empty)} is not there: give DATA, WEIGHTS, CONSENSUS.csv, recipe and gate as scripts/train/README.md says" >&2
        exit 1
    fi
done
data=$1 weights=$2
if ! cmp -s "$here/requirements.txt" "$venv/made-from.txt"; then
    wanted=${PYTHON:-python3}
    version=$("$wanted" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || exit 1
    case $version in
        3.11 | 3.12) ;;
        *)
            echo "$wanted is Python $version; the pinned TensorFlow has wheels for 3.11 and 3.12: name one of these by PYTHON=" >&2
            exit 1
            ;;
    esac
    if ! "$wanted" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$wanted cannot make an environment: run 'scripts/setup.sh train' (or install python$version-venv)" >&2
        exit 1
    fi
    "$wanted" -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/made-from.txt"
fi
# glibc gives every step's tensors back to the kernel: kept, the steps on a CPU take less than half the time.
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000 MALLOC_TOP_PAD_=268435456 MALLOC_ARENA_MAX=1
python=$venv/bin/python
snapshot=$work/$(basename "$recipe" .toml)/student.npz
gate=${BCCSCOPE_TRAIN_GATE:-}
not_dermoscopic=()
mkdir -p "$work"
"$python" "$here/check.py" --data "$data" --recipe "$recipe" --models "$models" --work "$work" ${3+--consensus "$3"} ${gate:+--no-close-ups}
model=$models/$("$python" -c 'import sys, tomllib; print(tomllib.load(open(sys.argv[1], "rb"))["name"])' "$recipe")
"$program" study consensus "$data/patterns/readings.csv" --out "$work/consensus"
consensus=${3:-$work/consensus/consensus.csv}
set -- --data "$data" --weights "$weights" --work "$work" --recipe "$recipe" --consensus "$consensus"
"$python" "$here/train.py" "$@" 2>&1 | tee -a "$work/train.log"
if [ -z "$gate" ]; then
    gate=$work/gate.toml
    "$python" "$here/gate.py" --data "$data" --program "$program" --out "$gate"
    # Only close-ups that the gate was not fitted on.
    rm -rf "$work/close-ups" && mkdir "$work/close-ups"
    "$python" "$here/gate.py" --data "$data" --list val | xargs -d '\n' ln -s -t "$work/close-ups"
    not_dermoscopic=(--not-dermoscopic "$work/close-ups")
fi
"$python" "$here/publish.py" "$@" --program "$program" --models "$models" --gate "$gate" --snapshot "$snapshot"
"$program" model verify --model "$model"
# What the device itself measures, and the card with it.
labels=(--labels "$pictures/labels.csv" --split val)
"$python" "$here/answers.py" --data "$data" --weights "$weights" --work "$work" --model "$model" \
    --snapshot "$snapshot" --out "$work/float.jsonl"
"$program" study evaluate "${labels[@]}" --consensus "$consensus" --model "$model" \
    --compare "$work/float.jsonl" "${not_dermoscopic[@]}" --out "$work/evaluation"
"$program" study explain "${labels[@]}" --consensus "$consensus" --model "$model" --out "$work/maps"
"$python" "$here/card.py" "$model" --measured "$work/evaluation" "$work/maps"
