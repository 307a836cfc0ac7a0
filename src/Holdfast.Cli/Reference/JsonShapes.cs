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
        | `points show`, `points protect` | a point: `{id, vm, uuid, kind, host, created, consistency, consistencyReason, online, disks, skipped, note, protected, retainUntil, lockedUntil, frozenMilliseconds, logicalBytes, readBytes, newBytes, storedBytes}`; `kind` is `virtualMachine` or `image`, `consistency` is `application`, `fileSystem` or `crash`; `retainUntil` is the date of its protection, which can be taken back, `lockedUntil` until when the vault's immutability keeps it |
        | `points prune` | `{dryRun, points: [{id, vm, uuid, created, keep, reasons}], deleted: [id]}` |
        | `restore` | `{point, vm, uuid, disks: [{target, path, sizeBytes}], files: [path], writtenBytes, seconds, times, warnings}`; `files` are those of the configuration |
        | `verify`, `vault verify` | `{healthy, points: [{id, vm, healthy}], chunks, packs, readBytes, damagedPacks: [{id, name, reason}], seconds, faults}` |
        | `vm list` | `{"vms": [vm]}` |
        | `vm show` | a VM: `{name, uuid, exists, state, agent: {state, version}, disks: [{target, device, format, source, sizeBytes, trackable, obstacle}], lastPoint, pointCount}` |
        | `vm guest-programs` | `{vm, vault, allowed}` |
        | `vm rebind` | `{vm, vault, from, to}`: the UUIDs before and after |
        | `vault init` | `{vault, path, recoveryKeyFile}`; never the recovery key itself |
        | `vault list` | `{"vaults": [{name, uuid, location, softDelete, id}]}`; `uuid` is the vault's own, `id` Azure's path of it |
        | `vault info` | `{vault, path, created, points, packs, packBytes, indexBytes, storedBytes, damagedPacks, openSessions, immutability}` |
        | `vault lock` | the vault's immutability: `{state, days, byStore, byStoreRevocably}`; `state` is `disabled`, `unlocked` or `locked`, `byStore` whether the store itself keeps objects until a date that nobody can make earlier, `byStoreRevocably` until one that accounts with a right of their own can |
        | `vault stats` | `{points, logicalBytes, dataBytes, uniqueBytes, storedBytes, dedupRatio, compressionRatio, reclaimableBytes, totalBytes, unreadable: [{point, source, reason}]}`: the size of the disks, what of them are data, each chunk once, and each as it is stored; `totalBytes` is the whole vault |
        | `vault scrub` | `{healthy, packsChecked, readBytes, packs, packBytes, oldestCheck, damagedPacks: [{id, name, reason}], damagedDisks: [{point, source, disk, unreadableChunks}]}`; `oldestCheck` is `null` where a pack was never read since it was written |
        | `vault scrub --keyless` | `{lists, objects, readBytes, damaged: [name]}` |
        | `vault gc` | `{dryRun, pointsMarked, packsDropped, droppedBytes, packsRepacked, repackedBytes, packsKept, packsCondemned, condemnedBytes, droppableFrom, waitingFor: [{session, source, host, processId, opened}], unreadable: [{point, source, reason}]}`; a run after `droppableFrom` drops what is condemned, once the sessions in `waitingFor` have ended |
        | `vault copy` | `{copied: [id], alreadyThere, readBytes, storedBytes}`; the ids are those of the copies |
        | `vault rebuild-index` | `{packs, damagedSegments}`: packs that were indexed anew, damaged parts of the index that were removed |
        | `vault probe` | `{place, checks, clockDifferenceSeconds, retention, retentionDetail}`; `checks` are the properties that the store showed: `raceHasOneWinner`, `nothingIsReplaced`, `nothingIsReplacedByUpload`, `freshObjectIsListed`, `rangesAreRight`, `deletedIsGone`, `clockIsNear`; `retention` is `enforced`, `notEnforced` or `unsupported`, and `null` for a folder |
        | `vault key list` | `{"keys": [{id, kind, label, created}]}`; `kind` is `passphrase`, `recoveryKey` or `keyFile` |
        | `vault key add`, `vault key rotate`, `vault key remove` | a key: `{id, kind, label, created}` |
        | `doctor`, `agent validate` | `{worst, seconds, results: [{subject: {kind, name, id, host}, area, check, outcome, found, fault}], byFault: [{code, conditions, outcome, subjects}], remedies: [{subject, kind, grade, willDo, outcome, detail}], endpoints: [{purpose, name, host, port, proxy}]}`; an outcome is `passed`, `unknown`, `warning` or `failed`, that of a remedy `offered`, `done`, `refused` or `failed`; `endpoints` are the addresses that a firewall has to allow, or the proxy server in their place |
        | `agent status` | `{vm, uuid, state, version, system, program, package, blockedCommands, frozen}` |
        | `agent attach-channel`, `agent update` | `{vm, uuid, detail, versionBefore, versionAfter}` |
        | `job list` | `{"jobs": [job]}` |
        | `job show`, `job wait`, `job cancel` | a job: `{id, vault, vm, operation, status, queued, percent, started, ended, node, storedBytes, tasks: [{name, status, doneBytes, totalBytes}], properties, warnings, fault}`; operation, status, the tasks' names and the names of the properties are Azure's words |
        | `serve` | once it is up: `{address, authority, tenant, initialCredential}`; `initialCredential` is the path of the first administrator's credential, never its secret |
        | `credential list` | `{"credentials": [credential]}` |
        | `credential revoke` | a credential: `{appId, displayName, created, secretCreated, expires, revoked, roles: [{role, scope}]}` |
        | `credential create`, `credential rotate` | `{appId, displayName, secret, tenant, subscription, role, scope}`: the only time that the secret is shown; what `--credential-file` takes |
        | `host list` | `{"hosts": [host]}` |
        | `host add`, `host remove` | a host: `{name, uri, subscription, resourceGroup, location, jobs, nodes, created}`; no `nodes` means all |
        | `audit list` | `{"entries": [{id, time, who, whoName, from, action, target, outcome, detail}]}`, the youngest first; `outcome` is `succeeded`, `refused` or `failed` |
        | `faults list` | `{"faults": [fault]}` |
        | `faults show` | a fault: `{code, number, area, severity, retry, conditions, azureCodes, message, symptom, cause, actions, inAzure, detection}` |
        | `explain` | `{"matches": [{score, by, fault}]}`, best first; `score` is from 0 to 1, `by` is `code`, `message` or `topic` |

        A disk of a point is `{target, format, source, sizeBytes, mode, reason, basePoint, readBytes}` with the mode `full` or `incremental` and,
        as the reason for a full read, a fault's code; a skipped disk is `{target, reason}`. A fault is
        `{code, number, severity, retry, retryAfterSeconds, message, cause, actions, parameters}` with its texts in the language asked for.
        A `source` of a vault's documents is the UUID of the VM. `credential reset-signing-keys` and `completion` write no JSON.

        """;
}
