#!/bin/bash
# Giving space back: a folder with POINTS points of one image, of which each changed 2.3 % of the data of the one before; all but KEEP are deleted. 'vault gc --grace 0'
# beside 'restic prune', with the bytes of the repository before and after. Then the same while another image is backed up for the first time, and that backup alone.
#   POINTS=100  KEEP=20  SPACE_SIZE=1G (of the image; 0.5 GB of data)
export SIZE=${SPACE_SIZE:-1G}
. "$(dirname "$0")/lib.sh"
need restic cmp python3 jq
POINTS=${POINTS:-100}
KEEP=${KEEP:-20}
WORK=$CACHE/space
TABLE=$WORK/space.tsv
LOG=$WORK/space.log
[ -x "$HOLDFAST" ] || publish
"$BENCH/compare/images.sh"
rm -rf "$WORK"
mkdir -p "$WORK"
trap 'rm -rf "$WORK"' EXIT
trap 'exit 130' INT TERM
export RESTIC_PASSWORD=benchmark RESTIC_CACHE_DIR=$WORK/restic-cache
holdfast_home "$WORK/h"
vault=$HOLDFAST_VAULT
day=$WORK/day/disk.raw
other=$WORK/other/disk.raw
mkdir -p "$WORK/day" "$WORK/other"

measure() { # LABEL command...
    local label=$1
    shift
    sync # what others have left to be written isn't this one's
    python3 "$BENCH/compare/measure.py" "$TABLE" "$label" "$WORK" -- "$@" > "$WORK/$label.out" 2>> "$LOG" || say "failed: $label"
}
wall() { awk -F'\t' -v label="$1" '$1 == label { wall = $2; cpu = $3 } END { printf "%.1f / %.1f", wall, cpu }' "$TABLE"; }
size() { du -sm --apparent-size "$1" | cut -f1; }
uuid_of() { jq -r '.results[0].uuid' "$1"; }

"$HOLDFAST" vault init --recovery-key-file "$WORK/h/recovery" > /dev/null 2>> "$LOG"
restic -q init --repository-version 2 -r "$WORK/repository" > /dev/null 2>> "$LOG"
cp --sparse=always "$IMAGES/v1.raw" "$day"
for ((point = 1; point <= POINTS; point++)); do
    [ "$point" = 1 ] || python3 "$BENCH/compare/mutate.py" "$day" "$point" > /dev/null
    "$HOLDFAST" backup --image "$day" --output json > "$WORK/last.json" 2>> "$LOG"
    restic -q -r "$WORK/repository" backup "$day" 2>> "$LOG"
    [ $((point % 10)) != 0 ] || say "$point of $POINTS points"
done
uuid=$(uuid_of "$WORK/last.json")
"$HOLDFAST" points prune "$uuid" --keep-last "$KEEP" --yes > /dev/null 2>> "$LOG"
restic -q -r "$WORK/repository" forget --keep-last "$KEEP" > /dev/null 2>> "$LOG"
cp -a "$vault" "$vault.kept"

# Another image, so that a backup has everything to write.
cp --sparse=always "$IMAGES/v1.raw" "$other"
python3 - "$other" << 'PY'
import os, sys
image = os.open(sys.argv[1], os.O_RDWR)
size, at = os.fstat(image).st_size, 0
while at < size:
    try:
        at = os.lseek(image, at, os.SEEK_DATA)
    except OSError:
        break
    end = os.lseek(image, at, os.SEEK_HOLE)
    while at < end:
        block = os.pread(image, min(65536, end - at), at)
        os.pwrite(image, bytes(b ^ 0x55 for b in block[:64]) + block[64:], at)
        at += len(block)
PY
cat "$other" > /dev/null

before=$(size "$vault") restic_before=$(size "$WORK/repository")
measure gc "$HOLDFAST" vault gc --grace 0
after=$(size "$vault")
measure prune restic -q -r "$WORK/repository" prune
restic_after=$(size "$WORK/repository")
"$HOLDFAST" restore "$uuid" --disks-to "$WORK/out" --format raw > /dev/null 2>> "$LOG"
cmp "$(find "$WORK/out" -type f -size +1M | head -1)" "$day" && same=same || same=DIFFERENT
rm -rf "$WORK/out"

# The same garbage once more: the backup alone, then one beside rounds of garbage, which begin anew until it has ended.
again() {
    rm -rf "$vault"
    cp -a "$vault.kept" "$vault"
    rm -rf "$HOLDFAST_STATE" "$HOLDFAST_CACHE"
    holdfast_home "$WORK/h"
}
again
measure alone "$HOLDFAST" backup --image "$other" --output json
again
rounds=0
measure beside "$HOLDFAST" backup --image "$other" --output json &
backup=$!
while kill -0 "$backup" 2> /dev/null; do
    "$HOLDFAST" vault gc --grace 0 > "$WORK/round.out" 2>> "$LOG" || say "a round of garbage failed"
    rounds=$((rounds + 1))
done
wait "$backup"
measure later "$HOLDFAST" vault gc --grace 0
"$HOLDFAST" vault verify > /dev/null 2>> "$LOG" && whole=whole || whole=DAMAGED

cat << TABLE
| $POINTS points, $((POINTS - KEEP)) of them deleted | wall s / CPU s | MiB before | after |
|---|---|---|---|
| holdfast vault gc --grace 0 | $(wall gc) | $before | $after |
| restic prune | $(wall prune) | $restic_before | $restic_after |

The newest point restored afterwards: $same. A first backup of another image: $(wall alone) s alone, $(wall beside) s beside $rounds rounds of garbage, one after the other (the vault after it: $whole,
$(size "$vault") MiB after one more round). restic's backup waits for its prune, which locks the repository.
TABLE
