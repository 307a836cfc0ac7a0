using Holdfast.Protection.Backup;
using Holdfast.Vault;

namespace Holdfast.Protection.Tests.Backup;

public sealed class TrackingNameTests
{
    [Fact]
    public void A_name_reads_back_as_what_it_was_made_of()
    {
        var name = new TrackingName(new VaultId(Guid.NewGuid()), new PointId(Guid.NewGuid()));
        Assert.True(TrackingName.TryParse(name.ToString(), out var read));
        Assert.Equal(name, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("holdfast-")]
    [InlineData("backup-vda")]
    [InlineData("holdfast-0123456789abcdef0123456789abcdef-0123456789abcdef0123456789abcde")]
    [InlineData("holdfast-0123456789abcdef0123456789abcdef_0123456789abcdef0123456789abcdef")]
    [InlineData("Holdfast-0123456789abcdef0123456789abcdef-0123456789abcdef0123456789abcdef")]
    [InlineData("holdfast-0123456789abcdef0123456789abcdeg-0123456789abcdef0123456789abcdef")]
    public void Names_that_are_not_ours_are_not_read(string text) => Assert.False(TrackingName.TryParse(text, out _));
}
