#!/usr/bin/env bash
# Builds the guest that the end-to-end tests and the demo boot: busybox on an initramfs, Debian's cloud kernel,
# and the distribution's own qemu-guest-agent. It is ready about eight seconds after its start, without KVM.
#
#   test/guest/build.sh [CACHE]     prints the folder that holds vmlinuz and initramfs.gz
#
# Packages are downloaded and unpacked, never installed. The result is kept by kernel version and by this folder's
# own content, so a second call only prints where it is.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=$(realpath -m "${1:-$here/../../.cache/guest}")
mkdir -p "$cache"
exec 9>"$cache/.lock"; flock 9

kernel_package=$(apt-cache depends linux-image-cloud-amd64 | awk '/Depends: linux-image/ {print $2; exit}')
[ -n "$kernel_package" ] || { echo "build.sh: no linux-image-cloud-amd64 in the package lists (apt-get update?)" >&2; exit 1; }
recipe=$(cat "$here/build.sh" "$here"/root/* | sha256sum | cut -c1-12)
out="$cache/${kernel_package#linux-image-}-$recipe"
if [ -e "$out/initramfs.gz" ]; then echo "$out"; exit 0; fi

work=$(mktemp -d "$cache/build.XXXXXX"); trap 'rm -rf "$work"' EXIT
packages="$cache/packages"; mkdir -p "$packages"
fetch() {
  compgen -G "$packages/$1_*.deb" >/dev/null || (cd "$packages" && apt-get download -qq "$1" 2>"$work/apt.err") ||
    { cat "$work/apt.err" >&2; exit 1; }
  dpkg -x "$(ls -t "$packages/$1"_*.deb | head -1)" "$2"
}
fetch "$kernel_package" "$work/kernel"
fetch qemu-guest-agent "$work/agent"

version=$(ls "$work/kernel/lib/modules")
root="$work/root"
mkdir -p "$root"/{bin,sbin,usr/bin,usr/sbin,dev,proc,sys,run,tmp,root,data,data2,mnt,etc/azure,etc/qemu/fsfreeze-hook.d,var/log} \
  "$root/lib/modules/$version"
ln -s ../run "$root/var/run"

# A dynamically linked program, with its libraries.
place() {
  install -D -m755 "$1" "$root$2"
  ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
    [ -e "$root$library" ] || install -D -m755 "$library" "$root$library"
  done || true
}
install -m755 /bin/busybox "$root/bin/busybox"
/bin/busybox --list | while read -r applet; do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done
place "$work/agent/usr/sbin/qemu-ga" /usr/sbin/qemu-ga
for tool in fsfreeze blkdiscard fstrim dmsetup mkfs.ext4 resize2fs mkfs.xfs xfs_growfs xfs_io; do
  path=$(PATH=/sbin:/usr/sbin:/bin:/usr/bin command -v "$tool") && { rm -f "$root/bin/$tool"; place "$(realpath "$path")" "/usr/sbin/$tool"; }
done

# The package manager's own record of the agent, so that the guest can tell where its agent comes from.
place /usr/bin/dpkg-query /usr/bin/dpkg-query
agent_package=$(ls -t "$packages"/qemu-guest-agent_*.deb | head -1)
mkdir -p "$root/var/lib/dpkg/info"
{ dpkg-deb -f "$agent_package" Package Version Architecture Maintainer Description; echo 'Status: install ok installed'; } >"$root/var/lib/dpkg/status"
dpkg-deb --fsys-tarfile "$agent_package" | tar -t | sed 's|^\./|/|; s|/$||; s|^$|/.|' >"$root/var/lib/dpkg/info/qemu-guest-agent.list"
echo 1 >"$root/var/lib/dpkg/info/format"

# Kernel modules with all that they depend on.
modules="virtio_pci virtio_blk virtio_scsi virtio_console virtio-rng virtio_net virtio_balloon sd_mod sr_mod xfs crc32c_generic dm-mod dm-snapshot"
depmod -b "$work/kernel" "$version"
for module in $modules; do
  modprobe -d "$work/kernel" -S "$version" --show-depends "$module" 2>/dev/null | awk '$1 == "insmod" {print $2}'
done | sort -u | while read -r file; do install -D -m644 "$file" "$root${file#"$work/kernel"}"; done
cp "$work/kernel/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} "$root/lib/modules/$version/"
depmod -b "$root" "$version"

echo 'root::0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
printf 'NAME="Holdfast test guest"\nID=holdfast-guest\nVERSION_ID="1"\nPRETTY_NAME="Holdfast test guest 1"\n' >"$root/etc/os-release"
ln -s /proc/self/mounts "$root/etc/mtab"
install -m755 "$here/root/init" "$root/init"
install -m755 "$here/root/shutdown" "$root/sbin/shutdown"
install -m755 "$here/root/udhcpc" "$root/etc/udhcpc.sh"
install -m755 "$here/root/fsfreeze-hook" "$root/etc/qemu/fsfreeze-hook"
install -m755 "$here/root/agent-control" "$root/sbin/agent-control"

mkdir "$work/out"
cp "$work/kernel/boot/vmlinuz-$version" "$work/out/vmlinuz"
(cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | gzip -1n >"$work/out/initramfs.gz"
chmod 755 "$work/out"; chmod 644 "$work/out"/*
rm -rf "$out"; mv "$work/out" "$out"
ln -sfn "$(basename "$out")" "$cache/current"
echo "$out"
