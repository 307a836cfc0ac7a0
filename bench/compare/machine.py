#!/usr/bin/python3
"""Prints what was measured on and with: the machine, and every program's version."""
import glob, os, platform, re, subprocess


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


def system():
    with open("/etc/os-release") as release:
        return next((line.split("=", 1)[1].strip().strip('"') for line in release if line.startswith("PRETTY_NAME=")), "?")


def zstd():
    for path in glob.glob("/usr/lib/*/libzstd.so.1"):
        return "libzstd " + os.path.basename(os.path.realpath(path)).removeprefix("libzstd.so.")
    return "libzstd: not found"


if __name__ == "__main__":
    load = os.getloadavg()[0]
    postgres = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))
    print(f"Machine: {cpu_model()}, {os.cpu_count()} cores, {memory_gib()} GiB, Linux {platform.release()}, {system()}; load at the beginning {load:.1f}"
          + (" (**not quiet**: compare CPU seconds and sizes only)" if load > 1.5 else "") + ".  ")
    print("Versions: " + "; ".join([
        version("restic", "version"), version("borg", "--version"), version("qemu-img", "--version"), zstd(),
        "dotnet " + version("dotnet", "--version"), version("libvirtd", "--version")] + [version(postgres[-1], "--version")] * bool(postgres)) + ".")
