using System.Globalization;
using System.Text;

namespace Holdfast.GuestAgent.Scripts;

/// <summary>Checks in the guest that files are root's alone: they, and every folder above them (INV-5).</summary>
internal sealed class GuestFileGuard(GuestAgentClient agent)
{
    private const int TypeMask = 0xF000;
    private const int PlainFile = 0x8000;
    private const int Folder = 0x4000;
    private const int WritableByOthers = 0x12; // group or other may write
    private const int ExecutableByOwner = 0x40;

    /// <summary>Owner, type and mode of a path; symbolic links aren't followed.</summary>
    private readonly record struct Entry(int Mode, long Owner);

    /// <summary>Looks at a file and the folders above it. Null: the guest's <c>stat</c> failed, most often as there is no such file.</summary>
    /// <exception cref="SnapshotScriptRefusedException">It isn't root's alone.</exception>
    /// <exception cref="GuestAgentException">It couldn't be looked at.</exception>
    public async Task<bool> ExistsAsRootsAloneAsync(string path, bool executable, CancellationToken ct)
    {
        var paths = Above(path).Append(path).ToArray();
        if (await StatAsync(paths, ct) is not { } entries)
            return false;
        for (var i = 0; i < paths.Length; i++)
        {
            var last = i == paths.Length - 1;
            var (mode, owner) = entries[i];
            if ((mode & TypeMask) != (last ? PlainFile : Folder))
                throw Refused(paths[i], last ? "isn't a plain file" : "isn't a plain folder (a link, perhaps)");
            if (owner != 0)
                throw Refused(paths[i], "doesn't belong to root");
            if ((mode & WritableByOthers) != 0)
                throw Refused(paths[i], "can be written by others than root");
        }
        if (executable && (entries[^1].Mode & ExecutableByOwner) == 0)
            throw new SnapshotScriptRefusedException(SnapshotScriptRefusal.ScriptNotExecutable, $"{path} isn't executable.");
        return true;
    }

    private static SnapshotScriptRefusedException Refused(string path, string why) =>
        new(SnapshotScriptRefusal.NotRootsAlone, $"{GuestText.Clean(path, GuestAgentLimits.PathChars)} {why}.");

    private static IEnumerable<string> Above(string path)
    {
        for (var slash = 0; slash >= 0; slash = path.IndexOf('/', slash + 1))
            yield return slash == 0 ? "/" : path[..slash];
    }

    // The same words serve coreutils and busybox: %f is the mode in hexadecimal, %u the owner's number.
    private async Task<Entry[]?> StatAsync(string[] paths, CancellationToken ct)
    {
        var stat = await agent.ExecAsync(new GuestCommand("stat", ["-c", "%f %u", "--", .. paths]), null, ct);
        if (!stat.Succeeded)
            return null;
        var lines = Encoding.UTF8.GetString(stat.Output.Tail.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length != paths.Length)
            return null;
        var entries = new Entry[lines.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            var words = lines[i].Split(' ');
            if (words.Length != 2 || !int.TryParse(words[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mode)
                || !long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var owner))
                return null;
            entries[i] = new Entry(mode, owner);
        }
        return entries;
    }
}
