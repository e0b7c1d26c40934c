#!/usr/bin/env bash
# Sets everything up, then runs all checks: format, licences, lints, tests, valgrind, the release
# build, that target/release/bccscope starts from anywhere with no environment, and the demo.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
step() { printf '\n== %s (%d s)\n' "$*" $((SECONDS - started)); }

step "set up"
bash scripts/setup.sh test
. scripts/env.sh

step "format"
if cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt >/dev/null 2>&1; then
  cargo fmt --all --check
else
  echo "SKIPPED: rustfmt is not installed and cannot be added"
fi

step "licences and sources of the dependencies"
python3 scripts/check-licences.py
if cargo deny --version >/dev/null 2>&1; then
  cargo deny --offline check bans licenses sources
fi

step "what training says of data and models"
python3 scripts/train/tests.py

step "lints"
if cargo clippy --version >/dev/null 2>&1 || rustup component add clippy >/dev/null 2>&1; then
  cargo clippy --locked --quiet --workspace --all-targets -- -D warnings
else
  echo "SKIPPED: clippy is not installed and cannot be added"
fi
RUSTDOCFLAGS="-D warnings" cargo doc --locked --quiet --no-deps --lib

step "tests"
cargo test --locked

step "drop order of the accelerator's session, under valgrind"
bash scripts/valgrind.sh

step "release build"
build_release

step "the program runs from anywhere, with no environment"
program=$(realpath "$target/release/bccscope")
(cd / && env -i "$program" --version && env -i "$program" model verify)

step "the demo"
BCCSCOPE=$program bash scripts/demo.sh "$target/test-demo" >"$target/test-demo.txt"
tail -n 12 "$target/test-demo.txt"

step "done"
