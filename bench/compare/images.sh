#!/bin/bash
# Makes the two images that everything is measured on, once: v1.raw (a Debian system with logs, a table and media, on ext4)
# and v2.raw, its second day. SIZE=8G (default, about 2.3 GB of data, some minutes) or smaller for a short run (1G: 0.5 GB).
. "$(dirname "$0")/lib.sh"
[ ! -f "$IMAGES/complete" ] || exit 0
need mmdebstrap mke2fs python3 qemu-img
rm -rf "$IMAGES"
mkdir -p "$IMAGES"
cd "$IMAGES"
case $SIZE in
*G) gib=${SIZE%G} ;;
*) say "SIZE is a number of GiB, such as 8G"; exit 2 ;;
esac
packages=openssh-server,vim,git,python3,man-db,locales,curl
media=24
if [ "$gib" -ge 4 ]; then
    packages+=,linux-image-amd64,gcc,g++,make,perl,nginx,postgresql,default-jre-headless,build-essential,python3-numpy,nodejs,less
    media=192
fi
say "building the system's files ($packages)"
# The mirror that this machine itself uses; where it names none in a file, mmdebstrap's own choice.
sources=()
for file in /etc/apt/sources.list.d/*.sources /etc/apt/sources.list; do
    [ ! -s "$file" ] || sources+=("$file")
done
mmdebstrap --quiet --mode=root --variant=standard --include="$packages" bookworm tree "${sources[@]}" >&2
rm -rf tree/var/cache/apt/archives/*.deb tree/dev/* tree/proc/* tree/sys/*
python3 "$BENCH/compare/content.py" tree/srv "$media"
truncate -s "$SIZE" v1.raw
mke2fs -q -F -t ext4 -E lazy_itable_init=0,lazy_journal_init=0 -d tree v1.raw
rm -rf tree
cp --sparse=always v1.raw v2.raw
python3 "$BENCH/compare/mutate.py" v2.raw >&2
touch complete
