using System.Reflection;

namespace Holdfast.Architecture.Tests;

/// <summary>Who may know whom. Referenced assemblies say what the code uses, whatever its project file allows.</summary>
public sealed class ArrowTests
{
    private static readonly string[] LowerRooms = ["Holdfast.Faults", "Holdfast.GuestAgent", "Holdfast.Libvirt", "Holdfast.Nbd", "Holdfast.Vault"];

    public static TheoryData<string> LowerRoomNames => [.. LowerRooms];

    [Theory]
    [MemberData(nameof(LowerRoomNames))]
    public void A_lower_room_knows_no_other_room(string room) => Assert.Empty(RoomsKnownTo(room));

    // Kinds of remote stores: whoever isn't the command sees an IObjectStore, and no SDK.
    [Theory]
    [InlineData("Holdfast.Vault.S3", "AWSSDK")]
    [InlineData("Holdfast.Vault.AzureBlob", "Azure")]
    public void A_remote_store_knows_the_vault_alone_and_only_the_command_knows_it(string room, string sdk)
    {
        Assert.Equal(["Holdfast.Vault"], RoomsKnownTo(room));
        foreach (var other in (string[])[.. LowerRooms, "Holdfast.Protection", "Holdfast.ControlPlane", "Holdfast.Api"])
        {
            Assert.DoesNotContain(room, RoomsKnownTo(other));
            Assert.DoesNotContain(Assembly.Load(other).GetReferencedAssemblies(), a => a.Name!.StartsWith(sdk, StringComparison.Ordinal));
        }

        Assert.Contains(room, RoomsKnownTo("holdfast"));
    }

    [Fact]
    public void The_engine_knows_only_the_lower_rooms() => Assert.Subset(LowerRooms.ToHashSet(), RoomsKnownTo("Holdfast.Protection").ToHashSet());

    [Fact]
    public void The_control_plane_knows_the_engine_and_the_rooms_below_it() => Assert.Subset(
        LowerRooms.Append("Holdfast.Protection").ToHashSet(), RoomsKnownTo("Holdfast.ControlPlane").ToHashSet());

    // Of libvirt and the engine it knows the words (a domain's state, a point's consistency) that the control plane's records are made of.
    [Fact]
    public void The_api_touches_no_vault_no_export_and_no_agent() =>
        Assert.Empty(RoomsKnownTo("Holdfast.Api").Intersect(["Holdfast.Vault", "Holdfast.Nbd", "Holdfast.GuestAgent", "holdfast"]));

    [Fact]
    public void Only_the_command_knows_the_console_packages()
    {
        foreach (var room in (string[])[.. LowerRooms, "Holdfast.Protection", "Holdfast.ControlPlane", "Holdfast.Api"])
        {
            Assert.DoesNotContain(
                Assembly.Load(room).GetReferencedAssemblies(),
                a => a.Name is "System.CommandLine" or "Spectre.Console");
        }
    }

    [Fact]
    public void Every_room_says_what_it_is()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Holdfast.slnx")))
            root = root.Parent;
        Assert.NotNull(root);
        foreach (var room in Directory.EnumerateDirectories(Path.Combine(root.FullName, "src")))
        {
            var readme = Path.Combine(room, "README.md");
            Assert.True(File.Exists(readme), $"{readme} is missing");
            if (!room.EndsWith("Cli", StringComparison.Ordinal))
                Assert.Contains("INV-1", File.ReadAllText(readme), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> RoomsKnownTo(string room) => Assembly.Load(room).GetReferencedAssemblies()
        .Select(a => a.Name!).Where(n => n.StartsWith("Holdfast.", StringComparison.Ordinal));
}
