# Sourced by who builds for the board: what is built runs on Debian 12, whatever this machine has.

# Links with Debian 12's own libraries, those the virtual board is made of. Against a newer C
# library the same program would demand functions (pidfd_spawnp) that Rust's standard library
# uses where they are there, and would not start where they are not.
link_with_debian_12() {
  local package deb from=$PWD/.deps/debian-12
  bash board/virtual/fetch.sh libc6 libgcc-s1 libstdc++6
  rm -rf "$from" && mkdir -p "$from"
  for package in libc6 libgcc-s1 libstdc++6; do
    deb=$(sed -n "s|.*/\(${package}_[^/]*\)$|\1|p" board/virtual/packages.txt)
    dpkg-deb -x ".deps/board/$deb" "$from"
  done
  # The names a linker looks for. The few functions that are linked in are this machine's.
  local lib=$from/lib/aarch64-linux-gnu
  ln -s libm.so.6 "$lib/libm.so"
  echo 'GROUP ( libc.so.6 libc_nonshared.a AS_NEEDED ( ld-linux-aarch64.so.1 ) )' >"$lib/libc.so"
  # Separated so that a folder may have a space in its name.
  local flags=(-L "native=$lib" -C "link-arg=-Wl,-rpath-link,$lib:$from/usr/lib/aarch64-linux-gnu")
  CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; echo "${flags[*]}")
  export CARGO_ENCODED_RUSTFLAGS
}

# The newest version of the C library that any of these files demands; refuses what Debian 12
# does not have.
glibc_of() {
  local debian_12=2.36 newest
  newest=$(LC_ALL=C readelf --version-info --wide "$@" \
    | sed -n 's/.* Name: GLIBC_\([0-9][0-9.]*\) .*/\1/p' | sort --version-sort | tail -n 1)
  if [ -z "$newest" ]; then
    echo "debian-12: readelf finds no version of glibc in $*: is one of them no program?" >&2
    return 1
  fi
  if [ "$(printf '%s\n' "$debian_12" "$newest" | sort --version-sort | tail -n 1)" != "$debian_12" ]; then
    echo "debian-12: one of these demands glibc $newest and would not start on Debian 12, which has $debian_12: $*" >&2
    return 1
  fi
  echo "$newest"
}
