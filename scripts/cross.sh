#!/usr/bin/env bash
# Builds for a 64-bit Arm board (Raspberry Pi 3 and newer, Debian 12 or newer) on any machine
# scripts/setup.sh supports, and packs what goes onto the board:
#
#   target/bundle/bccscope-<version>-aarch64.tar.gz   unpack anywhere, run bin/bccscope
#   target/bundle/bccscope_<version>_arm64.deb        installs the service as well
#
# With PACKAGES="NAME…" these packages of the workspace are built as well, for the virtual board.
# It takes no argument. The build has a target folder of its own and leaves the host's alone.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -eq 0 ] || { echo "cross: takes no argument, got '$*'" >&2; exit 2; }
bash scripts/setup.sh aarch64
. scripts/env.sh
. scripts/debian-12.sh
export CARGO_TARGET_DIR=$PWD/target/cross
triple=aarch64-unknown-linux-gnu
compiler_for "$triple"
link_with_debian_12
# shellcheck disable=SC2086  # each word is an argument
cargo build --locked --release --target "$triple" -p bccscope ${PACKAGES:+$(printf -- '-p %s ' $PACKAGES)} --bins

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
built=$CARGO_TARGET_DIR/$triple/release
out=target/bundle
rm -rf "$out" && mkdir -p "$out"

# --- one tree, laid out as under /usr; the run path and the model search both work from bin/
tree=$out/bccscope-$version-aarch64
put() { install -D -m "$1" "$2" "$3"; }
put 755 "$built/bccscope" "$tree/bin/bccscope"
put 644 .deps/tflite/aarch64/libtensorflowlite_c.so "$tree/lib/bccscope/libtensorflowlite_c.so"
for file in models/*/*; do put 644 "$file" "$tree/share/bccscope/$file"; done
for file in board/README.md LICENSE*; do put 644 "$file" "$tree/share/doc/bccscope/$(basename "$file")"; done
for unit in board/*.service; do put 644 "$unit" "$tree/lib/systemd/system/$(basename "$unit")"; done
put 644 board/99-bccscope.rules "$tree/lib/udev/rules.d/99-bccscope.rules"
put 644 board/bccscope.sysusers "$tree/lib/sysusers.d/bccscope.conf"
put 644 board/bccscope.toml "$tree/etc/bccscope/bccscope.toml"
glibc=$(glibc_of "$tree/bin/bccscope" "$tree"/lib/bccscope/*.so)

# The same input gives the same bytes: times and owners are fixed.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
tar --directory="$out" --sort=name --owner=0 --group=0 --numeric-owner \
  --create "$(basename "$tree")" | gzip -9n >"$tree.tar.gz"

# --- the Debian package: the same tree under /usr, the configuration under /etc
deb=$out/deb
mkdir -p "$deb/DEBIAN" "$deb/usr"
cp -a "$tree/." "$deb/usr/"
mv "$deb/usr/etc" "$deb/etc"
echo /etc/bccscope/bccscope.toml >"$deb/DEBIAN/conffiles"
cat >"$deb/DEBIAN/control" <<CONTROL
Package: bccscope
Version: $version
Architecture: arm64
Maintainer: bccscope maintainers <maintainers@bccscope.invalid>
Installed-Size: $(du -sk --apparent-size "$deb/usr" "$deb/etc" | awk '{s += $1} END {print s}')
Depends: libc6 (>= $glibc), libgcc-s1, libstdc++6, systemd | systemd-standalone-sysusers | systemd-sysusers
Section: science
Priority: optional
Description: point-of-care dermoscopy, offline
 Looks at a skin lesion through a USB dermatoscope and shows, with no network, whether it
 sees signs of basal cell carcinoma, which dermoscopic patterns, and where.
 Decision support, not a diagnosis.
CONTROL
install -m 755 board/deb/* "$deb/DEBIAN/"
find "$deb" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group --build -Zxz "$deb" "$out/bccscope_${version}_arm64.deb" >/dev/null
rm -rf "$deb"

echo "cross: $(du -h --apparent-size "$built/bccscope" | cut -f1) program, bundle:" >&2
ls -l "$out"/*.tar.gz "$out"/*.deb >&2
