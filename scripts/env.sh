# Sourced by the other scripts: finds cargo where rustup puts it, and builds.
PATH="${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:$PATH"
target=${CARGO_TARGET_DIR:-target}

# tflitec's build script names the headers it has just copied as its inputs, so its second run
# always finds them changed. Built alone first, that second run comes before our own crate is
# compiled and not, with two minutes of work, the next time somebody builds.
build_release() {
  cargo build --locked --release --quiet -p tflitec
  cargo build --locked --release --bin bccscope
}
