#!/bin/bash
# How long a guest stands still: boots a VM of its own with two disks and a VM agent, then runs freeze.sh and guard.sh on it.
# The VM, its disks and its vault carry one random name and go at the end.
. "$(dirname "$0")/lib.sh"
need jq python3 virsh
export LIBVIRT_DEFAULT_URI=qemu:///system
vm="holdfast-bench-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')"
work="/var/lib/libvirt/images/$vm"

cleanup() {
    local code=$?
    trap - EXIT INT TERM
    virsh -q destroy "$vm" >/dev/null 2>&1 || true
    virsh -q undefine "$vm" --checkpoints-metadata >/dev/null 2>&1 || true
    rm -rf "${work:?}"
    exit $code
}
trap cleanup EXIT
trap 'exit 130' INT TERM

"$ROOT/test/guest/build.sh" >/dev/null
"$ROOT/test/guest/boot.sh" "$vm" "$work/disks" >&2
mkdir -p "$work/node"
chmod 700 "$work/node"
holdfast_home "$work/node"
unset HOLDFAST_SCRATCH # libvirt's own place: QEMU must reach it
"$HOLDFAST" vault init --recovery-key-file "$work/node/recovery-key" >/dev/null
"$BENCH/compare/freeze.sh" "$vm"
"$BENCH/compare/guard.sh" "$vm"
