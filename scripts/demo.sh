#!/usr/bin/env bash
# Sets everything up, builds, draws PHANTOMS (test targets, nobody's skin: one without a pattern
# and one with each of the seven), analyses them and shows the verdicts and the screens.
#
#   scripts/demo.sh [FOLDER]      default: target/demo
#
# BCCSCOPE=PROGRAM takes a built program instead of building one.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
. scripts/env.sh
out=${1:-$target/demo}

program=${BCCSCOPE:-}
if [ -z "$program" ]; then
  bash scripts/setup.sh
  build_release
  program=$target/release/bccscope
fi
bccscope() { "$program" --config board/bccscope.toml "$@"; }

rm -rf "$out/phantoms" "$out/screens"
mkdir -p "$out/phantoms"
bccscope phantom "$out/phantoms/none.png" --seed 1 >/dev/null
for code in PN UL ON MG ML SW AT; do
  bccscope phantom "$out/phantoms/$code.png" --seed 1 --pattern "$code" >/dev/null
done

echo
bccscope analyze --model models/bcc8-mnv2 --screens "$out/screens" "$out/phantoms" 2>"$out/log.txt" | tee "$out/results.txt" \
  || { cat "$out/log.txt" >&2; exit 1; }

echo "PHANTOM pictures: drawn test targets, nobody's skin. They show that the device works; its"
echo "verdicts on them say nothing about the model's worth (models/bcc8-mnv2/MODEL_CARD.md does)."
echo
printf '%-8s  %-52s  %s\n' DRAWN VERDICT SCREEN
awk -v root="$PWD/" '
  /\[PHANTOM\]$/ { n = split($1, parts, "/"); sub(/\.png$/, "", parts[n]); drawn = parts[n]; getline; sub(/^ +/, ""); verdict = $0 }
  /^  screen: /  { printf "%-8s  %-52s  %s\n", drawn, verdict, $2 }
' "$out/results.txt"
screens=$(find "$out/screens" -name '*.screen.png' | wc -l)
[ "$screens" -eq 8 ] || { echo "demo: $screens screens where 8 were wanted" >&2; exit 1; }
echo
echo "8 screens in $out/screens, $((SECONDS - started)) s. Next: $program analyze YOUR.jpg"
