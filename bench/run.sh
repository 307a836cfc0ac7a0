#!/bin/bash
# All benchmarks: the parts (BenchmarkDotNet), the comparison with peers, memory. Results in $HOLDFAST_BENCH_DIR (.cache/bench).
#   bench/run.sh            the full run, on images of 8 GiB
#   bench/run.sh --short    images of 1 GiB, one run, the parts left out: a check that everything works
#   BENCH_VM=name           also measures the freeze of that running VM
case ${1:-} in
--short) export SIZE=${SIZE:-1G} RUNS=${RUNS:-1} EXTENTS=${EXTENTS:-20000}; short=1 ;;
'') short= ;;
*) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
. "$(dirname "$0")/compare/lib.sh"
publish
"$BENCH/compare/images.sh"
"$BENCH/compare/peers.sh"
"$BENCH/compare/memory.sh"
[ -z "${BENCH_VM:-}" ] || "$BENCH/compare/freeze.sh" "$BENCH_VM" | tee "$CACHE/results-$SIZE/freeze.md"
[ -n "$short" ] || (cd "$CACHE" && "$TOOL" --filter '*' --artifacts "$CACHE/results-$SIZE/parts")
say "results are in $CACHE/results-$SIZE"
