namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>A backup, and what an independent tool read from the same frozen instant.</summary>
public sealed record FrozenBackup(Node Node, Guest Guest, CliResult Result, IReadOnlyDictionary<string, string> Frozen)
{
    /// <summary>The run, once it ended well.</summary>
    public BackupRun Run => Result.Succeeded().Backup;

    /// <summary>Restores every disk of the point and compares it with the independent copy, byte for byte.</summary>
    public async Task<BackupRun> EqualsWitnessAsync()
    {
        var run = Run;
        var restored = await Node.RestoreDisksAsync(Guest.Name, run.Point).ConfigureAwait(false);
        Assert.Equal(Frozen.Keys.Order(), restored.Keys.Order());
        foreach (var (target, copy) in Frozen)
            await Tool.RunAsync("cmp", copy, restored[target]).ConfigureAwait(false);
        Directory.Delete(Path.GetDirectoryName(restored.Values.First())!, recursive: true);
        return run;
    }
}
