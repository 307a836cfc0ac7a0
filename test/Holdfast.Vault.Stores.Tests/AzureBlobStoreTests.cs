using System.Security.Cryptography;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Holdfast.Vault.AzureBlob;
using Holdfast.Vault.Stores.Tests.Servers;
using Holdfast.Vault.Tests;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Vault.Stores.Tests;

/// <summary>What every backend owes, on Azurite; and what is Blob Storage's own.</summary>
public sealed class AzureBlobStoreTests(AzuriteServer server) : ObjectStoreConformance
{
    private const int MiB = 1 << 20;
    private static readonly ObjectName Big = ObjectName.Of("packs/big");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_longer_than_a_part_goes_in_blocks_and_never_replaces()
    {
        var store = Parted();
        var content = RandomNumberGenerator.GetBytes((3 * MiB) + 5);
        Assert.Equal(CreateOutcome.Created, await UploadAsync(store, content));
        Assert.True(await StoreReading.HoldsAtAsync(store, Big, 0, content, Ct));
        Assert.Equal(content.Length, await store.GetSizeAsync(Big, Ct));
        Assert.Equal(CreateOutcome.AlreadyExists, await UploadAsync(store, RandomNumberGenerator.GetBytes(2 * MiB)));
        Assert.True(await StoreReading.HoldsAtAsync(store, Big, 0, content, Ct));
    }

    [Fact]
    public async Task Of_two_uploads_in_blocks_at_once_one_wins_whole()
    {
        var store = Parted();
        byte[][] contents = [RandomNumberGenerator.GetBytes(3 * MiB), RandomNumberGenerator.GetBytes(3 * MiB)];
        var outcomes = await Task.WhenAll(contents.Select(c => Task.Run(() => UploadAsync(store, c), Ct)));
        Assert.Single(outcomes, CreateOutcome.Created);
        Assert.True(await StoreReading.HoldsAtAsync(store, Big, 0, contents[Array.IndexOf(outcomes, CreateOutcome.Created)], Ct));
    }

    [Fact]
    public async Task Errors_are_told_apart_and_hold_no_secret()
    {
        Assert.Equal(VaultErrorKind.StoreMissing, await KindOfListingAsync(server.Open(server.NewPlace("no-such-container"))));
        var other = Convert.ToBase64String("not the key of this account at all, but one as long as it is...."u8);
        var wrong = new StoreContext { Credentials = StoreCredentials.Of(new Dictionary<string, string> { ["AZURE_STORAGE_KEY"] = other }) };
        var error = await Assert.ThrowsAsync<VaultException>(async () => await server.Open(server.NewPlace(), wrong).ListAllAsync("", Ct));
        Assert.True(error.Kind is VaultErrorKind.NotAuthenticated or VaultErrorKind.PermissionDenied, error.Message);
        Assert.DoesNotContain(other, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(VaultErrorKind.Unavailable, await KindOfListingAsync(server.Open("azblob+http://127.0.0.1:1/devstoreaccount1/plain/x")));
    }

    // As a proxy's page does.
    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("<a/>")]
    public async Task What_is_no_listing_is_an_error_of_the_store_or_an_empty_one(string said)
    {
        await using var front = await TestFront.StartAsync(context => context.Response.WriteAsync(said));
        var store = server.Open($"azblob+http://127.0.0.1:{front.Port}/{AzuriteServer.Account}/{AzuriteServer.Container}/x");
        try
        {
            Assert.Empty(await store.ListAllAsync("", Ct));
        }
        catch (VaultException e)
        {
            Assert.Equal(VaultErrorKind.Unavailable, e.Kind);
        }
    }

    // Azurite takes the policy of a blob and ignores it. That must be found out, and nothing may be built upon it.
    [Fact]
    public async Task The_trial_of_immutability_finds_out_that_it_is_not_enforced_here()
    {
        var store = server.Open(server.NewPlace());
        var trial = await store.ProbeRetentionAsync(Ct);
        Assert.Equal(RetentionSupport.NotEnforced, trial.Support);
        Assert.StartsWith("Not enforced here", trial.Detail, StringComparison.Ordinal);
        Assert.Empty(await store.ListAllAsync("", Ct));
    }

