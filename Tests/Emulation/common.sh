# SPDX-License-Identifier: Apache-2.0
#
# What the emulated machines have in common. Sourced by the scripts beside it, which set `machine`
# (their name), `architecture` (Debian's) and `packages` (what they need that may be missing).
set -u
export LC_ALL=C
package=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here="$package/Tests/Emulation"
work="$package/.build/emulation/$machine"
seconds_before=$SECONDS

usage() { echo "usage: Tests/Emulation/$machine [--packages]" >&2; exit 64; }
case ${1-} in
  '') ;;
  --packages) echo "$packages"; exit 0 ;;
  *) usage ;;
esac

missing() {
  echo "skipped: $machine: $*"
  exit 77
}

failed() {
  echo "FAILED: $machine: $*"
  exit 1
}

# Ends the script if a tool is not there.
need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || missing "there is no $tool; of Debian this takes: $packages"
  done
}

# Runs a step, whose output only matters if it fails.
quietly() {
  "$@" >"$work/step.log" 2>&1 && return
  tail -n 30 "$work/step.log"
  failed "$1 did not succeed"
}

apt() {
  local tool=$1 place="$work/apt"
  shift
  "$tool" -oAPT::Architecture="$architecture" -oAPT::Architectures="$architecture" \
    -oAPT::Sandbox::User=root -oDir::State::Lists="$place/lists" \
    -oDir::Etc::SourceList="$place/sources.list" -oDir::Etc::SourceParts="$place/sources.d" \
    -oDir::State::status=/dev/null -oDir::Cache="$place/cache" "$@"
}

# Downloads Debian's kernel for cloud machines and a static busybox, and unpacks them, with lists
# and a cache of our own: the system's package manager sees nothing of it. Sets `kernel` and
# `busybox`.
fetch_machine() {
  local place="$work/apt"
  if ! compgen -G "$work/kernel/boot/vmlinuz-*" >/dev/null ||
    [ ! -x "$work/busybox/bin/busybox" ]; then
    need apt-get apt-cache dpkg
    rm -rf "$place" "$work/kernel" "$work/busybox"
    mkdir -p "$place/lists/partial" "$place/sources.d" "$place/cache/archives/partial" "$place/debs"
    touch "$place/sources.list"
    local sources=/etc/apt/sources.list.d/debian.sources
    if [ -e $sources ]; then
      cp $sources "$place/sources.d/"
    else
      grep -s '^deb .*debian\.org' /etc/apt/sources.list >"$place/sources.list" ||
        missing "the sources of Debian's packages are not known here"
    fi
    apt apt-get update >"$work/step.log" 2>&1 || missing "Debian's package lists cannot be had"
    local image
    image=$(apt apt-cache depends "linux-image-cloud-$architecture" | sed -n 's/^ *Depends: //p')
    [ -n "$image" ] || missing "Debian has no linux-image-cloud-$architecture"
    (cd "$place/debs" && apt apt-get download "$image" busybox-static) >>"$work/step.log" 2>&1 ||
      missing "Debian's packages cannot be downloaded"
    dpkg -x "$place"/debs/linux-image-*.deb "$work/kernel" || failed "a broken package"
    dpkg -x "$place"/debs/busybox-static*.deb "$work/busybox" || failed "a broken package"
    # Only the image is needed, not the modules.
    rm -rf "$work/kernel/lib" "$place/debs" "$place/cache"
  fi
  kernel=$(ls "$work"/kernel/boot/vmlinuz-* | head -n 1)
  busybox="$work/busybox/bin/busybox"
}

# Makes $1.gz, the memory disk of a machine, of the folder $1 with the programs and `tests` in it.
make_disk() {
  mkdir -p "$1/bin"
  cp "$busybox" "$1/bin/"
  cp "$here/init" "$1/init"
  chmod +x "$1/init" "$1"/bin/*
  (cd "$1" && find . | cpio -o -H newc --quiet | gzip -1) >"$1.gz" || failed "no memory disk"
}

# Boots: boot NAME SECONDS EMULATOR ARGUMENTS... Leaves what the machine said in NAME.log.
boot() {
  local name=$1 limit=$2
  shift 2
  timeout "$limit" "$@" -accel tcg,thread=multi -nographic -no-reboot -kernel "$kernel" \
    </dev/null 2>&1 | sed 's/\r//g; s/\x1b\[[0-9;?]*[A-Za-z]//g; s/\x1bc//g' >"$work/$name.log"
  grep -E '^(machine|hot-plug|stress[a-z-]*|abort|core): |^[a-z-]+: [a-zA-Z]+  ' "$work/$name.log" |
    sed "s/^/$name: /"
}

# All these verdicts must be in NAME.log: demand NAME VERDICT...
demand() {
  local name=$1 verdict wrong=""
  shift
  for verdict in "$@"; do
    grep -q "^verdict $verdict: ok$" "$work/$name.log" || wrong="$wrong $verdict"
  done
  [ -z "$wrong" ] && return
  tail -n 40 "$work/$name.log"
  failed "$name did not say that these are right:$wrong (all it said: $work/$name.log)"
}

mkdir -p "$work"
