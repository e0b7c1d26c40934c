# Sourced by the other scripts: finds cargo where rustup puts it.
PATH="${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:$PATH"
target=${CARGO_TARGET_DIR:-target}
