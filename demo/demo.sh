#!/usr/bin/env bash
# Backs a running VM up, loses it, and brings it back: on a real VM, with the real command.
#
# Everything that the demo makes carries one random name and goes at the end, also after a failure or Ctrl-C. It touches no
# VM, network, vault or configuration that it did not make.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export LIBVIRT_DEFAULT_URI=qemu:///system DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
vm="holdfast-demo-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')"
work="/var/lib/libvirt/images/$vm"
build=src/Holdfast.Cli/bin/Release/net10.0
holdfast="$PWD/$build/holdfast"

export HOLDFAST_STATE="$work/node/state" HOLDFAST_CACHE="$work/node/cache" HOLDFAST_VAULT="$work/vault"
HOLDFAST_PASSPHRASE="$(od -An -N16 -tx4 /dev/urandom | tr -d ' \n')"; export HOLDFAST_PASSPHRASE

bold=''; plain=''
if [ -t 1 ]; then bold=$(tput bold 2>/dev/null || true); plain=$(tput sgr0 2>/dev/null || true); fi

cleanup() {
  local code=$?
  trap - EXIT INT TERM
  virsh -q destroy "$vm" >/dev/null 2>&1 || true
  virsh -q undefine "$vm" --checkpoints-metadata --nvram >/dev/null 2>&1 || true
  rm -rf "${work:?}"
  [ $code = 0 ] || echo "The demo failed (exit code $code). Everything that it made is gone."
  exit $code
}
trap cleanup EXIT
trap 'exit 130' INT TERM

now() { date +%s.%N; }
step() { number=$((${number:-0} + 1)); begun=$(now); printf '\n%s%d. %s%s\n' "$bold" "$number" "$1" "$plain"; }
took() { awk -v a="$begun" -v b="$(now)" -v text="${1:-}" 'BEGIN {printf "   %s%stook %.1f s\n", text, text == "" ? "" : ", ", b - a}'; }
size() { numfmt --to=iec-i --suffix=B --format=%.1f "$1"; }
in_guest() { test/guest/run.sh "$vm" "$1"; }

# What a backup read, stored and saved, from the command's own JSON.
backup() {
  "$holdfast" backup "$vm" --quiet --output json >"$work/backup.json" || { cat "$work/backup.json" >&2; return 1; }
  local frozen logical read new stored
  read -r logical read new stored frozen < <(jq -r '.results[0] |
    [([.disks[].sizeBytes] | add), .readBytes, .newBytes, .storedBytes, (.frozenMilliseconds // 0)] | @tsv' "$work/backup.json")
  jq -r '.results[0].disks[] | "   \(.target): \(.mode) read\(if .reason then " (" + .reason + ")" else "" end)"' "$work/backup.json"
  took "$(printf 'read %s of %s, new %s, stored %s; guest frozen %.0f ms' \
    "$(size "$read")" "$(size "$logical")" "$(size "$new")" "$(size "$stored")" "$frozen")"
}

step "Build the command and the guest"
dotnet build src/Holdfast.Cli -c Release -nodeReuse:false -v quiet
guest=$(test/guest/build.sh)
took "guest of $(size "$(stat -c %s "$guest/initramfs.gz")") beside its kernel"

step "Boot a VM with two disks: ext4 on /data, xfs on /data2"
test/guest/boot.sh "$vm" "$work/disks"
took "$vm answers"

step "Write files in the guest"
in_guest '
  set -e
  for folder in /data /data2; do
    i=0; while [ $i -lt 24 ]; do dd if=/dev/urandom of=$folder/file-$i bs=1M count=1 2>/dev/null; i=$((i + 1)); done
    mkdir $folder/etc; cp -r /etc/. $folder/etc/
  done
  sync'
took "$(in_guest 'find /data /data2 -type f | wc -l') files"

mkdir -p "$work/node"; chmod 700 "$work/node"
step "Make a vault"
"$holdfast" vault init --recovery-key-file "$work/node/recovery-key" --output json >/dev/null
took "encrypted; the recovery key went to a file"

step "First backup: everything"
backup

step "Change a little in the guest: rewrite two files, add one, delete one and trim"
in_guest '
  set -e
  dd if=/dev/urandom of=/data/file-3 bs=1M count=1 conv=notrunc 2>/dev/null
  dd if=/dev/urandom of=/data2/file-5 bs=1M count=1 conv=notrunc 2>/dev/null
  echo "the file that was added" >/data2/added
  rm /data/file-7
  sync
  fstrim /data'
took

step "Second backup: only what changed"
backup
in_guest 'cd / && find data data2 -type f | sort | xargs sha256sum' >"$work/sums.before"
took "the guest's own checksums of $(wc -l <"$work/sums.before") files noted"
"$holdfast" points list "$vm"

step "Lose the VM: destroyed, undefined, its disks deleted"
virsh -q destroy "$vm"
virsh -q undefine "$vm" --checkpoints-metadata
rm "$work/disks/$vm"-*.qcow2
took "the vault holds $(size "$(du -sb "$HOLDFAST_VAULT" | cut -f1)")"

step "Restore it from the vault"
mkdir "$work/restored"; chmod 711 "$work/restored"
"$holdfast" restore "$vm" --as "$vm" --disks-dir "$work/restored" --start --quiet --output json >"$work/restore.json" ||
  { cat "$work/restore.json" >&2; exit 1; }
jq -r '.disks[] | "   \(.target): \(.path)"' "$work/restore.json"
written=$(jq '.writtenBytes' "$work/restore.json")
took "wrote $(size "$written")"

step "Boot it, and ask the guest for its checksums"
test/guest/await-agent.sh "$vm"
in_guest 'cd / && find data data2 -type f | sort | xargs sha256sum' >"$work/sums.after"
if ! diff "$work/sums.before" "$work/sums.after"; then
  echo "   The restored guest's files differ."
  exit 1
fi
took "all $(wc -l <"$work/sums.after") checksums match, seen from inside the guest"

printf '\n%sThe VM was lost and is back.%s Cleaning up.\n' "$bold" "$plain"