    // As a container without version-level immutability does.
    [Fact]
    public async Task Where_policies_are_refused_objects_that_were_to_have_one_are_created_all_the_same()
    {
        using var refusing = new PolicyRefuser { InnerHandler = new SocketsHttpHandler() };
        using var client = new HttpClient(refusing);
        var place = server.NewPlace();
        var store = new AzureBlobStore(
            server.Client(new BlobClientOptions { Transport = new HttpClientTransport(client) }), place.Split('/')[^1], place, TransferLimits.None, TimeProvider.System)
        {
            PartBytes = MiB,
        };
        store.RetainNewObjects(_ => TimeProvider.System.GetUtcNow().AddDays(1));
        var content = RandomNumberGenerator.GetBytes((2 * MiB) + 5);
        Assert.Equal(CreateOutcome.Created, await UploadAsync(store, content));
        Assert.True(await StoreReading.HoldsAtAsync(store, Big, 0, content, Ct));
        Assert.Equal(CreateOutcome.Created, await store.CreateAsync(ObjectName.Of("packs/small"), "1"u8.ToArray(), Ct));
        Assert.Equal(CreateOutcome.AlreadyExists, await store.CreateAsync(ObjectName.Of("packs/small"), "2"u8.ToArray(), Ct));
        Assert.Equal(1, refusing.Refused);
        Assert.Equal(RetentionSupport.Unsupported, (await store.ProbeRetentionAsync(Ct)).Support);
    }

