#!/usr/bin/env bash
# Sets everything up, then runs all checks: format, lints, tests, release build, and that the
# built program starts from another directory with no environment variable set.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
step() { printf '\n== %s (%d s)\n' "$*" $((SECONDS - started)); }

step "set up"
bash scripts/setup.sh
PATH="$HOME/.cargo/bin:$PATH"

step "format"
if cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt >/dev/null 2>&1; then
  cargo fmt --check
else
  echo "skipped: rustfmt is not installed and cannot be added"
fi

step "lints"
if cargo clippy --version >/dev/null 2>&1 || rustup component add clippy >/dev/null 2>&1; then
  cargo clippy --locked --quiet --all-targets -- -D warnings
else
  echo "skipped: clippy is not installed and cannot be added"
fi

step "licences and sources of the dependencies"
if cargo deny --version >/dev/null 2>&1; then
  cargo deny --offline check bans licenses sources
else
  echo "skipped: cargo-deny is not installed (cargo install --locked cargo-deny)"
fi

step "release build"
cargo build --locked --release

step "tests"
cargo test --locked

step "the program runs from anywhere"
program=$PWD/target/release/bccscope
(cd / && env -i "$program" --version && env -i "$program" model verify)

step "done"
