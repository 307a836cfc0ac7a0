using System.Runtime.CompilerServices;

namespace Holdfast.Vault.Tests;

public sealed class SessionMemoryTests
{
    [Fact]
    public async Task A_session_that_ended_and_its_buffers_are_not_kept_by_anything()
    {
        await using var test = await TestVault.CreateAsync();
        var (session, pool) = await BackUpAsync(test);
        for (var i = 0; i < 300 && (session.IsAlive || pool.IsAlive); i++)
        {
            // Threads of the pool may be in the middle of returning from it.
            await Task.Yield();
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(session.IsAlive);
        Assert.False(pool.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<(WeakReference Session, WeakReference Buffer)> BackUpAsync(TestVault test)
    {
        await using var vault = await test.OpenAsync();
        await using var session = await vault.OpenSessionAsync(test.Source, TestVault.Ct);
        await TestVault.WriteDiskAsync(vault, session, TestVault.SomeDisk(1, 2_000_000));
        await session.CommitAsync("{}"u8.ToArray(), DateTimeOffset.UnixEpoch, TestVault.Ct);
        using var buffer = vault.RentChunk(TestVault.Chunk);
        return (new WeakReference(session), new WeakReference(buffer));
    }
}
