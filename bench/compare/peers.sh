#!/bin/bash
# Holdfast beside restic, borg and qemu-img: first backup, second backup, restore; RUNS (3) times, interleaved, so that a noisy
# minute hits all of them. Once only: what is there for its sizes (borg with 64 KiB, qemu-img, other compressions). Process start and a final sync count; encryption is on (qemu-img has none); restored images are
# compared by cmp. APPEND=1 adds runs to those of before. Adds lines to results.tsv: tool.step, wall s, CPU s, anonymous MiB, resident MiB, exit code; growth in sizes.tsv.
. "$(dirname "$0")/lib.sh"
need restic borg qemu-img qemu-nbd cmp python3 jq
WORK=$CACHE/work
RESULTS=$CACHE/results-$SIZE
mkdir -p "$RESULTS"
TABLE=$RESULTS/results.tsv
SIZES=$RESULTS/sizes.tsv
[ -n "${APPEND:-}" ] || rm -f "$TABLE" "$SIZES" "$RESULTS/modes.tsv" "$RESULTS/log" "$RESULTS/pipeline.txt"
export RESTIC_PASSWORD=benchmark BORG_PASSPHRASE=benchmark BORG_RELOCATED_REPO_ACCESS_IS_OK=yes

measure() { python3 "$BENCH/compare/measure.py" "$TABLE" "$1" "$2" -- "${@:3}" > "${OUTPUT:-$RESULTS/output}" 2>> "$RESULTS/log" || say "failed: $1"; }
size() { printf '%s\t%s\n' "$1" "$(bytes "$2")" >> "$SIZES"; }
same() { if cmp -s "$1" "$IMAGES/v2.raw"; then printf '%s\tsame\n' "$2" >> "$SIZES"; else printf '%s\tDIFFERENT\n' "$2" >> "$SIZES"; say "$2: the restored image DIFFERS"; fi; }
fresh() { cd "$CACHE"; rm -rf "$WORK"; mkdir -p "$WORK"; cd "$WORK"; }
warm() { cat "$IMAGES/v1.raw" "$IMAGES/v2.raw" > /dev/null; sync; }

run_restic() {
    fresh
    export RESTIC_CACHE_DIR=$WORK/cache
    restic -q -r "$WORK/r" init --repository-version 2 >/dev/null
    mkdir src
    cp --sparse=always "$IMAGES/v1.raw" src/disk.raw
    sync
    measure restic.first "$WORK" restic -q -r "$WORK/r" backup src/disk.raw
    size restic.first "$WORK/r"
    cp --sparse=always "$IMAGES/v2.raw" src/disk.raw
    sync
    measure restic.second "$WORK" restic -q -r "$WORK/r" backup src/disk.raw
    size restic.second "$WORK/r"
    measure restic.restore "$WORK" restic -q -r "$WORK/r" restore latest --target out
    same "$(find out -name disk.raw)" restic.restore
}

run_borg() { # NAME CHUNK_BYTES
    local name=$1 chunker=fixed,$2
    fresh
    export BORG_BASE_DIR=$WORK/base
    borg init -e repokey-blake2 r 2>/dev/null
    mkdir src out
    cp --sparse=always "$IMAGES/v1.raw" src/disk.raw
    sync
    measure "$name.first" "$WORK" borg create --compression zstd,1 --chunker-params "$chunker" r::a src/disk.raw
    size "$name.first" r
    cp --sparse=always "$IMAGES/v2.raw" src/disk.raw
    sync
    measure "$name.second" "$WORK" borg create --compression zstd,1 --chunker-params "$chunker" r::b src/disk.raw
    size "$name.second" r
    measure "$name.restore" "$WORK" sh -c 'cd out && exec borg extract --sparse ../r::b'
    same out/src/disk.raw "$name.restore"
}

