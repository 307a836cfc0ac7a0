#!/usr/bin/env bash
# Makes a folder with Debian 13 and its azure-cli 2.74 in it, for the test that drives a node with a client newer than Debian 12's.
#
#   scripts/az-2.74.sh [FOLDER]      default: /var/cache/holdfast-test/az-2.74; takes 2 GB, and some minutes the first time
#
# Prints the folder: HOLDFAST_TEST_AZ_NEW=$(scripts/az-2.74.sh) scripts/test.sh. Packages come from Debian's mirror, checked by the
# machine's own Debian keys. Delete the folder to be rid of it: nothing is mounted in it.
set -euo pipefail

folder=$(realpath -m "${1:-/var/cache/holdfast-test/az-2.74}")
# The mirror that this machine itself uses.
mirror=${HOLDFAST_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)}

if [ ! -e "$folder/made" ]; then
  [ "$(id -u)" = 0 ] || { echo "az-2.74: needs root, to make a system in a folder: sudo ..." >&2; exit 1; }
  if ! command -v debootstrap >/dev/null; then
    echo "az-2.74: installing debootstrap" >&2
    apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >&2
  fi

  # What an interrupted run left is no system to build upon.
  rm -rf "$folder"
  mkdir -p "$folder"
  echo "az-2.74: making Debian 13 in $folder" >&2
  debootstrap --variant=minbase --include=ca-certificates trixie "$folder" "$mirror" >"$folder.log" 2>&1 || { tail -n 20 "$folder.log" >&2; exit 1; }
  DEBIAN_FRONTEND=noninteractive chroot "$folder" apt-get install -y -qq --no-install-recommends azure-cli >>"$folder.log" 2>&1 \
    || { tail -n 20 "$folder.log" >&2; exit 1; }
  rm -rf "$folder"/var/cache/apt/archives/*.deb
  touch "$folder/made"
fi

echo "$folder"
