#!/usr/bin/env bash
# Makes a disk for the test guest: the distribution's apt and dpkg, and repositories with newer builds of its VM agent: 9:99 in
# /srv/apt, which it knows, and 9:100 in /srv/apt-later.
#
#   test/guest/apt.sh AGENT.deb IMAGE      IMAGE is made anew, as ext4; what is in it belongs below the guest's root
set -euo pipefail

deb=$1 image=$2
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
root="$work/root"
mkdir -p "$root"/{etc/apt/apt.conf.d,etc/apt/preferences.d,srv/apt,var/lib/apt/lists/partial,var/cache/apt/archives/partial,var/log/apt,var/lib/dpkg/{updates,triggers,parts}}

# A program, with its libraries.
place() {
  install -D -m755 "$1" "$root$1"
  ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
    [ -e "$root$library" ] || install -D -m755 "$library" "$root$library"
  done || true
}
for program in /usr/bin/apt-get /usr/bin/apt-cache /usr/bin/dpkg /usr/bin/dpkg-deb /usr/bin/dpkg-split /usr/bin/dpkg-query /bin/tar /sbin/ldconfig \
  /usr/lib/apt/methods/file /usr/lib/apt/methods/copy /usr/lib/apt/methods/store; do place "$program"; done
mkdir -p "$root/usr/share/dpkg"; cp /usr/share/dpkg/*table "$root/usr/share/dpkg/"
printf 'APT::Sandbox::User "root";\nAcquire::Languages "none";\n' >"$root/etc/apt/apt.conf.d/00guest"
echo 'deb [trusted=yes] file:/srv/apt ./' >"$root/etc/apt/sources.list"
# As the distribution's own: stops and starts what it is asked for.
printf '#!/bin/sh\nagent-control stop; agent-control start\n' >"$root/usr/sbin.service"
install -D -m755 "$root/usr/sbin.service" "$root/usr/sbin/service"; rm "$root/usr/sbin.service"

# The same program as a newer package, in a repository of its own: its other packages and its services aren't in the guest.
offer() {
  local version=$1 folder="$root/$2" sum
  mkdir -p "$folder"
  sed -i "s/^Version: .*/Version: $version/" "$work/package/DEBIAN/control"
  dpkg-deb --root-owner-group -Zgzip -b "$work/package" "$folder/agent.deb" >/dev/null
  cd "$folder"
  sum=$(sha256sum agent.deb | cut -d' ' -f1)
  { dpkg-deb -f agent.deb | sed '/^$/d'; echo "Filename: ./agent.deb"; echo "Size: $(stat -c %s agent.deb)"; echo "SHA256: $sum"; echo; } >Packages
  printf 'Date: %s\nSHA256:\n %s %s Packages\n' "$(date -Ru)" "$(sha256sum Packages | cut -d' ' -f1)" "$(stat -c %s Packages)" >Release
}
dpkg-deb -R "$deb" "$work/package"
sed -i '/^\(Pre-Depends\|Depends\|Recommends\|Suggests\|Breaks\|Replaces\):/d' "$work/package/DEBIAN/control"
find "$work/package/DEBIAN" -type f ! -name control -delete
rm -rf "$work/package/usr/share/doc" "$work/package/usr/share/man"
offer 9:99 srv/apt
offer 9:100 srv/apt-later

rm -f "$image"
mkfs.ext4 -q -F -d "$root" "$image" 96M
