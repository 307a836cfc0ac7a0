"""Prints the end-to-end cases with their outcomes, what failed elsewhere, and the closing line of counts.

    summary.py BROKEN REPORT.trx...     BROKEN: test projects that left no report; each counts as a failure
"""
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

NAMESPACE = {"t": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}
MESSAGE_CHARACTERS_MAX = 2000
LAST_CHARACTERS_MAX = 600


def outcome(result):
    kind = result.get("outcome")
    return {"Passed": "passed", "Failed": "failed"}.get(kind, "skipped")


def main(broken, reports):
    counts = {"passed": 0, "failed": int(broken), "skipped": 0}
    failed = []
    for report in map(pathlib.Path, reports):
        cases = ElementTree.parse(report).getroot().findall(".//t:UnitTestResult", NAMESPACE)
        end_to_end = report.stem == "Holdfast.EndToEnd.Tests"
        if end_to_end:
            print("\n== end-to-end cases")
        for case in sorted(cases, key=lambda c: c.get("testName")):
            how = outcome(case)
            counts[how] += 1
            if end_to_end or how != "passed":
                print(f"{how:8} {case.get('duration', '')[:12]}  {case.get('testName')}")
            message = case.find(".//t:Message", NAMESPACE)
            if how == "failed" and message is not None and message.text:
                print("         " + message.text[:MESSAGE_CHARACTERS_MAX].replace("\n", "\n         "))
            if how == "failed":
                lines = (message.text if message is not None and message.text else "").splitlines()
                failed.append((case.get("testName"), " ".join(line.strip() for line in lines)[:LAST_CHARACTERS_MAX]))
    # Once more, short, where somebody looks who sees the end of the output alone.
    for name, why in failed:
        print(f"failed: {name}: {why}")
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
    return 1 if counts["failed"] or counts["skipped"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
