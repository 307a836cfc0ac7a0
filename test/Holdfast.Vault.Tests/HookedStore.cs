namespace Holdfast.Vault.Tests;

/// <summary>Lets a test do something at a certain call, as somebody does who works in the vault at the same time.</summary>
internal sealed class HookedStore(IObjectStore inner) : StoreDecorator(inner)
{
    /// <summary>Before an object is created.</summary>
    public Func<ObjectName, Task>? BeforeCreate { get; set; }

    /// <summary>After it was.</summary>
    public Func<ObjectName, Task>? AfterCreate { get; set; }

    /// <summary>After something of an object was read.</summary>
    public Func<ObjectName, Task>? AfterRead { get; set; }

    public override async ValueTask<CreateOutcome> CreateAsync(ObjectName name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        await (BeforeCreate?.Invoke(name) ?? Task.CompletedTask);
        var outcome = await Inner.CreateAsync(name, content, ct);
        await (AfterCreate?.Invoke(name) ?? Task.CompletedTask);
        return outcome;
    }

    public override async ValueTask<int> ReadAsync(ObjectName name, long offset, Memory<byte> target, CancellationToken ct)
    {
        var read = await Inner.ReadAsync(name, offset, target, ct);
        await (AfterRead?.Invoke(name) ?? Task.CompletedTask);
        return read;
    }
}
