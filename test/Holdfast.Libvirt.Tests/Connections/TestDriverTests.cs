namespace Holdfast.Libvirt.Tests;

/// <summary>libvirt's own test driver: real library, no daemon. Its state is per connection under a file's path, shared under /default.</summary>
public sealed class TestDriverTests
{
    private static readonly LibvirtUri TestUri = LibvirtUri.Parse("test:///default");

    private static string DomainXmlOf(string name) =>
        $"<domain type='test'><name>{name}</name><memory>8192</memory><os><type>hvm</type></os></domain>";

    private static string NewName() => "hf-lv-" + Guid.NewGuid().ToString("N");

    [Fact]
    public void A_connection_says_what_it_is()
    {
        using var connection = LibvirtConnection.Open(TestUri);
        Assert.True(connection.IsAlive);
        Assert.Equal("test:///default", connection.CanonicalUri);
        Assert.True(LibvirtConnection.ClientVersion >= new LibvirtVersion(9, 0, 0));
        Assert.NotEmpty(connection.GetCapabilities().Architecture);
        connection.Dispose();
        Assert.False(connection.IsAlive);
    }

    [Fact]
    public void A_uri_without_driver_fails_with_libvirts_code()
    {
        var error = Assert.Throws<LibvirtException>(() => LibvirtConnection.Open("nosuch:///system"));
        Assert.Equal("virConnectOpen", error.Call);
        Assert.True(error.Code is LibvirtErrorCode.NoConnect or LibvirtErrorCode.ConfigUnsupported or LibvirtErrorCode.InvalidArg, error.Code.ToString());
        Assert.Equal(LibvirtErrorLevel.Error, error.Level);
    }

    [Fact]
    public void A_missing_domain_keeps_code_and_domain_of_the_error()
    {
        using var connection = LibvirtConnection.Open(TestUri);
        var error = Assert.Throws<LibvirtException>(() => connection.LookupDomain("no such domain"));
        Assert.Equal((LibvirtErrorCode.NoDomain, LibvirtErrorDomain.Test), (error.Code, error.Domain));
        Assert.True(error.IsNotFound);
        Assert.Null(connection.FindDomain(Guid.NewGuid()));
        Assert.Null(connection.FindNetwork("no such network"));
        Assert.Null(connection.FindStoragePool("no such pool"));
    }

