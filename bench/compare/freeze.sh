#!/bin/bash
# Freeze time: backs up a running VM RUNS (20) times and prints the median and the maximum of the time its file systems stood
# still, as the backup reports it. Needs a VM with an agent, a vault and its key in the environment, as for 'holdfast backup'.
#   compare/freeze.sh VM
. "$(dirname "$0")/lib.sh"
need jq python3
vm=${1:?a VM with a guest agent}
runs=${FREEZE_RUNS:-20}
for ((run = 1; run <= runs; run++)); do
    "$HOLDFAST" backup "$vm" --output json | jq -r '.results[0].frozenMilliseconds // empty'
done | python3 -c '
import statistics, sys
values = [float(line) for line in sys.stdin if line.strip()]
if not values:
    sys.exit("no backup reported a freeze")
print(f"- freeze over {len(values)} backups: median {statistics.median(values):.0f} ms, maximum {max(values):.0f} ms (goal under 500 ms)")'
