#!/bin/bash
# Holdfast on a folder, on radosgw (S3) and on Azurite (Blob), beside restic on the same folder and the same S3 server: first and second backup, restore
# (compared by cmp), giving space back (vault gc beside forget --prune), verifying all data. Counts the requests that the servers saw for each step.
# restic's Azure backend needs names that Azurite on a bare address doesn't have. STORES="folder s3 azblob", RUNS (1).
. "$(dirname "$0")/lib.sh"
need restic cmp python3 jq curl
RUNS=${STORE_RUNS:-1}
WORK=$CACHE/stores
RESULTS=$CACHE/results-$SIZE
mkdir -p "$RESULTS"
TABLE=$RESULTS/stores.tsv
FIGURES=$RESULTS/stores-figures.tsv
LOG=$RESULTS/stores.log
rm -rf "$TABLE" "$FIGURES" "$LOG" "$WORK"
mkdir -p "$WORK"
touch "$TABLE" "$FIGURES"
export RESTIC_PASSWORD=benchmark AWS_ACCESS_KEY_ID=AKTEST AWS_SECRET_ACCESS_KEY=SKTEST
export AZURE_STORAGE_KEY=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==
EMPTY=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

# Servers end when their standard input does: when this script does.
mkfifo "$WORK/stop"
sleep infinity > "$WORK/stop" &
holder=$!
cleanup() {
    kill "$holder" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

start() { # NAME SCRIPT: prints the URL
    "$ROOT/test/stores/$2" < "$WORK/stop" > "$WORK/$1.out" 2>> "$LOG" &
    for _ in $(seq 600); do
        grep -q READY "$WORK/$1.out" && break
        sleep 0.5
    done
    sed -n 's/^READY //p' "$WORK/$1.out"
}

requests() { # STORE: how many the server has seen
    case $1 in
    s3) grep -c '====== req done' "$WORK/rgw.log" || true ;;
    azblob) grep -c '" [0-9][0-9][0-9] ' "$WORK/azurite.log" || true ;;
    *) echo 0 ;;
    esac
}

step() { # LABEL STORE command...
    local label=$1 store=$2 before after
    shift 2
    before=$(requests "$store")
    python3 "$BENCH/compare/measure.py" "$TABLE" "$label" "$WORK" -- "$@" > "${OUTPUT:-$WORK/output}" 2>> "$LOG" || say "failed: $label"
    sleep 1 # the server's log is written a moment later
    after=$(requests "$store")
    printf '%s\t%s\n' "$label" $((after - before)) >> "$FIGURES"
}

same() { cmp -s "$1" "$IMAGES/v2.raw" && result=same || result=DIFFERENT; printf '%s\t%s\n' "$2" "$result" >> "$FIGURES"; }

run_holdfast() { # STORE VAULT
    local store=$1 label=holdfast.$1
    holdfast_home "$WORK/h"
    export HOLDFAST_VAULT=$2
    "$HOLDFAST" vault init --recovery-key-file "$WORK/h/recovery" > /dev/null 2>> "$LOG"
    cp --sparse=always "$IMAGES/v1.raw" "$WORK/h/disk.raw"
    OUTPUT=$WORK/first.json step "$label.first" "$store" "$HOLDFAST" backup --image "$WORK/h/disk.raw" --output json
    cp --sparse=always "$IMAGES/v2.raw" "$WORK/h/disk.raw"
    OUTPUT=$WORK/second.json step "$label.second" "$store" "$HOLDFAST" backup --image "$WORK/h/disk.raw" --output json
    step "$label.restore" "$store" "$HOLDFAST" restore "$(jq -r '.results[0].uuid' "$WORK/second.json")" --disks-to "$WORK/h/out" --format raw
    same "$(find "$WORK/h/out" -type f -size +1M | head -1)" "$label.restore"
    rm -rf "$WORK/h/out"
    step "$label.verify" "$store" "$HOLDFAST" vault verify
    "$HOLDFAST" points delete "$(jq -r '.results[0].uuid' "$WORK/first.json")" --point "$(jq -r '.results[0].point' "$WORK/first.json")" --yes > /dev/null 2>> "$LOG"
    step "$label.gc" "$store" "$HOLDFAST" vault gc
    rm -rf "$WORK/h"
}

