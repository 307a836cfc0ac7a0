#!/usr/bin/env bash
# Runs a shell command in a guest through its agent, prints what it printed, and ends with its exit code.
#
#   test/guest/run.sh NAME 'COMMAND'
set -euo pipefail
name=${1:?name} command=${2:?command}
ask() { virsh -q qemu-agent-command "$name" "$1" --timeout 60; }
request=$(jq -cn --arg command "$command" \
  '{execute: "guest-exec", arguments: {path: "/bin/sh", arg: ["-c", $command], "capture-output": true}}')
pid=$(ask "$request" | jq .return.pid)
while :; do
  status=$(ask "{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":$pid}}")
  [ "$(jq .return.exited <<<"$status")" = true ] && break
  sleep 0.1
done
jq -r '.return["out-data"] // empty' <<<"$status" | base64 -d
jq -r '.return["err-data"] // empty' <<<"$status" | base64 -d >&2
exit "$(jq '.return.exitcode // 1' <<<"$status")"
