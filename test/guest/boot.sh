#!/usr/bin/env bash
# Defines and boots a VM with the test guest, two data disks (ext4 on /data, xfs on /data2), and waits for its agent.
#
#   test/guest/boot.sh NAME FOLDER     FOLDER gets the kernel, the disks and the console's log; qemu must be able to reach it
#
# Away again with: virsh destroy NAME; virsh undefine NAME --checkpoints-metadata; rm -r FOLDER
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=${1:?name} folder=$(realpath -m "${2:?folder}")
guest=$("$here/build.sh")
mkdir -p "$folder"; chmod 711 "$folder"
cp "$guest"/{vmlinuz,initramfs.gz} "$folder/"

truncate -s 256M "$folder/a.raw"; mkfs.ext4 -q -F "$folder/a.raw"
truncate -s 320M "$folder/b.raw"; mkfs.xfs -q "$folder/b.raw"
for disk in a b; do
  qemu-img convert -O qcow2 "$folder/$disk.raw" "$folder/$name-$disk.qcow2"
  rm "$folder/$disk.raw"
done

cat >"$folder/domain.xml" <<XML
<domain type='qemu'>
  <name>$name</name>
  <memory unit='MiB'>256</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <kernel>$folder/vmlinuz</kernel>
    <initrd>$folder/initramfs.gz</initrd>
    <cmdline>console=ttyS0 quiet panic=-1 nokaslr mitigations=off no_timer_check</cmdline>
  </os>
  <features><acpi/></features>
  <on_poweroff>destroy</on_poweroff>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' discard='unmap'/><source file='$folder/$name-a.qcow2'/><target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' discard='unmap'/><source file='$folder/$name-b.qcow2'/><target dev='vdb' bus='virtio'/>
    </disk>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <serial type='pty'><log file='$folder/$name-console.log' append='off'/><target port='0'/></serial>
    <console type='pty'><target type='serial' port='0'/></console>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <memballoon model='virtio'/>
  </devices>
</domain>
XML
virsh -q define "$folder/domain.xml"
virsh -q start "$name"
"$here/await-agent.sh" "$name"
