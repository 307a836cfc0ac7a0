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
        | `backup` | `{"results": [{vm, uuid, outcome, point, created, consistency, degraded, frozenMilliseconds, disks, skipped, readBytes, newBytes, storedBytes, seconds, warnings, fault}]}`; `outcome` is `succeeded`, `warning`, `failed` or `cancelled` |
        | `points list`, `points delete` | `{"points": [point]}` |
        | `points show`, `points protect` | a point: `{id, vm, uuid, kind, host, created, consistency, consistencyReason, online, disks, skipped, note, protected, retainUntil, frozenMilliseconds, logicalBytes, readBytes, newBytes, storedBytes}` |
        | `points prune` | `{dryRun, points: [{id, vm, uuid, created, keep, reasons}], deleted: [id]}` |
        | `restore` | `{point, vm, uuid, disks: [{target, path, sizeBytes}], writtenBytes, seconds, warnings}` |
        | `verify`, `vault verify` | `{healthy, points: [{id, vm, healthy}], chunks, packs, readBytes, damagedPacks: [{id, name, reason}], seconds, faults}` |
        | `vm list` | `{"vms": [vm]}` |
        | `vm show` | a VM: `{name, uuid, exists, state, agent: {state, version}, disks: [{target, device, format, source, sizeBytes, trackable, obstacle}], lastPoint, pointCount}` |
        | `vault init` | `{vault, path, recoveryKeyFile}`; never the recovery key itself |
        | `vault info` | `{vault, path, created, points, packs, packBytes, indexBytes, storedBytes, damagedPacks, openSessions}` |
        | `vault key list` | `{"keys": [{id, kind, label, created}]}` |
        | `vault key add`, `vault key remove` | a key: `{id, kind, label, created}` |
        | `faults list` | `{"faults": [{code, number, area, severity, retry, message, cause, actions}]}` |

        A disk of a point is `{target, format, source, sizeBytes, mode, reason, basePoint, readBytes}` with the mode `full` or `incremental` and,
        as the reason for a full read, a fault's code; a skipped disk is `{target, reason}`. A fault is
        `{code, number, severity, retry, retryAfterSeconds, message, cause, actions, parameters}` with its texts in the language asked for.

        """;
}
