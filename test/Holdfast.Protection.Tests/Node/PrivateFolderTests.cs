using System.Runtime.Versioning;
using Holdfast.Faults;
using Holdfast.Protection.Node;

namespace Holdfast.Protection.Tests.Node;

[SupportedOSPlatform("linux")]
public sealed class PrivateFolderTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("holdfast-folder-");

    [Fact]
    public void It_is_made_for_its_owner_alone()
    {
        var path = PrivateFolder.Create(_home.FullName, "state", "locks");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
    }

    [Fact]
    public void One_that_cannot_be_made_is_named_with_the_reason()
    {
        var file = Path.Combine(_home.FullName, "file");
        File.WriteAllText(file, "");
        var e = Assert.Throws<FaultException>(() => PrivateFolder.Create(file, "locks"));
        Assert.Equal("HoldfastStateFolderNotUsable", e.Fault.Code.ToString());
        Assert.Equal(Path.Combine(file, "locks"), e.Fault.Parameters["path"]);
    }

    public void Dispose() => _home.Delete(recursive: true);
}
