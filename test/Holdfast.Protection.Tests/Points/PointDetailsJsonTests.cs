using System.Text;
using System.Text.Json;
using Holdfast.Protection.Points;

namespace Holdfast.Protection.Tests.Points;

public sealed class PointDetailsJsonTests
{
    [Fact]
    public void Details_come_back_as_they_were_written()
    {
        var details = SamplePoints.Details() with
        {
            Checkpoint = "holdfast-v-p",
            Online = true,
            Skipped = [new SkippedDisk("sda", "cdrom")],
            Note = "before the upgrade, \"β\"",
            FrozenMilliseconds = 12.5,
            NvramAttachment = "nvram.fd",
            TpmAttachment = "tpm-state",
        };
        var read = PointDetailsJson.Read(PointDetailsJson.Write(details));
        Assert.Equal(JsonSerializer.Serialize(details), JsonSerializer.Serialize(read));
    }

    [Fact]
    public void Members_of_a_newer_version_are_skipped()
    {
        var json = Encoding.UTF8.GetString(PointDetailsJson.Write(SamplePoints.Details()));
        var newer = json.Replace("\"details\":{", "\"colour\":\"blue\",\"details\":{\"mood\":[1,{\"x\":2}],", StringComparison.Ordinal);
        Assert.NotEqual(json, newer);
        Assert.Equal("vm1", PointDetailsJson.Read(Encoding.UTF8.GetBytes(newer)).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"format\":2,\"details\":null}")]
    [InlineData("{\"format\":1,\"details\":null}")]
    [InlineData("{\"format\":1,\"details\":{\"kind\":\"VirtualMachine\"}}")]
    public void What_is_not_a_points_properties_is_a_format_error(string json) =>
        Assert.Throws<FormatException>(() => PointDetailsJson.Read(Encoding.UTF8.GetBytes(json)));
}
