using System.Runtime.CompilerServices;

namespace Holdfast.Vault.Tests;

/// <summary>Lets a test do something at a certain call, as somebody does who works in the vault at the same time.</summary>
internal sealed class HookedStore(IObjectStore inner) : StoreDecorator(inner)
{
    /// <summary>Before something is listed, by its prefix.</summary>
    public Func<string, Task>? BeforeList { get; set; }

    /// <summary>Objects whose name begins so can't be read: they are empty.</summary>
    public string? Unreadable { get; set; }

    /// <summary>The process has died: nothing that it asks for happens any more.</summary>
    public bool IsDead { get; set; }

    /// <summary>Before anything is asked of it.</summary>
    public Func<Task>? BeforeCall { get; set; }

    /// <summary>Before objects are deleted together.</summary>
    public Func<IReadOnlyCollection<ObjectName>, Task>? BeforeDelete { get; set; }

    /// <summary>Before an object is created.</summary>
    public Func<ObjectName, Task>? BeforeCreate { get; set; }

    /// <summary>After it was.</summary>
    public Func<ObjectName, Task>? AfterCreate { get; set; }

    /// <summary>After something of an object was read.</summary>
    public Func<ObjectName, Task>? AfterRead { get; set; }

    public override async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await BeginCallAsync();
        await (BeforeList?.Invoke(prefix) ?? Task.CompletedTask);
        await foreach (var item in Inner.ListAsync(prefix, ct))
        {
            yield return item;
        }
    }

    public override async ValueTask<long?> GetSizeAsync(ObjectName name, CancellationToken ct)
    {
        await BeginCallAsync();
        return await Inner.GetSizeAsync(name, ct);
    }

    public override async ValueTask DeleteAsync(ObjectName name, CancellationToken ct)
    {
        await BeginCallAsync();
        await Inner.DeleteAsync(name, ct);
    }

    public override async ValueTask<IReadOnlyList<ObjectName>> DeleteManyAsync(IReadOnlyCollection<ObjectName> names, CancellationToken ct)
    {
        await BeginCallAsync();
        await (BeforeDelete?.Invoke(names) ?? Task.CompletedTask);
        return await Inner.DeleteManyAsync(names, ct);
    }

    public override async ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        await BeginCallAsync();
        await (BeforeCreate?.Invoke(name) ?? Task.CompletedTask);
        var outcome = await Inner.CreateAsync(name, content, ct);
        await (AfterCreate?.Invoke(name) ?? Task.CompletedTask);
        RequireLife();
        return outcome;
    }

    public override async ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct)
    {
        await BeginCallAsync();
        var read = Unreadable is { } prefix && name.Value.StartsWith(prefix, StringComparison.Ordinal) ? 0 : await Inner.ReadAsync(name, offset, target, ct);
        await (AfterRead?.Invoke(name) ?? Task.CompletedTask);
        return read;
    }

    private async Task BeginCallAsync()
    {
        await (BeforeCall?.Invoke() ?? Task.CompletedTask);
        RequireLife();
    }

    private void RequireLife()
    {
        if (IsDead)
        {
            throw new VaultException(VaultErrorKind.Io, "This process has died.");
        }
    }
}