run_qemu_img() {
    fresh
    measure qemu-img.first "$WORK" qemu-img convert -f raw -O qcow2 -c -W -m 8 -o compression_type=zstd "$IMAGES/v1.raw" 1.qcow2
    measure qemu-img.second "$WORK" qemu-img convert -f raw -O qcow2 -c -W -m 8 -o compression_type=zstd "$IMAGES/v2.raw" 2.qcow2
    printf 'qemu-img.first\t%s\n' "$(stat -c %s 1.qcow2)" >> "$SIZES"
    printf 'qemu-img.second\t%s\n' "$(($(stat -c %s 1.qcow2) + $(stat -c %s 2.qcow2)))" >> "$SIZES"
    measure qemu-img.restore "$WORK" qemu-img convert -m 8 -f qcow2 -O raw 2.qcow2 out.raw
    same out.raw qemu-img.restore
}

run_holdfast() { # NAME tracked|untracked [COMPRESSION]
    local name=$1 track=
    [ "$2" = untracked ] || track=--track
    [ -z "${3:-}" ] || track+=" --compression $3"
    fresh
    holdfast_home "$WORK"
    "$HOLDFAST" vault init --recovery-key-file "$WORK/recovery" > /dev/null
    cp --sparse=always "$IMAGES/v1.qcow2" disk.qcow2
    cat disk.qcow2 > /dev/null
    sync
    OUTPUT=$WORK/first.json measure "$name.first" "$WORK" "$HOLDFAST" backup --image "$WORK/disk.qcow2" $track --output json
    size "$name.first" vault
    serve "$WORK/disk.qcow2" qcow2 "$WORK/s" "$WORK/p"
    "$TOOL" apply "$IMAGES/v1.raw" "$IMAGES/v2.raw" "$WORK/s" disk >> "$RESULTS/log"
    stop_server "$WORK/p"
    sync
    OUTPUT=$WORK/second.json measure "$name.second" "$WORK" "$HOLDFAST" backup --image "$WORK/disk.qcow2" $track --output json
    # What was really measured: an incremental read or a full one.
    jq -r --arg name "$name" '"\($name).second\t\(.results[0].disks[0].mode)"' "$WORK/second.json" >> "$RESULTS/modes.tsv"
    size "$name.second" vault
    measure "$name.restore" "$WORK" "$HOLDFAST" restore "$(jq -r '.results[0].uuid' "$WORK/second.json")" --disks-to "$WORK/out" --format raw
    same "$(find "$WORK/out" -type f -size +1M | head -1)" "$name.restore"
}

run_pipeline() { # the yardstick: the bare work, and the vault's write path without NBD and process start
    fresh
    "$TOOL" bare "$IMAGES/v1.raw" >> "$RESULTS/pipeline.txt"
    TMPDIR=$WORK "$TOOL" vault "$IMAGES/v1.raw" >> "$RESULTS/pipeline.txt" || say "failed: vault pipeline"
}

[ -f "$IMAGES/v1.qcow2" ] || { qemu-img convert -f raw -O qcow2 "$IMAGES/v1.raw" "$IMAGES/v1.tmp" && mv "$IMAGES/v1.tmp" "$IMAGES/v1.qcow2"; }
touch "$TABLE" "$SIZES" "$RESULTS/log"
tools=${TOOLS:-pipeline holdfast holdfast-untracked restic borg-4M borg-64K qemu-img holdfast-fastest holdfast-better holdfast-off}
once=" ${ONCE-borg-64K qemu-img holdfast-fastest holdfast-better holdfast-off} "
for ((run = 1; run <= RUNS; run++)); do
    for tool in $tools; do
        [ "$run" = 1 ] || [[ $once != *" $tool "* ]] || continue
        say "run $run of $RUNS: $tool"
        warm
        case $tool in
        pipeline) run_pipeline ;;
        holdfast) run_holdfast holdfast tracked ;;
        holdfast-untracked) run_holdfast holdfast-untracked untracked ;;
        holdfast-fastest | holdfast-better | holdfast-off) run_holdfast "$tool" tracked "${tool#holdfast-}" ;;
        restic) run_restic ;;
        borg-4M) run_borg borg-4M 4194304 ;;
        borg-64K) run_borg borg-64K 65536 ;;
        qemu-img) run_qemu_img ;;
        esac
    done
done
cd "$CACHE"
rm -rf "$WORK"
python3 "$BENCH/compare/table.py" "$RESULTS" > "$RESULTS/table.md"
cat "$RESULTS/table.md"
