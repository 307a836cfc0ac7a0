#!/usr/bin/env bash
# azurite.sh: a real Blob server on a free port of 127.0.0.1, for tests and benchmarks. Prints "READY URL" when it answers, and runs until its standard
# input ends. Account and key are the ones that Azurite documents. What it keeps is in a folder of its own, or in memory with AZURITE_MEMORY=1.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=${AZURITE:-$here/../../.cache/stores/node_modules/.bin/azurite-blob}
[ -x "$program" ] || { echo "azurite.sh: $program is missing: run scripts/setup.sh" >&2; exit 1; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/hf-azurite-XXXXXX")
pid=
stop() { [ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; rm -rf "$dir"; }
trap stop EXIT
trap 'exit 143' TERM INT HUP

for _ in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 30000))
  # AZURITE_LOG=FILE keeps a line for each request.
  if [ -n "${AZURITE_LOG:-}" ]; then quiet=; out=$AZURITE_LOG; else quiet=--silent; out=$dir/log; fi
  # Its own process, not npm's: what is started is what is stopped.
  node "$(readlink -f "$program")" $quiet --skipApiVersionCheck --disableProductStyleUrl --blobHost 127.0.0.1 --blobPort $port \
    ${AZURITE_MEMORY:+--inMemoryPersistence --extentMemoryLimit 6000} ${AZURITE_DEBUG:+--debug "$AZURITE_DEBUG"} --location "$dir" </dev/null >"$out" 2>&1 &
  pid=$!
  for _ in $(seq 600); do
    # 400: it answers, though not to this. Of a port that was somebody else's the process has ended.
    kill -0 $pid 2>/dev/null || break
    [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/devstoreaccount1?comp=list")" != 000 ] && kill -0 $pid 2>/dev/null && {
      echo "READY http://127.0.0.1:$port"
      cat >/dev/null
      exit 0
    }
    sleep 0.1
  done
  kill $pid 2>/dev/null; wait $pid 2>/dev/null; pid=
done
echo "azurite.sh: it doesn't start:" >&2; cat "$out" >&2
exit 1
