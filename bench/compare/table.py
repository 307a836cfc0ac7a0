#!/usr/bin/python3
"""Prints a markdown table of medians from a results folder: table.py FOLDER"""
import collections, os, re, statistics, sys

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


def median(values):
    return statistics.median(values) if values else None


def shown(value, digits=1):
    return "–" if value is None else f"{value:.{digits}f}"


def mib(label):
    value = median(sizes[label])
    return None if value is None else value / 1048576


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


def gate(text, ratio, aim, at_most=False, by_cpu=None):
    if ratio is None:
        print(f"- {text}: not measured")
        return
    met = ratio <= aim if at_most else ratio >= aim
    also = "" if by_cpu is None else f", by CPU seconds {by_cpu:.2f}"
    print(f"- {text}: {ratio:.2f}{also} (gate {'at most' if at_most else 'at least'} {aim}): {'met' if met else 'NOT met'}")


def quotient(numerator, denominator):
    return None if numerator is None or not denominator else numerator / denominator


def growth(name):
    first, second = mib(f"{name}.first"), mib(f"{name}.second")
    return None if first is None or second is None else second - first


def rate_gate(text, ours, theirs, aim):
    """How many times theirs we are as fast. The verdict is by wall time; CPU seconds say what a busy machine hides."""
    gate(text, quotient(median(wall[theirs]), median(wall[ours])), aim, by_cpu=quotient(median(cpu[theirs]), median(cpu[ours])))


def time_gate(text, ours, theirs, aim):
    gate(text, quotient(median(wall[ours]), median(wall[theirs])), aim, at_most=True, by_cpu=quotient(median(cpu[ours]), median(cpu[theirs])))


for name in ("bare", "vault"):
    wall[name], cpu[name] = [w for w, _ in rates[name]], [c for _, c in rates[name]]
print()
rate_gate("first backup, rate against restic", "holdfast.first", "restic.first", 5)
rate_gate("first backup, rate against borg 4 MiB", "holdfast.first", "borg-4M.first", 2)
rate_gate("first backup, rate against the bare pipeline", "holdfast.first", "bare", 0.75)
time_gate("second backup with a bitmap, time against restic", "holdfast.second", "restic.second", 0.1)
time_gate("second backup without a bitmap, time against restic", "holdfast-untracked.second", "restic.second", 0.1)
gate("second backup, growth against restic", quotient(growth("holdfast"), growth("restic")), 0.4, at_most=True)
gate("second backup, growth against borg 64 KiB", quotient(growth("holdfast"), growth("borg-64K")), 1, at_most=True)
rate_gate("restore, rate against restic", "holdfast.restore", "restic.restore", 2)
