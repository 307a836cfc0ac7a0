using System.Globalization;
using System.Text;

namespace Holdfast.EndToEnd.Tests.Harness;

/// <summary>The emulated TPM of a VM: its state on the host, and what a guest keeps in it.</summary>
public static class EmulatedTpm
{
    /// <summary>How many characters a guest's note has.</summary>
    public const int NoteLength = 32;

    private const string Root = "/var/lib/libvirt/swtpm";
    // An index of the owner's, and the owner's empty password (TPM 2.0 Part 2, 6.8 and 14; Part 1, 19.4).
    private const string Index = "01500001";
    private const string Owner = "40000001";
    private const string EmptyPassword = "00000009" + "40000009" + "0000" + "00" + "0000";

    /// <summary>The element of a domain.</summary>
    /// <param name="secret">Encrypts the state; null for one in the clear.</param>
    public static string Xml(VmSecret? secret = null) =>
        $"<tpm model='tpm-crb'><backend type='emulator' version='2.0'>{(secret is null ? "" : $"<encryption secret='{secret.Uuid}'/>")}</backend></tpm>";

    /// <summary>The folder with a VM's state; it goes with the VM.</summary>
    public static string FolderOf(Guid vm) => Path.Combine(Root, vm.ToString());

    /// <summary>The file with a VM's state.</summary>
    public static string FileOf(Guid vm) => Path.Combine(FolderOf(vm), "tpm2", "tpm2-00.permall");

    /// <summary>A VM's state.</summary>
    public static Task<byte[]> ReadAsync(Guid vm) => File.ReadAllBytesAsync(FileOf(vm));

    /// <summary>Starts a VM, but not its firmware, which counts its starts in the TPM: the state stays as it is.</summary>
    public static Task StartAsync(BareVm vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return Tool.VirshAsync("start", vm.Name, "--paused");
    }

    /// <summary>Lets libvirt make another TPM for a VM that is off, and returns its state.</summary>
    public static async Task<byte[]> MakeNewAsync(BareVm vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        Directory.Delete(FolderOf(vm.Guest.Uuid), recursive: true);
        await StartAsync(vm).ConfigureAwait(false);
        await vm.StopAsync().ConfigureAwait(false);
        return await ReadAsync(vm.Guest.Uuid).ConfigureAwait(false);
    }

    /// <summary>Has a guest keep a note in its TPM, by the commands of TPM 2.0 Part 3 (31.3 and 31.7) on the kernel's device.</summary>
    public static async Task KeepAsync(GuestAgentShell guest, string note)
    {
        ArgumentNullException.ThrowIfNull(guest);
        Assert.Equal(NoteLength, note.Length);
        // Owner and index password may write and read it, and dictionary attacks aren't counted.
        await CommandAsync(guest, "0000012A", Owner + EmptyPassword + "0000" + "000E" + Index + "000B" + "02060006" + "0000" + "0020").ConfigureAwait(false);
        await CommandAsync(
            guest, "00000137", Owner + Index + EmptyPassword + "0020" + Convert.ToHexString(Encoding.ASCII.GetBytes(note)) + "0000").ConfigureAwait(false);
    }

    /// <summary>The note that a guest kept (Part 3, 31.13).</summary>
    public static async Task<string> NoteAsync(GuestAgentShell guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        var answer = await CommandAsync(guest, "0000014E", Owner + Index + EmptyPassword + "0020" + "0000").ConfigureAwait(false);
        // Header 10, length of the parameters 4, length of the buffer 2.
        return Encoding.ASCII.GetString(answer, 16, NoteLength);
    }

    private static async Task<byte[]> CommandAsync(GuestAgentShell guest, string code, string rest)
    {
        var size = string.Create(CultureInfo.InvariantCulture, $"{10 + (rest.Length / 2):X8}");
        var octal = string.Concat(Convert.FromHexString("8002" + size + code + rest).Select(b => "\\0" + Convert.ToString(b, 8).PadLeft(3, '0')));
        // One write is one command; what is read afterwards is its answer.
        var printed = await guest.RunAsync($"""
            exec 3<>/dev/tpm0
            printf '%b' '{octal}' | dd bs=4096 iflag=fullblock 2>/dev/null >&3
            dd bs=4096 count=1 2>/dev/null <&3 | od -A n -v -t x1
            """).ConfigureAwait(false);
        var answer = Convert.FromHexString(string.Concat(printed.Where(c => !char.IsWhiteSpace(c))));
        Assert.Equal("00000000", Convert.ToHexString(answer, 6, 4));
        return answer;
    }
}