    [Fact]
    public async Task Errors_of_many_threads_do_not_mix()
    {
        using var connection = LibvirtConnection.Open(TestUri);
        await Parallel.ForAsync(0, 200, TestContext.Current.CancellationToken, (i, _) =>
        {
            var error = Assert.Throws<LibvirtException>(() => connection.LookupDomain($"missing-{i}-"));
            Assert.Equal(LibvirtErrorCode.NoDomain, error.Code);
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void A_domain_is_defined_started_paused_stopped_and_undefined()
    {
        using var connection = LibvirtConnection.Open(TestUri);
        var name = NewName();
        using var domain = connection.DefineDomain(DomainXmlOf(name), validate: false);
        Assert.Null(domain.Id);
        Assert.Equal(DomainState.ShutOff, domain.GetState().State);
        domain.Start();
        Assert.Equal(DomainState.Running, domain.GetState().State);
        Assert.NotNull(domain.Id);
        domain.Suspend();
        Assert.Equal(DomainPausedReason.User, domain.GetState().PausedReason);
        domain.Resume();
        domain.Autostart = true;
        Assert.True(domain.Autostart);
        using (var found = connection.LookupDomain(domain.Uuid))
        {
            Assert.Equal(name, found.Name);
        }

        Assert.Equal(domain.Uuid, domain.ReadXml().Uuid);
        var listed = connection.ListDomains(DomainFilter.Active);
        Assert.Contains(listed, d => d.Name == name);
        foreach (var one in listed)
        {
            one.Dispose();
        }

        domain.Destroy();
        Assert.False(domain.IsActive);
        Assert.True(domain.IsPersistent);
        domain.Undefine();
        Assert.Null(connection.FindDomain(name));
    }

    [Fact]
    public async Task Lifecycle_events_arrive_in_order()
    {
        using var connection = LibvirtConnection.Open(TestUri);
        using var domain = connection.DefineDomain(DomainXmlOf(NewName()), validate: false);
        using var subscription = connection.Subscribe(DomainEventKinds.Lifecycle, domain);
        domain.Start();
        domain.Suspend();
        domain.Resume();
        domain.Destroy();
        var kinds = new List<DomainLifecycleKind>();
        while (kinds.Count < 4)
        {
            var occurred = Assert.IsType<DomainLifecycleEvent>(await subscription.Events.ReadAsync(TestContext.Current.CancellationToken));
            Assert.Equal(domain.Uuid, occurred.DomainUuid);
            // That it was defined may be told only now.
            if (occurred.Kind is not DomainLifecycleKind.Defined)
                kinds.Add(occurred.Kind);
        }

        Assert.Equal([DomainLifecycleKind.Started, DomainLifecycleKind.Suspended, DomainLifecycleKind.Resumed, DomainLifecycleKind.Stopped], kinds);
        domain.Undefine();
    }

    [Fact]
    public async Task A_subscription_to_one_domain_hears_nothing_of_others()
    {
        using var connection = LibvirtConnection.Open(TestUri);
        using var one = connection.DefineDomain(DomainXmlOf(NewName()), validate: false);
        using var other = connection.DefineDomain(DomainXmlOf(NewName()), validate: false);
        using var subscription = connection.Subscribe(DomainEventKinds.Lifecycle, one);
        other.Start();
        one.Start();
        var first = Assert.IsType<DomainLifecycleEvent>(await subscription.Events.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(one.Uuid, first.DomainUuid);
        other.Destroy();
        one.Destroy();
        other.Undefine();
        one.Undefine();
    }

    [Fact]
    public async Task After_dispose_no_event_is_delivered_and_the_reader_ends()
    {
        using var connection = LibvirtConnection.Open(TestUri);
        using var domain = connection.DefineDomain(DomainXmlOf(NewName()), validate: false);
        var ended = connection.Subscribe(DomainEventKinds.All);
        using var going = connection.Subscribe(DomainEventKinds.Lifecycle, domain);
        ended.Dispose();
        domain.Start();
        await going.Events.ReadAsync(TestContext.Current.CancellationToken);
        Assert.False(ended.Events.TryRead(out _));
        await ended.Events.Completion.WaitAsync(TestContext.Current.CancellationToken);
        domain.Destroy();
        domain.Undefine();
    }

    [Fact]
    public async Task Subscriptions_come_and_go_while_events_flow()
    {
        using var connection = LibvirtConnection.Open(TestUri);
        using var domain = connection.DefineDomain(DomainXmlOf(NewName()), validate: false);
        var ct = TestContext.Current.CancellationToken;
        var references = new List<WeakReference>();
        await Parallel.ForAsync(0, 100, ct, (i, _) =>
        {
            using var subscription = connection.Subscribe(DomainEventKinds.All);
            lock (references)
            {
                references.Add(new WeakReference(subscription));
            }

            using var other = connection.LookupDomain(domain.Uuid);
            lock (domain)
            {
                other.Start();
                other.Destroy();
            }

            return ValueTask.CompletedTask;
        });

        // The handles that callbacks are given were freed by libvirt's free callback: nothing keeps the subscriptions.
        using var last = connection.Subscribe(DomainEventKinds.Lifecycle, domain);
        domain.Start();
        await last.Events.ReadAsync(ct);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.True(references.Count(r => r.IsAlive) < 10, $"{references.Count(r => r.IsAlive)} subscriptions are still held");
        domain.Destroy();
        domain.Undefine();
    }

    [Fact]
    public void Disposing_a_connection_ends_its_subscriptions()
    {
        var connection = LibvirtConnection.Open(TestUri);
        var subscription = connection.Subscribe(DomainEventKinds.Lifecycle);
        connection.Dispose();
        Assert.True(subscription.Events.Completion.IsCompleted);
        subscription.Dispose();
    }

    [Fact]
    public async Task Cancelling_a_call_that_has_not_begun_throws_at_once()
    {
        using var connection = LibvirtConnection.Open(TestUri);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.DefineDomainAsync(DomainXmlOf(NewName()), false, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Networks_pools_and_volumes_are_listed()
    {
        using var connection = LibvirtConnection.Open(TestUri);
        using var network = connection.FindNetwork("default");
        Assert.True(network!.IsActive);
        Assert.Equal("virbr0", network.Bridge);
        using var pool = connection.FindStoragePool("default-pool");
        Assert.Equal(StoragePoolState.Running, pool!.GetInfo().State);
        Assert.Equal("/default-pool", pool.GetTarget().TargetPath);
        var name = NewName();
        using var volume = pool.CreateVolume(new VolumeXml(name, 1 << 20, "qcow2"));
        Assert.Equal("/default-pool/" + name, volume.GetPath());
        Assert.Equal(volume.GetPath(), connection.ResolvePath(new DiskSource { Kind = DiskSourceKind.Volume, Pool = "default-pool", Volume = name }));
        Assert.Null(connection.ResolvePath(new DiskSource { Kind = DiskSourceKind.Volume, Pool = "default-pool", Volume = "gone" }));
        var again = Assert.Throws<LibvirtException>(() => pool.CreateVolume(new VolumeXml(name, 1 << 20, "qcow2")));
        Assert.Equal(LibvirtErrorDomain.Test, again.Domain);
        volume.Delete();
        Assert.Null(pool.FindVolume(name));
    }
}
