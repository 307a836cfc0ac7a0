using Holdfast.Faults;
using Holdfast.Libvirt;
using Holdfast.Protection.Restore;
using Holdfast.Protection.Tests.Points;

namespace Holdfast.Protection.Tests.Restore;

public sealed class NewVmPlanTests
{
    private static readonly DateTimeOffset Then = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private readonly HashSet<string> _files = [];
    private readonly HashSet<string> _folders = ["/images", "/other", "/default"];
    private readonly List<DomainXml> _domains = [];

    [Fact]
    public void Images_go_beside_the_saved_ones_under_the_new_name()
    {
        var plan = Make(new RestoreAsNew("copy"));
        Assert.Equal(new ImagePlace("/images/copy-vda.qcow2", "qcow2"), plan.Images["vda"]);
        Assert.Equal(new ImagePlace("/images/copy-vdb.raw", "raw"), plan.Images["vdb"]);
    }

    [Fact]
    public void Images_whose_folder_is_not_on_this_host_go_to_the_default_one()
    {
        _folders.Remove("/images");
        Assert.Equal("/default/copy-vda.qcow2", Make(new RestoreAsNew("copy")).Images["vda"].Path);
    }

    [Fact]
    public void Images_go_where_they_are_asked_to_go() =>
        Assert.Equal("/other/copy-vdb.raw", Make(new RestoreAsNew("copy"), folder: "/other").Images["vdb"].Path);

    [Fact]
    public void A_folder_that_is_not_there_is_a_fault() =>
        Assert.Equal("HoldfastTargetFolderNotFound", Refused(new RestoreAsNew("copy"), folder: "/nowhere"));

    [Fact]
    public void A_name_that_is_taken_is_a_fault()
    {
        _domains.Add(DomainXml.Parse(SampleDomains.Uefi));
        Assert.Equal("UserErrorVmAlreadyExistWithSameName", Refused(new RestoreAsNew("vm2")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" x")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    public void A_name_that_cannot_be_one_is_a_fault(string name) => Assert.Equal("HoldfastInvalidArgument", Refused(new RestoreAsNew(name)));

    [Fact]
    public void An_image_that_exists_is_a_fault()
    {
        _files.Add("/images/copy-vdb.raw");
        Assert.Equal("HoldfastDiskFileExists", Refused(new RestoreAsNew("copy")));
    }

    [Fact]
    public void A_log_file_that_exists_is_a_fault()
    {
        _files.Add("/var/log/copy-vm1-console.log");
        Assert.Equal("HoldfastLogFileTaken", Refused(new RestoreAsNew("copy")));
    }

    [Fact]
    public void A_path_that_another_VM_names_is_a_fault_though_there_is_no_such_file()
    {
        var other = DomainXml.Parse(SampleDomains.Live.Replace("/images/vm4-overlay.qcow2", "/images/copy-vda.qcow2", StringComparison.Ordinal));
        _domains.Add(other);
        Assert.Equal("HoldfastDiskFileExists", Refused(new RestoreAsNew("copy")));
    }

    [Fact]
    public void A_MAC_address_in_use_is_not_given_again()
    {
        // The first draws are those of the saved VM and of another.
        var draws = new Queue<byte[]>([[0x11, 0x22, 0x33], [0xcc, 0x00, 0x01], [1, 2, 3]]);
        _domains.Add(DomainXml.Parse(SampleDomains.Live));
        var plan = Make(new RestoreAsNew("copy"), random: _ => draws.Dequeue());
        Assert.Equal("52:54:00:01:02:03", DomainXml.Read(plan.Root).Interfaces.Single().Mac);
    }

    private string Refused(RestoreAsNew options, string? folder = null) =>
        Assert.Throws<FaultException>(() => Make(options, folder)).Fault.Code.ToString();

    private NewVmPlan Make(RestoreAsNew options, string? folder = null, Func<int, byte[]>? random = null)
    {
        var next = (byte)0;
        var details = SamplePoints.Details(
            "vm1", SamplePoints.Disk("vda", "/images/vm1-a.qcow2"), SamplePoints.Disk("vdb", "/images/vm1-b.raw", "raw"));
        return NewVmPlan.Make(SamplePoints.Point(Then, details: details), DomainXml.Parse(SampleDomains.Plain), ["vda", "vdb"], options, new NewVmFacts
        {
            Domains = _domains,
            Folder = folder,
            DefaultFolder = "/default",
            FileExists = _files.Contains,
            FolderExists = _folders.Contains,
            RandomBytes = random ?? (_ => [1, 2, next++]),
        });
    }
}