run_restic() { # STORE REPOSITORY
    local store=$1 label=restic.$1
    mkdir -p "$WORK/r/src"
    export RESTIC_CACHE_DIR=$WORK/r/cache RESTIC_REPOSITORY=$2
    restic -q init --repository-version 2 > /dev/null 2>> "$LOG"
    cp --sparse=always "$IMAGES/v1.raw" "$WORK/r/src/disk.raw"
    step "$label.first" "$store" restic -q backup "$WORK/r/src/disk.raw"
    cp --sparse=always "$IMAGES/v2.raw" "$WORK/r/src/disk.raw"
    step "$label.second" "$store" restic -q backup "$WORK/r/src/disk.raw"
    step "$label.restore" "$store" restic -q restore latest --target "$WORK/r/out"
    same "$(find "$WORK/r/out" -name disk.raw)" "$label.restore"
    rm -rf "$WORK/r/out"
    step "$label.verify" "$store" restic -q check --read-data
    step "$label.gc" "$store" restic -q forget --keep-last 1 --prune
    rm -rf "$WORK/r"
}

stores=${STORES:-folder s3 azblob}
case " $stores " in *" s3 "*)
    s3=$(RADOSGW_LOG=$WORK/rgw.log RADOSGW_BYTES=${RADOSGW_BYTES:-12884901888} start s3 radosgw.sh)
    curl -sf -o /dev/null --aws-sigv4 aws:amz:us-east-1:s3 --user AKTEST:SKTEST -H "x-amz-content-sha256: $EMPTY" -X PUT "$s3/bench"
    ;;
esac
case " $stores " in *" azblob "*)
    azblob=$(AZURITE_LOG=$WORK/azurite.log start azblob azurite.sh)
    python3 "$ROOT/test/stores/azure-container.py" "$azblob/devstoreaccount1/bench" > /dev/null
    ;;
esac
for ((run = 1; run <= RUNS; run++)); do
    for store in $stores; do
        say "run $run of $RUNS: $store"
        cat "$IMAGES/v1.raw" "$IMAGES/v2.raw" > /dev/null
        case $store in
        folder)
            run_holdfast folder "$WORK/vault"
            run_restic folder "$WORK/repository"
            rm -rf "$WORK/vault" "$WORK/repository"
            ;;
        s3)
            run_holdfast s3 "s3+http://${s3#http://}/bench/holdfast-$run"
            run_restic s3 "s3:$s3/bench/restic-$run"
            ;;
        azblob) run_holdfast azblob "azblob+http://${azblob#http://}/devstoreaccount1/bench/holdfast-$run" ;;
        esac
    done
done
python3 - "$TABLE" "$FIGURES" > "$RESULTS/stores.md" << 'PY'
import statistics, sys
walls, cpus, figures = {}, {}, {}
for line in open(sys.argv[1]):
    label, wall, cpu, _, _, code = line.rstrip("\n").split("\t")
    walls.setdefault(label, []).append(float(wall) if code == "0" else float("nan"))
    cpus.setdefault(label, []).append(float(cpu))
for line in open(sys.argv[2]):
    label, value = line.rstrip("\n").split("\t")
    figures.setdefault(label, []).append(value)
steps = ["first", "second", "restore", "verify", "gc"]
print("| wall s / CPU s / requests | " + " | ".join(steps) + " | cmp |\n|---" * 1 + "|---" * (len(steps) + 1) + "|")
for row in dict.fromkeys(label.rsplit(".", 1)[0] for label in walls):
    cells = []
    for step in steps:
        label = f"{row}.{step}"
        if label not in walls:
            cells.append("–")
            continue
        counts = [int(v) for v in figures[label] if v.isdigit()]
        count = "–" if row.endswith(".folder") else f"{statistics.median(counts):.0f}"
        cells.append(f"{statistics.median(walls[label]):.1f} / {statistics.median(cpus[label]):.1f} / {count}")
    print(f"| {row} | " + " | ".join(cells) + f" | {', '.join(v for v in figures.get(row + '.restore', []) if not v.isdigit())} |")
PY
cat "$RESULTS/stores.md"
