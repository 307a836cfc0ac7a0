#!/bin/bash
# All benchmarks: the comparison with peers, memory, a guest's freeze, the service, the parts (BenchmarkDotNet). Prints everything as one
# page of tables with the machine's description, which is also kept: $HOLDFAST_BENCH_DIR (.cache/bench)/results-SIZE/all.md.
#   bench/run.sh            the full run, on images of 8 GiB: about an hour on a quiet machine
#   bench/run.sh --short    images of 1 GiB, one run, few extents and items, the parts as a dry run: a check that everything works
case ${1:-} in
--short)
    export SIZE=${SIZE:-1G} RUNS=${RUNS:-1} EXTENTS=${EXTENTS:-20000} ITEMS=${ITEMS:-500} HOSTS=${HOSTS:-25} SPEED=${SPEED:-60}
    export POINTS=${POINTS:-10} KEEP=${KEEP:-2} FREEZE_RUNS=${FREEZE_RUNS:-3} GUARD_RUNS=${GUARD_RUNS:-2} LIST_ITEMS=${LIST_ITEMS:-100} IDLE=${IDLE:-10} JOB=dry ;;
'') JOB=short ;;
*) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
. "$(dirname "$0")/compare/lib.sh"
need restic borg qemu-img mmdebstrap mke2fs python3 jq curl
results=$CACHE/results-$SIZE
mkdir -p "$results"
begun=$SECONDS
publish
"$BENCH/compare/images.sh"
python3 "$BENCH/compare/machine.py" > "$results/machine.md"
failed=
# part TITLE FILE COMMAND...: one part's table, kept. One that fails doesn't keep the others from being measured.
part() {
    local title=$1 file=$results/$2
    shift 2
    say "== $title"
    "$@" > "$file" || { failed+=" '$title'"; echo "This part failed." >> "$file"; }
    { printf '\n## %s\n\n' "$title"; cat "$file"; } >> "$results/all.tmp"
}
parts() {
    "$TOOL" --filter '*' --job "$JOB" --inProcess --join --artifacts "$results/parts" > "$results/parts.log" 2>&1 &&
        grep -h '^|' "$results"/parts/results/*-report-github.md
}
{ printf '# Benchmarks of Holdfast %s\n\n' "$(git -C "$ROOT" rev-parse --short HEAD 2>/dev/null)"; cat "$results/machine.md"; } > "$results/all.tmp"
part 'Whole programs' part-peers.md "$BENCH/compare/peers.sh"
part 'Stores' part-stores.md "$BENCH/compare/stores.sh"
part 'Giving space back' part-space.md "$BENCH/compare/space.sh"
part 'Memory' part-memory.md "$BENCH/compare/memory.sh"
part 'A guest' part-guest.md "$BENCH/compare/guest.sh"
part 'The service' part-service.md "$BENCH/service.sh"
part 'Parts' part-parts.md parts
mv "$results/all.tmp" "$results/all.md"
cat "$results/all.md"
say "took $(((SECONDS - begun) / 60)) minutes; kept in $results/all.md"
[ -z "$failed" ] || { say "failed:$failed"; exit 1; }
