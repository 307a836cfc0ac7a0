using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Holdfast.Libvirt.Native;

/// <summary>Starts libvirt once per process: quiet errors, and the event loop on its own thread.</summary>
internal static unsafe class LibraryStart
{
    private static readonly Lazy<bool> Started = new(Start, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>INV-3: the event loop is registered before the first connection is opened, else that connection never sees an event.</summary>
    internal static void Ensure() => _ = Started.Value;

    private static bool Start()
    {
        KeepOpenSslToTheEnd();

        // Without a handler libvirt prints every error on stderr; the caller gets it as an exception instead.
        NativeLibvirt.virSetErrorFunc(0, &IgnoreError);
        NativeCall.Check(NativeLibvirt.virInitialize(), nameof(NativeLibvirt.virInitialize));
        NativeCall.Check(NativeLibvirt.virEventRegisterDefaultImpl(), nameof(NativeLibvirt.virEventRegisterDefaultImpl));
        var thread = new Thread(RunEventLoop) { IsBackground = true, Name = "libvirt events" };
        thread.Start();
        return true;
    }

    /// <summary>
    /// libvirt's library brings libssh along, which starts OpenSSL as soon as it is loaded and thereby has it taken apart when the
    /// process exits, under the feet of threads that still use it: seen as a segmentation fault, and as a double free, after all work
    /// was done. The one who starts OpenSSL first decides; .NET asks for no such clean-up, so .NET goes first.
    /// </summary>
    private static void KeepOpenSslToTheEnd() => _ = SHA256.HashData([]);

    private static void RunEventLoop()
    {
        while (true)
        {
            if (NativeLibvirt.virEventRunDefaultImpl() < 0)
            {
                // The loop's poll failed (out of memory or descriptors): don't spin, and try again.
                Thread.Sleep(100);
            }
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void IgnoreError(nint userData, NativeError* error)
    {
    }
}
