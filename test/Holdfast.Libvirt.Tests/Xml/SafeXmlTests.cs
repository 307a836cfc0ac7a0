using System.Text;

namespace Holdfast.Libvirt.Tests;

public sealed class SafeXmlTests
{
    [Theory]
    [InlineData("<!DOCTYPE domain SYSTEM 'file:///etc/passwd'><domain><name>x</name></domain>")]
    [InlineData("<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain><name>&x;</name></domain>")]
    [InlineData("<domain><name>x</name>")]
    [InlineData("<network/>")]
    [InlineData("<domain xmlns='urn:else'/>")]
    [InlineData("")]
    public void What_libvirt_would_not_write_is_refused(string xml) => Assert.Throws<LibvirtXmlException>(() => DomainXml.Parse(xml));

    [Fact]
    public void Endless_nesting_is_refused()
    {
        var xml = new StringBuilder("<domain>").Insert(8, "<a>", 100_000).Append(string.Concat(Enumerable.Repeat("</a>", 100_000))).Append("</domain>");
        Assert.Throws<LibvirtXmlException>(() => DomainXml.Parse(xml.ToString()));
    }

    [Fact]
    public void A_document_beyond_the_limit_is_refused() =>
        Assert.Throws<LibvirtXmlException>(() => DomainXml.Parse("<domain>" + new string(' ', SafeXml.CharactersMax) + "</domain>"));
}
