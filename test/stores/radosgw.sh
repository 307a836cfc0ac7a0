#!/usr/bin/env bash
# radosgw.sh: a real S3 server on a free port of 127.0.0.1, for tests and benchmarks: Ceph's radosgw over one monitor and one OSD in memory. Prints
# "READY URL" when it answers (keys AKTEST / SKTEST), and runs until its standard input ends. RADOSGW_LOG=FILE keeps the gateway's log of requests.
set -u
for program in radosgw ceph-mon ceph-osd ceph; do
  command -v $program >/dev/null || { echo "radosgw.sh: $program is missing: run scripts/setup.sh" >&2; exit 1; }
done
dir=
pids=()
stop() {
  # Without mercy: nothing of it is kept, and a gateway whose OSD has gone first doesn't end by itself.
  [ ${#pids[@]} -gt 0 ] && kill -KILL "${pids[@]}" 2>/dev/null
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null; done
  pids=()
  [ -n "$dir" ] && rm -rf "$dir"
}
trap stop EXIT
trap 'exit 143' TERM INT HUP

until_true() { for _ in $(seq "$1"); do "${@:2}" && return 0; alive || return 1; sleep 0.2; done; return 1; }
alive() { local pid; for pid in "${pids[@]}"; do kill -0 "$pid" 2>/dev/null || return 1; done; }
mon_answers() { timeout 20 ceph --connect-timeout 5 -s >/dev/null 2>&1; }
osd_is_up() { timeout 20 ceph --connect-timeout 5 osd stat 2>/dev/null | grep -q '1 up'; }
rgw_answers() { [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/")" = 200 ]; }

try() {
  dir=$(mktemp -d "${TMPDIR:-/tmp}/hf-radosgw-XXXXXX")
  port=$((20000 + RANDOM % 30000)); mon=$((port + 1))
  cat >"$dir/ceph.conf" <<C
[global]
fsid=$(cat /proc/sys/kernel/random/uuid)
mon host=v1:127.0.0.1:$mon
auth cluster required=none
auth service required=none
auth client required=none
osd pool default size=1
osd pool default min size=1
osd crush chooseleaf type=0
mon allow pool size one=true
mon data avail warn=1
mon data avail crit=1
run dir=$dir/run
admin socket=$dir/run/\$name.asok
log file=$dir/\$name.log
public addr=127.0.0.1
cluster addr=127.0.0.1
ms bind msgr2=false
[mon.a]
mon data=$dir/mon
[osd]
osd data=$dir/osd\$id
osd objectstore=memstore
memstore device bytes=${RADOSGW_BYTES:-6442450944}
osd pool default pg num=8
[client.rgw]
rgw frontends=beast endpoint=127.0.0.1:$port
rgw data=$dir/rgw
log file=${RADOSGW_LOG:-$dir/rgw.log}
C
  mkdir -p "$dir/run" "$dir/mon" "$dir/osd0" "$dir/rgw"
  export CEPH_CONF=$dir/ceph.conf
  {
    ceph-authtool --create-keyring "$dir/keyring" --gen-key -n mon. --cap mon 'allow *'
    monmaptool --create --addv a "v1:127.0.0.1:$mon" --fsid "$(sed -n 's/^fsid=//p' "$dir/ceph.conf")" "$dir/monmap"
    ceph-mon --mkfs -i a --monmap "$dir/monmap" --keyring "$dir/keyring"
  } >"$dir/out" 2>&1 </dev/null
  ceph-mon -f -i a </dev/null >>"$dir/out" 2>&1 & pids+=($!)
  until_true 300 mon_answers || return 1
  osd=$(cat /proc/sys/kernel/random/uuid)
  timeout 60 ceph osd new "$osd" 0 >>"$dir/out" 2>&1 </dev/null || return 1
  ceph-osd -i 0 --mkfs --osd-uuid "$osd" >>"$dir/out" 2>&1 </dev/null || return 1
  ceph-osd -f -i 0 </dev/null >>"$dir/out" 2>&1 & pids+=($!)
  until_true 300 osd_is_up || return 1
  radosgw -f -n client.rgw </dev/null >>"$dir/out" 2>&1 & pids+=($!)
  until_true 900 rgw_answers || return 1
  timeout 120 radosgw-admin -n client.rgw user create --uid=t --display-name=t --access-key=AKTEST --secret-key=SKTEST >>"$dir/out" 2>&1 </dev/null
}

for attempt in 1 2 3; do
  if try; then
    echo "READY http://127.0.0.1:$port"
    cat >/dev/null
    exit 0
  fi
  [ $attempt = 3 ] && { echo "radosgw.sh: it doesn't start:" >&2; tail -n 40 "$dir/out" >&2; }
  stop
done
exit 1
