namespace Holdfast.Vault.Tests;

public sealed class WriteOutTests
{
    [Fact]
    public void What_was_written_out_is_still_what_the_file_holds()
    {
        var path = Path.GetTempFileName();
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            var content = new byte[300_000];
            new Random(1).NextBytes(content);
            RandomAccess.Write(file, content, 0);
            Assert.Equal(0, Posix.WriteOut(file, 0, 100_001));
            var read = new byte[content.Length];
            Assert.Equal(read.Length, RandomAccess.Read(file, read, 0));
            Assert.Equal(content, read);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_failure_is_told_since_the_sync_at_the_end_would_not()
    {
        // What has no pages to be written is the one failure that can be had without a broken disk.
        using var device = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);
        Assert.NotEqual(0, Posix.WriteOut(device, 0, 4096));
    }
}
