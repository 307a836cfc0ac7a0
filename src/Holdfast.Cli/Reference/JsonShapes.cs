namespace Holdfast.Cli.Reference;

/// <summary>The JSON documents, in words.</summary>
internal static class JsonShapes
{
    public const string Text = """

        ## JSON output

        Names are camelCase, sizes are bytes, instants are ISO 8601 in UTC, enumerations are words. Members are never left out: what has no
        value is `null`. New members may be added; present ones keep their meaning. A command that fails before it has results
        writes `{"fault": {...}}`.

        | command | document |
        |---|---|
        | `backup` | `{"results": [{vm, uuid, outcome, point, created, consistency, degraded, frozenMilliseconds, disks, skipped, readBytes, newBytes, storedBytes, seconds, times: {freezing, reading, hashing, compressing, writing, throttled}, warnings, fault}]}`; `outcome` is `succeeded`, `warning`, `failed` or `cancelled`; `times` are seconds that the run waited for each, `throttled` a part of `reading` |
        | `points list`, `points delete` | `{"points": [point]}` |
        | `points show`, `points protect` | a point: `{id, vm, uuid, kind, host, created, consistency, consistencyReason, online, disks, skipped, note, protected, retainUntil, frozenMilliseconds, logicalBytes, readBytes, newBytes, storedBytes}` |
        | `points prune` | `{dryRun, points: [{id, vm, uuid, created, keep, reasons}], deleted: [id]}` |
        | `restore` | `{point, vm, uuid, disks: [{target, path, sizeBytes}], files: [path], writtenBytes, seconds, times, warnings}`; `files` are those of the configuration |
        | `verify`, `vault verify` | `{healthy, points: [{id, vm, healthy}], chunks, packs, readBytes, damagedPacks: [{id, name, reason}], seconds, faults}` |
        | `vm list` | `{"vms": [vm]}` |
        | `vm show` | a VM: `{name, uuid, exists, state, agent: {state, version}, disks: [{target, device, format, source, sizeBytes, trackable, obstacle}], lastPoint, pointCount}` |
        | `vm guest-programs` | `{vm, vault, allowed}` |
        | `vm rebind` | `{vm, vault, from, to}`: the UUIDs before and after |
        | `vault init` | `{vault, path, recoveryKeyFile}`; never the recovery key itself |
        | `vault info` | `{vault, path, created, points, packs, packBytes, indexBytes, storedBytes, damagedPacks, openSessions}` |
        | `vault key list` | `{"keys": [{id, kind, label, created}]}` |
        | `vault key add`, `vault key remove` | a key: `{id, kind, label, created}` |
        | `doctor`, `agent validate` | `{worst, seconds, results: [{subject: {kind, name, id, host}, area, check, outcome, found, fault}], byFault: [{code, conditions, outcome, subjects}], remedies: [{subject, kind, grade, willDo, outcome, detail}]}`; an outcome is `passed`, `unknown`, `warning` or `failed`, that of a remedy `offered`, `done`, `refused` or `failed` |
        | `agent status` | `{vm, uuid, state, version, system, program, package, blockedCommands, frozen}` |
        | `agent attach-channel`, `agent update` | `{vm, uuid, detail, versionBefore, versionAfter}` |
        | `faults list` | `{"faults": [fault]}` |
        | `faults show` | a fault: `{code, number, area, severity, retry, conditions, azureCodes, message, symptom, cause, actions, inAzure, detection}` |
        | `explain` | `{"matches": [{score, by, fault}]}`, best first; `score` is from 0 to 1, `by` is `code`, `message` or `topic` |

        A disk of a point is `{target, format, source, sizeBytes, mode, reason, basePoint, readBytes}` with the mode `full` or `incremental` and,
        as the reason for a full read, a fault's code; a skipped disk is `{target, reason}`. A fault is
        `{code, number, severity, retry, retryAfterSeconds, message, cause, actions, parameters}` with its texts in the language asked for.

        """;
}
