using Holdfast.ControlPlane.Resources;

namespace Holdfast.ControlPlane.Tests.Resources;

public sealed class ArmIdTests
{
    private const string Vault = "/subscriptions/s1/resourceGroups/rg1/providers/Microsoft.RecoveryServices/vaults/v1";

    [Fact]
    public void An_id_gives_its_parts()
    {
        var id = ArmId.Parse(Vault + "/backupPolicies/DefaultPolicy");
        Assert.Equal("s1", id.SubscriptionId);
        Assert.Equal("rg1", id.ResourceGroup);
        Assert.Equal("Microsoft.RecoveryServices", id.Provider);
        Assert.Equal("v1", id["vaults"]);
        Assert.Equal("Microsoft.RecoveryServices/vaults/backupPolicies", id.ResourceType);
        Assert.Equal(Vault, id.Parent!.ToString());
        Assert.Equal("/subscriptions/s1/resourceGroups/rg1", id.Parent.Parent!.ToString());
        Assert.Equal("resourceGroups", id.Parent.Parent.ResourceType);
        Assert.Null(id.Parent.Parent.Parent!.Parent);
    }

    [Fact]
    public void Ids_are_equal_whatever_their_case_and_slashes() => Assert.Equal(
        ArmId.Parse(Vault), ArmId.Parse("/SUBSCRIPTIONS/s1//resourcegroups/RG1/providers/microsoft.recoveryservices/Vaults//V1"));

    [Fact]
    public void An_id_lies_within_its_scopes_and_in_no_name_that_begins_alike()
    {
        var id = ArmId.Parse(Vault);
        Assert.True(id.IsWithin(ArmId.Parse("/subscriptions/S1")));
        Assert.True(id.IsWithin(ArmId.Parse("/subscriptions/s1/resourceGroups/rg1")));
        Assert.False(id.IsWithin(ArmId.Parse("/subscriptions/s1/resourceGroups/rg")));
        Assert.False(ArmId.Parse("/subscriptions/s1").IsWithin(id));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("subscriptions/s1")]
    [InlineData("/subscriptions")]
    [InlineData("/subscriptions/s1/resourceGroups")]
    [InlineData("/subscriptions/s1/resourceGroups/..")]
    [InlineData("/subscriptions/s1/resourceGroups/a\u0000b")]
    [InlineData("/resourceGroups/rg1")]
    public void What_is_no_id_is_refused(string? text) => Assert.False(ArmId.TryParse(text, out _));
}
