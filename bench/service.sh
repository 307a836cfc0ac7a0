#!/bin/bash
# The service's own work, on SQLite and on a PostgreSQL that is made for it: 10,000 items due within an hour with backups that do nothing, and
# lists of 1,000 items with 50,000 jobs beside lists of 10; then how soon a node is up, and its memory when it is idle.
#   SPEED=20  how many times as fast the clock runs   ITEMS=10000  HOSTS=250   LIST_ITEMS=1000   IDLE=60   PARTS="schedule lists node"   DATABASES="SQLite PostgreSQL"   HOLDFAST_LIBVIRT=test:///default
. "$(dirname "$0")/compare/lib.sh"
[ -x "$TOOL" ] && [ -x "$HOLDFAST" ] || publish
parts=${PARTS:-schedule lists node}
pg=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
dir=$(mktemp -d /tmp/holdfast-bench-pg-XXXXXX)
node_pid=
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
clean() {
    [ -z "$node_pid" ] || kill "$node_pid" 2>/dev/null || true
    as "$pg/pg_ctl" -D "$dir/data" -m immediate -s stop
    rm -rf "$dir" "$dir-node"
}
[ "$(id -u)" != 0 ] || chown postgres "$dir"
cd /
as "$pg/initdb" -D "$dir/data" -A trust -E UTF8 --locale=C >/dev/null
as "$pg/pg_ctl" -D "$dir/data" -w -s -l "$dir/log" -o "-c listen_addresses= -c unix_socket_directories=$dir -c max_connections=300" start
trap clean EXIT
postgres="Host=$dir;Username=postgres;Database=postgres"

for database in ${DATABASES:-SQLite PostgreSQL}; do
    address=sqlite
    [ $database = SQLite ] || address=$postgres
    case $parts in *schedule*) "$TOOL" schedule "$address" "${SPEED:-20}" "${ITEMS:-10000}" "${HOSTS:-250}" ;; esac
    case $parts in *lists*) "$TOOL" lists "$address" "${LIST_ITEMS:-1000}" ;; esac
done

# A node gets the environment that its unit sets.
mapfile -t unit < <(sed -n 's/^Environment=//p' "$ROOT/packaging/systemd/holdfast.service")

# start_node DATABASE-OPTIONS: starts a node, sets node_pid, and prints the seconds from its exec to its first answer.
start_node() {
    local begun said
    begun=$(date +%s%N)
    coproc NODE { exec env "${unit[@]}" "$HOLDFAST" serve --data "$dir-node" --listen 127.0.0.1:0 --connect "${HOLDFAST_LIBVIRT:-test:///default}" "$@" 2>"$dir-node.log"; }
    node_pid=$NODE_PID
    read -r said <&"${NODE[0]}" || { cat "$dir-node.log" >&2; exit 1; }
    address=$(sed -n 's/.*serves \(https:[^ ]*\).*/\1/p' <<<"$said")
    curl -sf --cacert "$dir-node/tls/ca.crt" "$address/health/ready" >/dev/null
    seconds=$(awk "BEGIN { printf \"%.2f\", ($(date +%s%N) - $begun) / 1e9 }")
}

stop_node() {
    kill "$node_pid"
    wait "$node_pid" || true
    node_pid=
}

case $parts in *node*)
    for database in ${DATABASES:-SQLite PostgreSQL}; do
        rm -rf "$dir-node"
        options=()
        [ $database = SQLite ] || options=(--database "$postgres")
        start_node "${options[@]}"
        first=$seconds
        stop_node
        again=()
        for _ in 1 2 3 4 5; do
            start_node "${options[@]}"
            again+=("$seconds")
            [ ${#again[@]} = 5 ] || stop_node
        done
        sleep "${IDLE:-60}"
        rss=$(awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$node_pid/status")
        stop_node
        echo "$database: a node is ready $first s after its very first start, then $(printf '%s\n' "${again[@]}" | sort -n | sed -n 3p) s (median of 5: ${again[*]}); idle for ${IDLE:-60} s: $rss MiB resident"
    done ;;
esac
rm -f "$dir-node.log"
