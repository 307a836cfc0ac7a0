#!/usr/bin/python3
"""Runs a command and appends one line to a table: label, wall seconds, CPU seconds of it and its children, peak anonymous
MiB of the process itself, peak resident MiB of the largest process, exit code.

    measure.py TABLE LABEL SYNC_FOLDER -- command...

The time counts from before the process starts until the file system of SYNC_FOLDER is synced ('-' for none)."""
import os, resource, subprocess, sys, threading, time

table, label, folder = sys.argv[1:4]
command = sys.argv[5:]
peak = 0


def sample(pid, ended):
    global peak
    while not ended.wait(0.02):
        try:
            with open(f"/proc/{pid}/status") as status:
                for line in status:
                    if line.startswith("RssAnon:"):
                        peak = max(peak, int(line.split()[1]))
        except OSError:
            return


begin = time.monotonic()
process = subprocess.Popen(command)
ended = threading.Event()
sampler = threading.Thread(target=sample, args=(process.pid, ended))
sampler.start()
code = process.wait()
if folder != "-":
    subprocess.run(["sync", "-f", folder], check=True)
wall = time.monotonic() - begin
ended.set()
sampler.join()
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(table, "a") as out:
    out.write(f"{label}\t{wall:.3f}\t{usage.ru_utime + usage.ru_stime:.3f}\t{peak / 1024:.1f}\t{usage.ru_maxrss / 1024:.1f}\t{code}\n")
sys.exit(code)
