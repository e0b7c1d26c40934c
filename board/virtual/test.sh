#!/usr/bin/env bash
# Builds the virtual board and runs its tests (tests/virtual_board).
#
#   board/virtual/test.sh              all of them
#   board/virtual/test.sh NAME         those whose name holds NAME
#   SKIP_BUILD=1 board/virtual/test.sh with the image that is there
#
# What a test leaves behind lies in target/board/tests/<name>/: the serial log; of a failed one
# the device's log and what the screen showed as well.
set -euo pipefail
cd "$(dirname "$0")/../.."
started=$SECONDS
[ -n "${SKIP_BUILD:-}" ] || board/virtual/build.sh
. scripts/env.sh
# A board waits half of its time, for the camera or a limit: two boards on a processor.
boards=$(($(nproc) * 2)); [ "$boards" -le 8 ] || boards=8
cargo test --locked --test virtual_board -- --ignored --test-threads="${BOARD_THREADS:-$boards}" --nocapture "$@"
echo "board: $((SECONDS - started)) s" >&2
