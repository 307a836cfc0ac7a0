using System.Xml.Linq;
using Holdfast.Libvirt;
using Holdfast.Protection.Restore;

namespace Holdfast.Protection.Tests.Restore;

public sealed class NetworkFitTests
{
    private const string Mine = "52:54:00:00:00:01";
    private const string Other = "52:54:00:00:00:02";

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.2", "", "", false)]
    [InlineData("10.0.0.2", "10.0.0.2", Other, "", true)]
    [InlineData("10.0.0.2", "10.0.0.2", Mine, "", false)]
    [InlineData("10.0.0.2", "10.0.0.2", "", Other, true)]
    [InlineData("10.0.0.2", "10.0.0.2", "", Mine, false)]
    [InlineData("10.0.0.2", "10.0.0.3", Other, "", false)]
    [InlineData("10.0.0.2", "10.0.1.2", Other, Other, false)]
    [InlineData("fd00::2", "fd00::2", Other, "", false)]
    public void A_range_is_full_where_others_have_all_of_it(string first, string last, string reserved, string leased, bool isFull)
    {
        var host = reserved.Length == 0 ? "" : $"<host mac='{reserved}' ip='10.0.0.2'/>";
        var network = XElement.Parse($"<network><ip address='10.0.0.1'><dhcp><range start='{first}' end='{last}'/>{host}</dhcp></ip></network>");
        IReadOnlyList<DhcpLease> leases = leased.Length == 0 ? [] : [new DhcpLease(leased, "10.0.0.2", null, null)];
        Assert.Equal(isFull ? $"{first} - {last}" : null, NetworkFit.FullRange(network, leases, [Mine]));
    }

    [Fact]
    public void A_network_without_dhcp_is_never_full() =>
        Assert.Null(NetworkFit.FullRange(XElement.Parse("<network><ip address='10.0.0.1'/></network>"), [], [Mine]));
}
