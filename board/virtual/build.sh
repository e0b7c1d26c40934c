#!/usr/bin/env bash
# Makes the virtual board's disk-less system: target/board/{vmlinuz,initramfs} out of pinned
# Debian packages, the bundle of scripts/cross.sh, the emulated camera and its pictures.
set -euo pipefail
cd "$(dirname "$0")/../.."
say() { echo "board: $*" >&2; }
bash scripts/setup.sh board
. scripts/env.sh
. scripts/debian-12.sh
store=.deps/board
out=target/board
root=$out/root
rm -rf "$out" && mkdir -p "$root"

# What this machine itself needs is fetched and built meanwhile: each of the two builds ends in
# one large crate, which keeps one processor busy for minutes.
host_side() {
  bash board/virtual/fetch.sh
  # The kernel is large: unpacked once, beside its archive.
  if [ ! -f "$kernel/done" ]; then
    rm -rf "$kernel"
    dpkg-deb -x "$store/$(basename "$kernel").deb" "$kernel"
    depmod -b "$kernel" "$(ls "$kernel/lib/modules")"
    touch "$kernel/done"
  fi
  build_for_tests --example board-pictures --test virtual_board
  "$target/debug/examples/board-pictures" "$out/scenes"
}
kernel=$store/$(sed -n 's|.*/\(linux-image-.*\)\.deb$|\1|p' board/virtual/packages.txt)
(set -e; host_side) &
meanwhile=$!
trap 'kill "$meanwhile" 2>/dev/null || true' EXIT
PACKAGES=board-tools bash scripts/cross.sh
triple=aarch64-unknown-linux-gnu
compiler_for "$triple"
link_with_debian_12
CARGO_TARGET_DIR=$PWD/target/uvcsim cargo build --locked --quiet --release --target "$triple" \
  --manifest-path board/virtual/uvcsim/Cargo.toml
wait "$meanwhile"
trap - EXIT

# --- the packages
cp "$kernel"/boot/vmlinuz-* "$out/vmlinuz"
for deb in "$store"/*.deb; do
  [ "$deb" = "$kernel.deb" ] || dpkg-deb -x "$deb" "$root"
done
rm -rf "$root"/usr/share/{doc,man,gdb,lintian,locale} "$root"/usr/lib/aarch64-linux-gnu/{gconv,audit}

# --- only the modules of this board, with what they need, and depmod's tables
modules=(vivid uvcvideo vhci-hcd virtio-gpu virtio_pci virtio_input virtio_console virtio_blk
  uinput evdev softdog ext4 crc32c_generic usbhid)
version=$(ls "$kernel/lib/modules")
from=$kernel/lib/modules/$version
into=$root/lib/modules/$version
mkdir -p "$into"
cp "$from"/modules.{order,builtin,builtin.modinfo} "$into/"
for module in "${modules[@]}"; do
  modprobe --dirname "$kernel" --set-version "$version" --show-depends "$module" \
    || { say "the kernel package has no module $module"; exit 1; }
done | awk '$1 == "insmod" {print $2}' | sort -u | while read -r file; do
  install -D -m 644 "$file" "$into/${file#*"lib/modules/$version/"}"
done
depmod -b "$root" "$version"

# --- our bundle, as the Debian package installs it; the camera; the first process
dpkg-deb -x target/bundle/bccscope_*_arm64.deb "$root"
install -m 755 "target/uvcsim/$triple/release/uvcsim" "$root/bin/uvcsim"
for tool in touch control supervisor; do
  install -m 755 "target/cross/$triple/release/board-$tool" "$root/bin/board-$tool"
done
install -m 755 board/virtual/init "$root/init"
install -m 755 board/virtual/device "$root/bin/device"
mkdir -p "$root"/{proc,sys,dev,run,tmp,root,mnt,var/lib}
mv "$out/scenes" "$root/scenes"

# Not compressed: the emulated processor takes a second to unpack it, at every boot.
find "$root" -exec touch --no-dereference --date=@0 {} +
(cd "$root" && find . -print0 | LC_ALL=C sort -z | cpio --null --create --format=newc --owner=0:0 --quiet) |
  cat >"$out/initramfs"
say "kernel $version, initramfs $(du -h --apparent-size "$out/initramfs" | cut -f1), $(find "$into" -name '*.ko*' | wc -l) modules"
