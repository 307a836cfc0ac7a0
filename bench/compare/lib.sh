# Sourced by the scripts of this folder: where things are, and small tools.
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ROOT=$(cd "$BENCH/.." && pwd)
SIZE=${SIZE:-8G}
RUNS=${RUNS:-3}
CACHE=${HOLDFAST_BENCH_DIR:-$ROOT/.cache/bench}
mkdir -p "$CACHE"
CACHE=$(cd "$CACHE" && pwd)
IMAGES=$CACHE/images-$SIZE
TOOL="$CACHE/bin/benchmarks/Holdfast.Benchmarks"
HOLDFAST=${HOLDFAST:-$CACHE/bin/holdfast/holdfast}

say() { printf '%s\n' "$*" >&2; }

need() {
    local missing=()
    for program in "$@"; do command -v "$program" >/dev/null || missing+=("$program"); done
    [ ${#missing[@]} = 0 ] || { say "missing programs: ${missing[*]} (apt-get install restic borgbackup qemu-utils mmdebstrap e2fsprogs)"; exit 2; }
}

# The programs under test, as they are shipped: published, not run by 'dotnet run'.
publish() {
    dotnet publish "$BENCH/Holdfast.Benchmarks" -c Release -m:1 -nodeReuse:false -v q -o "$CACHE/bin/benchmarks" >&2
    [ "$HOLDFAST" != "$CACHE/bin/holdfast/holdfast" ] ||
        dotnet publish "$ROOT/src/Holdfast.Cli" -c Release -m:1 -nodeReuse:false -v q -o "$CACHE/bin/holdfast" >&2
}

# Holdfast in a home of its own, so that nothing on this machine is touched.
holdfast_home() {
    export HOLDFAST_VAULT=$1/vault HOLDFAST_STATE=$1/state HOLDFAST_CACHE=$1/cache HOLDFAST_SCRATCH=$1/scratch HOLDFAST_PASSPHRASE=benchmark-only
    mkdir -p "$HOLDFAST_STATE" "$HOLDFAST_CACHE" "$HOLDFAST_SCRATCH"
}

bytes() { du -sb "$1" | cut -f1; }

# serve IMAGE FORMAT SOCKET PIDFILE [qemu-nbd options]: returns when the server is ready.
serve() {
    local image=$1 format=$2 socket=$3 pid=$4
    shift 4
    qemu-nbd -t -f "$format" -x disk -k "$socket" --fork --pid-file "$pid" --discard=unmap "$@" "$image"
}

stop_server() {
    local pid
    pid=$(cat "$1")
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}
