#!/bin/bash
# Memory: backs up v1 and an 8 TiB sparse image with a million scattered extents, each inside a cgroup of 250 MiB (the whole
# process, its page cache included), and samples the anonymous memory. EXTENTS=1000000, HUGE_BYTES=8 TiB.
. "$(dirname "$0")/lib.sh"
need qemu-nbd python3
EXTENTS=${EXTENTS:-1000000}
HUGE_BYTES=${HUGE_BYTES:-8796093022208}
WORK=$CACHE/memory
RESULTS=$CACHE/results-$SIZE
TABLE=$RESULTS/memory.tsv
mkdir -p "$RESULTS" "$WORK"
: > "$TABLE"
HUGE=$CACHE/huge-$EXTENTS.raw
if [ ! -f "$HUGE" ]; then
    say "making a sparse image of $HUGE_BYTES bytes with $EXTENTS extents"
    rm -f "$HUGE.tmp"
    "$TOOL" scatter "$HUGE.tmp" "$HUGE_BYTES" "$EXTENTS"
    mv "$HUGE.tmp" "$HUGE"
fi

group=
cleanup() { [ -z "$group" ] || rmdir "$group" 2>/dev/null || true; rm -rf "$WORK"; }
trap cleanup EXIT
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    echo +memory > /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
    group=/sys/fs/cgroup/holdfast-bench-$$
    limit=memory.max
else
    group=/sys/fs/cgroup/memory/holdfast-bench-$$
    limit=memory.limit_in_bytes
fi
mkdir "$group"
echo $((250 * 1024 * 1024)) > "$group/$limit"

confined() { # LABEL command...
    local label=$1
    shift
    sh -c 'echo $$ > "$0/cgroup.procs"; shift 0; exec "$@"' "$group" \
        python3 "$BENCH/compare/measure.py" "$TABLE" "$label" "$WORK" -- "$@" >> "$RESULTS/log" 2>&1 || say "failed: $label"
}

for image in v1:"$IMAGES/v1.raw" huge:"$HUGE"; do
    rm -rf "$WORK"
    mkdir -p "$WORK"
    holdfast_home "$WORK"
    "$HOLDFAST" vault init --recovery-key-file "$WORK/recovery" > /dev/null
    confined "${image%%:*}.backup" "$HOLDFAST" backup --image "${image#*:}" --output json
done
printf '| | wall s | CPU s | anonymous MiB (at most 150) | exit code in 250 MiB |\n|---|---|---|---|---|\n' > "$RESULTS/memory.md"
awk -F'\t' '{ printf "| %s | %.1f | %.1f | %.0f | %s |\n", $1, $2, $3, $4, $6 }' "$TABLE" >> "$RESULTS/memory.md"
cat "$RESULTS/memory.md"
