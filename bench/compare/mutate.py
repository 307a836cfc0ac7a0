#!/usr/bin/python3
"""Turns a copy of the first day's image into the second day's: about 2.3 % of its data changed, always in the same way.
A number after the image makes another day of it.

1.2 % of the 64 KiB blocks that hold data get a small write (half of them random pages, half rows changed in place); 16 MiB of
text and 8 MiB of random bytes are new. (A smaller image gets proportionally less.)"""
import os, random, sys

BLOCK = 65536
random_source = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 7)
descriptor = os.open(sys.argv[1], os.O_RDWR)
size = os.fstat(descriptor).st_size
blocks, offset = [], 0
while offset < size:
    try:
        start = os.lseek(descriptor, offset, os.SEEK_DATA)
    except OSError:
        break
    end = os.lseek(descriptor, start, os.SEEK_HOLE)
    blocks.extend(range(start // BLOCK, (end + BLOCK - 1) // BLOCK))
    offset = end
touched = random_source.sample([block for block in blocks if block * BLOCK >= 32 << 20], int(len(blocks) * 0.012))
for block in touched:
    length = random_source.choice([4096, 4096, 8192, 16384, 32768])
    at = block * BLOCK + random_source.randrange(0, (BLOCK - length) // 4096 + 1) * 4096
    page = bytearray(os.pread(descriptor, length, at))
    if random_source.random() < 0.5:
        page[:] = random_source.randbytes(length)
    else:
        for _ in range(length // 64):
            page[random_source.randrange(len(page))] = random_source.randrange(256)
    os.pwrite(descriptor, page, at)
fresh = max(1, round(len(blocks) * BLOCK / (2300 << 20) * 8))
start = size // 2 + (17 << 20)
for i in range(2 * fresh):
    text = "".join(f"{i} {j} new log line {random_source.randrange(10**9)} /var/lib/app/{random_source.randrange(1000)}\n" for j in range(25000))
    os.pwrite(descriptor, text.encode()[: 1 << 20].ljust(1 << 20, b"\n"), start + (i << 20))
for i in range(fresh):
    os.pwrite(descriptor, random_source.randbytes(1 << 20), start + ((2 * fresh + i) << 20))
os.close(descriptor)
print(f"{len(blocks)} blocks of data, {len(touched)} written in part, {3 * fresh} MiB new")
