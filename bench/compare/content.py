#!/usr/bin/python3
"""Fills FOLDER with what a server's disk holds besides its system: logs, a table, media. content.py FOLDER MIB_OF_MEDIA"""
import os, random, struct, sys

folder, media = sys.argv[1], int(sys.argv[2])
source = random.Random(42)
words = ["GET", "POST", "/api/v1/orders", "/index.html", "200", "404", "500", "INFO", "WARN", "session", "user", "timeout", "db", "pool"]
os.makedirs(folder, exist_ok=True)
for number in range(4):
    with open(f"{folder}/app{number}.log", "w") as log:
        clock = 1_700_000_000
        while log.tell() < (media // 6) << 20:
            clock += 200
            log.write("".join(
                f"{clock + i} 10.0.{source.randrange(256)}.{source.randrange(256)} {' '.join(source.choices(words, k=6))} {source.randrange(10**6)}ms id={source.getrandbits(64):016x}\n"
                for i in range(200)))
with open(f"{folder}/table.dat", "wb") as table:
    for page in range(media * 85):
        rows = b"".join(
            struct.pack("<IIQ", page * 60 + i, source.randrange(1000), source.getrandbits(40))
            + ("cust%06d;%s;" % (source.randrange(10**6), source.choice(words))).encode().ljust(40) for i in range(90))
        table.write((struct.pack("<QQ", page, source.getrandbits(64)) + rows).ljust(8192, b"\0")[:8192])
with open(f"{folder}/blob.bin", "wb") as blob:
    for _ in range(media):
        blob.write(source.randbytes(1 << 20))
