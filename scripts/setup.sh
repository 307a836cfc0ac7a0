#!/usr/bin/env bash
# Makes a Debian 12 machine ready for `make demo` and `make test`: installs what is missing, and starts libvirt where none
# runs. May be run any number of times. A libvirt that runs already is used as it is; no configuration is ever written.
set -euo pipefail

# The one list of Debian packages; docs/dependencies.md says why each is here.
packages=(
  libvirt-daemon libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients
  qemu-system-x86 qemu-utils qemu-block-extra seabios ipxe-qemu ovmf
  libnbd-bin nbdkit strace swtpm swtpm-tools busybox-static cpio kmod e2fsprogs xfsprogs dmsetup jq dmidecode iproute2 dnsmasq-base nftables
  make postgresql python3 python3-cryptography python3-zstandard tzdata
  azure-cli ca-certificates curl openssl
  radosgw ceph-mon ceph-osd ceph-common
)

# Another Node.js than Debian's is as good.
command -v npm >/dev/null || packages+=(nodejs npm)

if [ "$(id -u)" != 0 ]; then
  echo "setup: needs root, to install packages and to define VMs: sudo make ..." >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
elif ! apt-cache show linux-image-cloud-amd64 >/dev/null 2>&1; then
  apt-get update -qq
fi

# Azurite, the Blob server that tests run against; anew when its list of packages has changed.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
stores=$root/.cache/stores
if ! cmp -s "$root/test/stores/package-lock.json" "$stores/package-lock.json" || [ ! -e "$stores/node_modules/.bin/azurite-blob" ]; then
  echo "setup: installing Azurite"
  mkdir -p "$stores"
  rm -f "$stores/package-lock.json"
  cp "$root/test/stores/package.json" "$stores/"
  cp "$root/test/stores/package-lock.json" "$stores/package-lock.json.new"
  (cd "$stores" && mv package-lock.json.new package-lock.json && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null) || {
    rm -f "$stores/package-lock.json"
    echo "setup: npm couldn't install Azurite" >&2
    exit 1
  }
fi

command -v dotnet >/dev/null || { echo "setup: no .NET SDK found: install the one that global.json names, see README.md" >&2; exit 1; }

answers() { timeout 60 virsh -q -c qemu:///system uri >/dev/null 2>&1; }
if ! answers; then
  if [ -d /run/systemd/system ]; then
    systemctl start libvirtd
  else
    # Without systemd nothing has set the mode of /dev/kvm as udev does, and libvirt then probes QEMU again for every domain.
    if [ -c /dev/kvm ] && [ "$(stat -c %a:%G /dev/kvm)" = 600:root ] && getent group kvm >/dev/null; then
      chgrp kvm /dev/kvm && chmod 0660 /dev/kvm
    fi
    virtlogd -d
    libvirtd -d
  fi
  echo "setup: started libvirt"
  for _ in $(seq 60); do answers && break; sleep 0.5; done
fi
answers || { echo "setup: libvirt does not answer on qemu:///system" >&2; exit 1; }
