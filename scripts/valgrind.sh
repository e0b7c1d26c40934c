#!/usr/bin/env bash
# Opens and closes the accelerator's session, on the simulator, under valgrind: interpreter,
# delegate, model and its bytes must go in the right order, and nothing may stay behind.
# Arguments go to cargo, e.g. --release. A test that frees the bytes too early must be seen, or
# the check sees nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/env.sh

command -v valgrind >/dev/null || { echo "valgrind.sh: valgrind is not installed: run 'scripts/setup.sh test'" >&2; exit 1; }

built=$(cargo test --locked --test accelerator --no-run --message-format json "$@")
program=$(python3 -c '
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message.get("executable") and message["target"]["name"] == "accelerator":
        print(message["executable"])
' <<<"$built")

# Undefined values are not looked at: XNNPACK reads whole vectors across the end of a tensor and
# masks the rest, which valgrind cannot follow. Addresses and leaks are.
check() {
  LD_LIBRARY_PATH=$(dirname "$(dirname "$program")") valgrind --quiet \
    --error-exitcode=9 --undef-value-errors=no \
    --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
    --suppressions=tests/accelerator/valgrind.supp \
    "$program" "$@" --test-threads=1
}

check session
code=0
seen=$(BCCSCOPE_BREAKS=1 check breaks --ignored 2>&1) || code=$?
if [ "$code" != 9 ] || ! grep -q "free'd" <<<"$seen"; then
  echo "valgrind.sh: bytes freed too early were not seen (exit code $code):" >&2
  tail -n 40 <<<"$seen" >&2
  exit 1
fi
echo "valgrind: sessions in order, nothing left behind; bytes freed too early were seen"
