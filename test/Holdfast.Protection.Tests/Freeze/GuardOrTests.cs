using Holdfast.Protection.Freeze;
using Xunit.MicrosoftTestingPlatform;

namespace Holdfast.Protection.Tests.Freeze;

/// <summary>The test program's start. As the tests' guard processes it is started again: real processes, around a stand-in guest that is a folder.</summary>
internal static class GuardOrTests
{
    /// <summary>Names the folder. Its prefix lets it pass to a guard.</summary>
    public const string Variable = "HOLDFAST_GUARD_STANDIN";

    public static GuardCommand Command { get; } = new(Environment.ProcessPath!);

    public static async Task<int> Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } folder)
            return await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        return await FreezeGuardProcess.RunAsProcessAsync(input, output, new FolderGuest(folder), CancellationToken.None);
    }

    /// <summary>A guest that is frozen while its file <c>frozen</c> exists, and out of reach while <c>unreachable</c> does.</summary>
    private sealed class FolderGuest(string folder) : IGuardedGuestConnector, IGuardedGuest
    {
        public Task<IGuardedGuest> ConnectAsync(string libvirtUri, Guid domain, CancellationToken ct) =>
            File.Exists(Path.Combine(folder, "unreachable")) ? throw new IOException("out of reach") : Task.FromResult<IGuardedGuest>(this);

        public async Task<ThawAttempt> ThawAsync(CancellationToken ct)
        {
            await ConnectAsync("", default, ct);
            File.Delete(Path.Combine(folder, "frozen"));
            return ThawAttempt.Thawed;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
