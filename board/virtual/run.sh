#!/usr/bin/env bash
# Boots the virtual board with the device running: a screen (in a window, or over VNC where
# there is no desktop), keyboard and pointer, a shell on this terminal.
#
#   board/virtual/run.sh                 800x480
#   board/virtual/run.sh 1280x720
#
# In the shell, the camera takes commands: `uvcsim tell /run/camera unplug`, `… button`,
# `… show clear` (board/virtual/uvcsim/src/commands.rs). Ctrl-A X ends it all.
set -euo pipefail
cd "$(dirname "$0")/../.."
size=${1:-800x480}
[[ $size =~ ^[0-9]+x[0-9]+$ ]] || { echo "run: the size of the screen is WIDTHxHEIGHT, not $size" >&2; exit 2; }
[ -f target/board/initramfs ] || board/virtual/build.sh
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  show=(-display gtk)
else
  show=(-display vnc=127.0.0.1:7)
  echo "run: the screen is at vnc://127.0.0.1:5907" >&2
fi
exec qemu-system-aarch64 -M virt,gic-version=3 -cpu cortex-a76 -smp 2 -m 1024 -nic none -no-reboot \
  -kernel target/board/vmlinuz -initrd target/board/initramfs \
  -append "console=ttyAMA0 quiet panic=-1 mode=device" \
  -device "virtio-gpu-pci,xres=${size%x*},yres=${size#*x}" -device virtio-keyboard-pci -device virtio-tablet-pci \
  "${show[@]}" -serial mon:stdio