    // The service's protocol as it is documented, since no server here keeps to policies.
    [Fact]
    public async Task What_whoever_has_the_right_to_can_end_early_isnt_called_kept_for_good_and_never_gets_less_firm()
    {
        using var keeping = new PolicyKeeper { InnerHandler = new SocketsHttpHandler() };
        using var client = new HttpClient(keeping);
        var place = server.NewPlace();
        AzureBlobStore Open(bool isGovernance) => new(
            server.Client(new BlobClientOptions { Transport = new HttpClientTransport(client) }), place.Split('/')[^1], place, TransferLimits.None, TimeProvider.System)
        {
            IsGovernance = isGovernance,
        };
        var (weak, firm) = (Open(isGovernance: true), Open(isGovernance: false));
        var trial = await weak.ProbeRetentionAsync(Ct);
        Assert.Equal(RetentionSupport.Revocable, trial.Support);
        Assert.Contains("can end that early", trial.Detail, StringComparison.Ordinal);
        Assert.Equal(RetentionSupport.Enforced, (await firm.ProbeRetentionAsync(Ct)).Support);

        var until = new DateTimeOffset(TimeProvider.System.GetUtcNow().AddMinutes(10).Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
        foreach (var (first, second) in ((AzureBlobStore, AzureBlobStore)[])[(weak, firm), (firm, weak)])
        {
            var name = ObjectName.Of($"a/{(first == weak ? "weak" : "firm")}");
            await first.CreateAsync(name, "1"u8.ToArray(), Ct);
            await first.RetainUntilAsync(name, until, Ct);
            Assert.Equal(new ObjectRetention(until, IsFinal: first == firm), await first.GetRetentionAsync(name, Ct));
            await second.RetainUntilAsync(name, until.AddMinutes(5), Ct);
            Assert.Equal(new ObjectRetention(until.AddMinutes(5), IsFinal: true), await second.GetRetentionAsync(name, Ct));
            Assert.Equal(VaultErrorKind.Retained, (await Assert.ThrowsAsync<VaultException>(async () => await second.DeleteAsync(name, Ct))).Kind);
        }
    }

    [Fact]
    public async Task The_store_says_what_time_it_is() => Assert.InRange(
        (await server.Open(server.NewPlace()).GetUtcNowAsync(Ct) - TimeProvider.System.GetUtcNow()).Duration(), TimeSpan.Zero, TimeSpan.FromMinutes(2));

    protected override IObjectStore CreateStore() => server.Open(server.NewPlace());

    private AzureBlobStore Parted()
    {
        var place = server.NewPlace();
        return new AzureBlobStore(server.Client(), place.Split('/')[^1], place, TransferLimits.None, TimeProvider.System) { PartBytes = MiB };
    }

    private static async Task<CreateOutcome> UploadAsync(AzureBlobStore store, byte[] content)
    {
        await using var upload = await store.BeginCreateAsync(Big, Ct);
        for (var at = 0; at < content.Length; at += MiB / 2)
        {
            await upload.AppendAsync(content.AsMemory(at, Math.Min(MiB / 2, content.Length - at)), Ct);
        }

        return await upload.CompleteAsync(Ct);
    }

    private static async Task<VaultErrorKind> KindOfListingAsync(IObjectStore store) =>
        (await Assert.ThrowsAsync<VaultException>(async () => await store.ListAllAsync("", Ct))).Kind;

    /// <summary>
    /// Keeps the policies of blobs as the service does: what has one isn't deleted before its date, a locked one stays locked and only grows, and whoever asks for a
    /// blob is told.
    /// </summary>
    private sealed class PolicyKeeper : DelegatingHandler
    {
        private const string Date = "x-ms-immutability-policy-until-date", Mode = "x-ms-immutability-policy-mode";

        private readonly Dictionary<string, (DateTimeOffset Until, string Mode)> _policies = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var blob = request.RequestUri!.AbsolutePath;
            var isKept = _policies.TryGetValue(blob, out var kept);
            if (request.Headers.TryGetValues(Date, out var dates))
            {
                var asked = (Until: DateTimeOffset.Parse(dates.Single(), System.Globalization.CultureInfo.InvariantCulture), Mode: request.Headers.GetValues(Mode).Single());
                if (isKept && kept.Mode == "Locked" && (asked.Mode != "Locked" || asked.Until < kept.Until))
                {
                    return Answer(System.Net.HttpStatusCode.Conflict, "BlobImmutableDueToPolicy");
                }

                _policies[blob] = asked;
                if (request.RequestUri.Query.Contains("comp=immutabilityPolicies", StringComparison.Ordinal))
                {
                    return Tell(Answer(System.Net.HttpStatusCode.OK, null), asked);
                }
            }
            else if (isKept && request.Method == HttpMethod.Delete)
            {
                return Answer(System.Net.HttpStatusCode.Conflict, "BlobImmutableDueToPolicy");
            }

            var reply = await base.SendAsync(request, cancellationToken);
            return isKept && request.Method == HttpMethod.Head ? Tell(reply, kept) : reply;

            HttpResponseMessage Answer(System.Net.HttpStatusCode status, string? error)
            {
                var answer = new HttpResponseMessage(status) { RequestMessage = request, Content = new ByteArrayContent([]) };
                if (error is not null)
                {
                    answer.Headers.Add("x-ms-error-code", error);
                }

                return answer;
            }
        }

        private static HttpResponseMessage Tell(HttpResponseMessage reply, (DateTimeOffset Until, string Mode) policy)
        {
            reply.Headers.Remove(Date);
            reply.Headers.Remove(Mode);
            reply.Headers.Add(Date, policy.Until.ToString("R"));
            reply.Headers.Add(Mode, policy.Mode);
            return reply;
        }
    }

    private sealed class PolicyRefuser : DelegatingHandler
    {
        public int Refused { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.Headers.Contains("x-ms-immutability-policy-until-date"))
            {
                return base.SendAsync(request, cancellationToken);
            }

            Refused++;
            var refusal = new HttpResponseMessage(System.Net.HttpStatusCode.Conflict) { RequestMessage = request, Content = new ByteArrayContent([]) };
            refusal.Headers.Add("x-ms-error-code", "FeatureNotEnabled");
            return Task.FromResult(refusal);
        }
    }
}
