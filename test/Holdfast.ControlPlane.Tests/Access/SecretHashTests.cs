using Holdfast.ControlPlane.Access;

namespace Holdfast.ControlPlane.Tests.Access;

public sealed class SecretHashTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>From the reference implementation's own tests (phc-winner-argon2, test.c).</summary>
    [Theory]
    [InlineData("password", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    [InlineData("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")]
    public async Task A_hash_of_the_reference_implementation_is_recognised(string secret, string hash)
    {
        Assert.True(await SecretHash.MatchesAsync(secret, hash, Ct));
        Assert.False(await SecretHash.MatchesAsync(secret + "x", hash, Ct));
    }

    [Fact]
    public async Task A_secret_matches_its_own_hash_only_and_the_hash_does_not_hold_it()
    {
        var secret = SecretHash.NewSecret();
        var hash = await SecretHash.OfAsync(secret, Ct);
        Assert.True(await SecretHash.MatchesAsync(secret, hash, Ct));
        Assert.False(await SecretHash.MatchesAsync(SecretHash.NewSecret(), hash, Ct));
        Assert.DoesNotContain(secret[4..], hash, StringComparison.OrdinalIgnoreCase);
        Assert.NotEqual(hash, await SecretHash.OfAsync(secret, Ct));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$")]
    [InlineData("$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    [InlineData("$argon2id$v=19$m=65536,t=2000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    [InlineData("$argon2id$v=19$m=65536,t=2,p=1$!!!$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")]
    public async Task What_is_no_hash_matches_nothing(string hash) => Assert.False(await SecretHash.MatchesAsync("password", hash, Ct));

    [Fact]
    public async Task An_empty_or_endless_secret_matches_nothing()
    {
        var hash = await SecretHash.OfAsync("x", Ct);
        Assert.False(await SecretHash.MatchesAsync("", hash, Ct));
        Assert.False(await SecretHash.MatchesAsync(new string('x', 1_000_000), hash, Ct));
    }
}
