#!/usr/bin/env bash
# Runs one of the project's commands as its first user would: in a system with nothing installed, by
# an ordinary user with sudo, from a clean clone of the last commit. Needs root, the registries and
# rustup's toolchain, which the system borrows from whoever calls this. On a machine where somebody
# works nothing shows what scripts/setup.sh forgets.
#
#   scripts/fresh.sh SYSTEM [COMMAND…]    SYSTEM: debian-12, debian-13, ubuntu-24.04
#                                         default COMMAND: scripts/demo.sh
#
# The system lies in target/fresh/SYSTEM and is removed afterwards; KEEP=1 leaves it.
set -euo pipefail
cd "$(dirname "$0")/.."
fail() { echo "fresh: $*" >&2; exit "${code:-1}"; }

debian=http://deb.debian.org/debian ubuntu=https://archive.ubuntu.com/ubuntu
case "${1:-}" in
  debian-12) suite=bookworm from=$debian ;;
  debian-13) suite=trixie from=$debian ;;
  ubuntu-24.04) suite=noble from=$ubuntu ;;
  *) code=2 fail "'${1:-}' is none of debian-12, debian-13, ubuntu-24.04" ;;
esac
system=$1
shift
[ $# -gt 0 ] || set -- scripts/demo.sh
[ "$(id -u)" -eq 0 ] || fail "needs root, for a system of its own: sudo scripts/fresh.sh $system"
# Under sudo it is the caller who has rustup.
[ -z "${SUDO_USER:-}" ] || HOME=$(getent passwd "$SUDO_USER" | cut -d : -f 6)
. scripts/env.sh
program=$(command -v rustup) || fail "rustup not found: the system borrows its toolchain (https://rustup.rs)"
rustup=$(rustup show home)
command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap >/dev/null

# --- the system; the other distribution's debootstrap knows neither Ubuntu's suites nor its keys
root=$PWD/target/fresh/$system
rm -rf --one-file-system "$root"
mkdir -p "$root"
options=(--variant=minbase --include=ca-certificates,sudo,git)
if [ "$from" = "$ubuntu" ]; then
  options+=(--components=main,universe)
  keys=/usr/share/keyrings/ubuntu-archive-keyring.gpg
  if [ ! -f "$keys" ]; then
    deb=target/fresh/ubuntu-keyring.deb
    curl --silent --show-error --fail --output "$deb" "$ubuntu/pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb"
    echo "36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8  $deb" | sha256sum --check --status \
      || fail "Ubuntu's keys are not the pinned ones (sha256 differs)"
    dpkg-deb -x "$deb" target/fresh/ubuntu-keyring
    keys=$PWD/target/fresh/ubuntu-keyring$keys
  fi
  options+=(--keyring="$keys")
fi
scripts=/usr/share/debootstrap/scripts
script=$scripts/$suite
[ -e "$script" ] || script=$scripts/gutsy
debootstrap "${options[@]}" "$suite" "$root" "$from" "$script" >"$root.log" 2>&1 \
  || { tail -n 5 "$root.log" >&2; fail "debootstrap could not make $system ($root.log)"; }

# As an installed system has them: some of what is wanted came by an update.
if [ "$from" = "$debian" ]; then
  echo "deb $debian $suite-updates main" >>"$root/etc/apt/sources.list"
  echo "deb $debian-security $suite-security main" >>"$root/etc/apt/sources.list"
fi

# --- the user, who has rustup and a clone of what is committed
home=$root/home/worker
chroot "$root" useradd --create-home --shell /bin/bash worker
echo "worker ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/worker"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
mkdir -p "$home/.rustup" "$home/.cargo/bin"
cp "$(readlink -f "$program")" "$home/.cargo/bin/rustup"
for tool in cargo cargo-clippy cargo-fmt clippy-driver rustc rustdoc rustfmt; do
  ln -s rustup "$home/.cargo/bin/$tool"
done
git clone --quiet . "$home/bccscope"
chroot "$root" chown -R worker:worker /home/worker

# --- mounts of this process alone: they go with it, however it ends
export root rustup
outcome=0
# shellcheck disable=SC2016  # the variables are the inner shell's
unshare --mount --propagation private bash -euc '
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --bind -o ro "$rustup" "$root/home/worker/.rustup"
  exec chroot "$root" sudo --login --user worker bash -c "cd bccscope && exec \"\$@\"" fresh "$@"
' fresh "$@" || outcome=$?
[ -n "${KEEP:-}" ] || rm -rf --one-file-system "$root"
echo "fresh: $system, $*: exit code $outcome" >&2
exit "$outcome"
