using Holdfast.Protection.Inventory;

namespace Holdfast.Protection.Tests.Inventory;

public sealed class SameNameTests
{
    private static readonly Vm Lost = new("lost", Exists: false, Points: 3), Restored = new("restored", Exists: true, Points: 0), BackedUp = new("backed up", Exists: true, Points: 1);

    [Fact]
    public void Points_are_those_of_the_lost_VM_until_the_restored_one_has_some()
    {
        Assert.Equal([Lost], SameName.ByPoints([Restored, Lost], v => v.Points > 0, v => v.Exists));
        Assert.Equal([BackedUp], SameName.ByPoints([BackedUp, Lost], v => v.Points > 0, v => v.Exists));
    }

    [Fact]
    public void The_VM_is_the_one_that_exists()
        => Assert.Equal([Restored], SameName.ByExistence([Lost, Restored], v => v.Exists));

    [Fact]
    public void Of_several_that_are_gone_none_is_meant_more_than_the_other()
    {
        Vm[] gone = [Lost, Lost with { Name = "lost too" }];
        Assert.Equal(gone, SameName.ByPoints(gone, v => v.Points > 0, v => v.Exists));
    }

    private sealed record Vm(string Name, bool Exists, int Points);
}
