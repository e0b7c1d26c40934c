# Sourced by the other scripts: finds cargo where rustup puts it, and builds. depmod and modprobe
# lie where Debian lets only root look.
PATH="${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:$PATH:/usr/sbin:/sbin"
target=${CARGO_TARGET_DIR:-target}

# tflitec's build script names the headers it has just copied as its inputs, so its second run
# always finds them changed. Built alone first, that second run comes before our own crate is
# compiled and not, with a minute of work, the next time somebody builds.
build_for_tests() {
  cargo build --locked --quiet -p tflitec
  cargo build --locked --quiet "$@"
}
build_release() {
  cargo build --locked --release --quiet -p tflitec
  cargo build --locked --release --bin bccscope
}

# Picks the compiler for a target: rustup's where it has the target's standard library, or else
# Debian's, which scripts/setup.sh has installed with it.
compiler_for() {
  [ "$(uname -m)-unknown-linux-gnu" = "$1" ] || rustup target list --installed 2>/dev/null | grep -qx "$1" \
    || export RUSTC=/usr/bin/rustc
}
