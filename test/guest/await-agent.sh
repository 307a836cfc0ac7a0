#!/usr/bin/env bash
# Waits until the agent of a VM answers: test/guest/await-agent.sh NAME [SECONDS]
set -u
deadline=$((SECONDS + ${2:-120}))
until virsh -q qemu-agent-command "$1" '{"execute":"guest-ping"}' --timeout 5 >/dev/null 2>&1; do
  [ "$SECONDS" -lt "$deadline" ] || { echo "the agent of $1 did not answer in time" >&2; exit 1; }
  sleep 0.2
done
