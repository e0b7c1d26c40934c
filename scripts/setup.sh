#!/usr/bin/env bash
# Sets up what the build needs on a fresh Debian 12/13, Ubuntu 24.04 or Raspberry Pi OS that
# has rustup: system packages and the pinned TensorFlow Lite C library. Run as root or as a
# user with sudo. A second run finds everything there and takes no time.
#
#   scripts/setup.sh            for this machine
#   scripts/setup.sh test       for all of the tests as well (scripts/test.sh): valgrind
#   scripts/setup.sh train      for the training as well (scripts/train): Python's venv
#   scripts/setup.sh aarch64    for a cross build as well (scripts/cross.sh): compiler, Rust target, library
#   scripts/setup.sh board      for the virtual board as well (board/virtual): aarch64 and QEMU
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "setup: $*" >&2; }
fail() { say "$*"; exit 1; }

command -v dpkg >/dev/null || fail "this is not Debian, Ubuntu or Raspberry Pi OS (no dpkg): install the packages listed below by hand"
# Raspberry Pi OS may run a 64-bit kernel under a 32-bit system.
case "$(dpkg --print-architecture)" in amd64 | arm64) ;; *) fail "this system is $(dpkg --print-architecture); a 64-bit one is needed (amd64 or arm64)" ;; esac
host=$(uname -m)
case "$host" in x86_64 | aarch64) ;; *) fail "this machine is $host; bccscope builds on x86_64 and aarch64" ;; esac

test=no train=no aarch64=no board=no
for argument in "$@"; do
  case "$argument" in
    test) test=yes ;;
    train) train=yes ;;
    aarch64) aarch64=yes ;;
    board) aarch64=yes board=yes ;;
    *) fail "$argument: the arguments are 'test', 'train', 'aarch64' and 'board'" ;;
  esac
done
[ "$host" = aarch64 ] && cross=no || cross=$aarch64

# --- system packages: a C compiler, cmake and nasm for libjpeg-turbo, libclang for bindgen,
# --- OpenSSL for the downloader that tflitec's build script always compiles (and we never run),
# --- pip to fetch the library by hash.
packages=(gcc g++ libc6-dev make cmake libclang-dev clang pkg-config libssl-dev python3 python3-pip ca-certificates)
[ "$host" = x86_64 ] && packages+=(nasm)
[ "$test" = yes ] && packages+=(valgrind)
[ "$train" = yes ] && packages+=(python3-venv)
[ "$cross" = yes ] && packages+=(gcc-aarch64-linux-gnu g++-aarch64-linux-gnu libc6-dev-arm64-cross)
# cross.sh fetches Debian 12's libraries, and reads what the program needs of them.
[ "$aarch64" = yes ] && packages+=(curl binutils)
[ "$board" = yes ] && packages+=(qemu-system-arm cpio xz-utils kmod e2fsprogs)
missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; return; fi
  command -v sudo >/dev/null || fail "'$*' needs root: run this as root, or install sudo"
  sudo "$@"
}
install() {
  say "installing $*"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}
[ ${#missing[@]} -eq 0 ] || install "${missing[@]}"

# --- Rust
. scripts/env.sh
command -v cargo >/dev/null || fail "cargo not found: install rustup first (https://rustup.rs), then run this again"
wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
new_enough() { [ "$(printf '%s\n' "$wanted" "$1" | sort -V | head -n 1)" = "$wanted" ]; }
have=$(rustc --version | awk '{print $2}')
new_enough "${have%%-*}" || fail "Rust $have is too old, $wanted or newer is needed: run 'rustup update stable'"

# --- Rust's standard library for aarch64: rustup's, or else Debian's own compiler with it
if [ "$cross" = yes ] && ! rustup target list --installed 2>/dev/null | grep -qx aarch64-unknown-linux-gnu \
  && ! rustup --quiet target add aarch64-unknown-linux-gnu 2>/dev/null; then
  say "rustup has no aarch64 target to give; taking Debian's rustc-web and libstd-rust-web-dev:arm64"
  if [ "$(dpkg-query -W -f '${db:Status-Status}' libstd-rust-web-dev:arm64 2>/dev/null || true)" != installed ]; then
    as_root dpkg --add-architecture arm64
    install rustc-web libstd-rust-web-dev:arm64 \
      || fail "Debian's compiler cannot be installed either: run 'rustup target add aarch64-unknown-linux-gnu' where the network allows it"
  fi
  have=$(/usr/bin/rustc --version | awk '{print $2}')
  new_enough "$have" || fail "Debian's rustc-web is $have, $wanted or newer is needed: is Debian's security archive among apt's sources?"
fi

# --- libtensorflowlite_c.so 2.17.1 (XNNPACK inside, needs glibc 2.34), out of the wheels of the
# --- PyPI package pymicro-wakeword, wheel and library pinned by sha256.
lib_sha256() {
  case "$1" in
    x86_64) echo 25465edb5cd7aadd00249d4d28f1d922ce5cc90195ad4403458111dd63493bae ;;
    aarch64) echo 12062437bfde367b1be592ebc4a9fe64b8453f90b3b7dc21fade002c38e1ac1a ;;
  esac
}
fetch_tflite() {
  local arch=$1 dir=.deps/tflite/$1 want
  want=$(lib_sha256 "$arch")
  if [ -f "$dir/libtensorflowlite_c.so" ] && echo "$want  $dir/libtensorflowlite_c.so" | sha256sum --check --status; then
    return
  fi
  say "fetching the TensorFlow Lite library for $arch"
  local work=$dir.new
  rm -rf "$work" && mkdir -p "$work"
  # A python3 of the user's own may lack pip; the system's has it from python3-pip. Debian's
  # "externally managed environment" forbids installing, not downloading.
  local python=python3
  "$python" -m pip --version >/dev/null 2>&1 || python=/usr/bin/python3
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --platform "manylinux_2_35_$arch" --python-version 3.11 --require-hashes \
    --requirement scripts/tflite-requirements.txt --dest "$work" \
    || fail "the library could not be fetched: is the Python package registry reachable?"
  "$python" -m zipfile -e "$work"/*.whl "$work"
  echo "$want  $work/pymicro_wakeword/lib/libtensorflowlite_c.so" | sha256sum --check --status \
    || fail "the fetched library for $arch is not the pinned one (sha256 differs)"
  mkdir -p "$dir"
  mv "$work/pymicro_wakeword/lib/libtensorflowlite_c.so" "$dir/libtensorflowlite_c.so"
  rm -rf "$work"
}
fetch_tflite "$host"
[ "$aarch64" = no ] || [ "$host" = aarch64 ] || fetch_tflite aarch64
