#!/usr/bin/env bash
# From data to models/<name>/: makes its own environment, trains (resumes where it stopped), exports.
# usage: scripts/train/train.sh DATA WEIGHTS [CONSENSUS.csv]
# BCCSCOPE_TRAIN_VENV, BCCSCOPE_TRAIN_WORK and PYTHON override where things lie.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
venv=${BCCSCOPE_TRAIN_VENV:-$top/.deps/train-venv}
work=${BCCSCOPE_TRAIN_WORK:-$top/.deps/train}
recipe=${BCCSCOPE_TRAIN_RECIPE:-$here/recipe.toml}
if [ $# -lt 2 ]; then
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
fi
data=$1 weights=$2 consensus=${3:-}
if ! cmp -s "$here/requirements.txt" "$venv/made-from.txt"; then
    "${PYTHON:-python3}" -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/made-from.txt"
fi
mkdir -p "$work"
set -- --data "$data" --weights "$weights" --work "$work" --recipe "$recipe" ${consensus:+--consensus "$consensus"}
"$venv/bin/python" "$here/train.py" "$@" 2>&1 | tee -a "$work/train.log"
run=$work/$(basename "$recipe" .toml)
"$venv/bin/python" "$here/publish.py" "$@" --snapshot "$run/last.npz"
