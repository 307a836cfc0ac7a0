#!/bin/bash
# Guard: kills the backup of a running VM with -9 while its file systems are frozen, RUNS (10) times, and prints the median and the
# maximum of the time until the guest's agent says that they are thawed. Needs what freeze.sh needs.
#   compare/guard.sh VM
. "$(dirname "$0")/lib.sh"
need jq python3 virsh
vm=${1:?a VM with a guest agent}
runs=${GUARD_RUNS:-10}
for ((run = 1; run <= runs; run++)); do
    code=0
    HOLDFAST_TEST_STOP_AT=Freeze:after "$HOLDFAST" backup "$vm" >/dev/null 2>&1 || code=$?
    killed=$(date +%s%3N)
    [ $code = 137 ] || { say "run $run wasn't killed in the freeze, but ended with $code"; exit 1; }
    until [ "$(virsh -q qemu-agent-command "$vm" '{"execute":"guest-fsfreeze-status"}' | jq -r .return)" = thawed ]; do sleep 0.02; done
    echo $(($(date +%s%3N) - killed))
done | python3 -c '
import statistics, sys
values = [float(line) for line in sys.stdin]
print(f"- thaw by the guard after {len(values)} kills of the node: median {statistics.median(values):.0f} ms, maximum {max(values):.0f} ms (goal under 5000 ms)")'
