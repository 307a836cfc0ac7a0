#!/usr/bin/python3
"""Prints a markdown table of medians from a results folder: table.py FOLDER"""
import collections, os, platform, re, statistics, subprocess, sys

folder = sys.argv[1]
wall, cpu, anon, failed = (collections.defaultdict(list) for _ in range(4))
for line in open(f"{folder}/results.tsv"):
    label, w, c, a, _, code = line.rstrip("\n").split("\t")
    if code == "0":
        wall[label].append(float(w)), cpu[label].append(float(c)), anon[label].append(float(a))
    else:
        failed[label].append(code)
sizes, same = collections.defaultdict(list), collections.defaultdict(list)
for line in open(f"{folder}/sizes.tsv"):
    label, value = line.rstrip("\n").split("\t")
    (same if value in ("same", "DIFFERENT") else sizes)[label].append(value if value in ("same", "DIFFERENT") else int(value))


def version(*command):
    try:
        text = subprocess.run(command, capture_output=True, text=True, check=False)
        return (text.stdout or text.stderr).strip().splitlines()[0]
    except (OSError, IndexError):
        return f"{command[0]}: not found"


def cpu_model():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def memory_gib():
    return round(int(re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo").read()).group(1)) / 1048576)


def median(values):
    return statistics.median(values) if values else None


def shown(value, digits=1):
    return "–" if value is None else f"{value:.{digits}f}"


def mib(label):
    value = median(sizes[label])
    return None if value is None else value / 1048576


print(f"Machine: {cpu_model()}, {os.cpu_count()} cores, {memory_gib()} GiB, Linux {platform.release()}.  ")
print("Versions: " + "; ".join([
    version("restic", "version"), version("borg", "--version"), version("qemu-img", "--version"), "dotnet " + version("dotnet", "--version")]) + ".")
print()
print("| | first: wall s | CPU s | stored MiB | second: wall s | CPU s | grown MiB | restore: wall s | CPU s | cmp | anonymous MiB | runs |")
print("|---|---|---|---|---|---|---|---|---|---|---|---|")
names = list(dict.fromkeys(label.rsplit(".", 1)[0] for label in list(wall) + list(failed)))
for name in names:
    first, second = mib(f"{name}.first"), mib(f"{name}.second")
    grown = second - first if first is not None and second is not None else None
    peak = max([value for step in ("first", "second", "restore") for value in anon[f"{name}.{step}"]], default=None)
    verdicts = set(same[f"{name}.restore"])
    verdict = "–" if not verdicts else "same" if verdicts == {"same"} else "DIFFERENT"
    failures = sum(len(failed[f"{name}.{step}"]) for step in ("first", "second", "restore"))
    cells = []
    for step, size in (("first", first), ("second", grown), ("restore", None)):
        label = f"{name}.{step}"
        cells += [shown(median(wall[label])), shown(median(cpu[label]))] + ([shown(size, 0)] if step != "restore" else [])
    runs = str(len(wall[f"{name}.first"])) + (f" ({failures} steps failed)" if failures else "")
    print(f"| {name} | " + " | ".join(cells) + f" | {verdict} | {shown(peak, 0)} | {runs} |")

rates = collections.defaultdict(list)
if os.path.exists(f"{folder}/pipeline.txt"):
    for line in open(f"{folder}/pipeline.txt"):
        match = re.match(r"(\w+)\twall_s=([\d.]+)\tcpu_s=([\d.]+)", line)
        if match:
            rates[match[1]].append((float(match[2]), float(match[3])))
print()
for name, values in rates.items():
    print(f"- {name} pipeline over the same bytes: {median([v[0] for v in values]):.2f} s wall, {median([v[1] for v in values]):.2f} s CPU")


def gate(text, numerator, denominator, aim, at_most=False):
    if numerator is None or not denominator:
        print(f"- {text}: not measured")
        return
    ratio = numerator / denominator
    met = ratio <= aim if at_most else ratio >= aim
    print(f"- {text}: {ratio:.2f} (gate {'at most' if at_most else 'at least'} {aim}): {'met' if met else 'NOT met'}")


def time_of(label):
    return median(wall[label])


def growth(name):
    first, second = mib(f"{name}.first"), mib(f"{name}.second")
    return None if first is None or second is None else second - first


print()
gate("first backup, rate against restic", time_of("restic.first"), time_of("holdfast.first"), 5)
gate("first backup, rate against borg 4 MiB", time_of("borg-4M.first"), time_of("holdfast.first"), 2)
gate("first backup, rate against the bare pipeline", median([v[0] for v in rates["bare"]]), time_of("holdfast.first"), 0.75)
gate("second backup with a bitmap, time against restic", time_of("holdfast.second"), time_of("restic.second"), 0.1, at_most=True)
gate("second backup without a bitmap, time against restic", time_of("holdfast-untracked.second"), time_of("restic.second"), 0.1, at_most=True)
gate("second backup, growth against restic", growth("holdfast"), growth("restic"), 0.4, at_most=True)
gate("second backup, growth against borg 64 KiB", growth("holdfast"), growth("borg-64K"), 1, at_most=True)
gate("restore, rate against restic", time_of("restic.restore"), time_of("holdfast.restore"), 2)
