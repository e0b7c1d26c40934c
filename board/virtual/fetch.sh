#!/usr/bin/env bash
# Fetches the packages of packages.txt, or those of them that are named, into .deps/board/ and
# checks each; what is there and right is left alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
store=.deps/board
archives=(https://deb.debian.org/%s https://snapshot.debian.org/archive/%s/20261101T000000Z)
mkdir -p "$store"
# The virtual board's build has two of these at once.
exec 9>"$store/lock"
flock 9
grep -v '^#' board/virtual/packages.txt | while read -r sha256 archive path; do
  file=$store/${path##*/}
  package=${path##*/} package=${package%%_*}
  [ $# -eq 0 ] || [[ " $* " = *" $package "* ]] || continue
  right() { echo "$sha256  $file" | sha256sum --check --status 2>/dev/null; }
  right && continue
  for from in "${archives[@]}"; do
    # shellcheck disable=SC2059  # the format is one of the two above
    url=$(printf "$from" "$archive")/$path
    if curl --fail --silent --show-error --location --max-time 300 --output "$file.part" "$url"; then
      mv "$file.part" "$file"
      right && break
      echo "fetch: $url is not the pinned file (sha256 differs)" >&2
    fi
  done
  right || {
    rm -f "$file" "$file.part"
    echo "fetch: ${path##*/} could not be had. Where Debian's archive is not reachable, put the file" >&2
    echo "fetch: into $store/ by hand; it is checked by its sha256." >&2
    exit 1
  }
done
