using System.Runtime.InteropServices;

namespace Holdfast.Libvirt.Native;

/// <summary>Turns libvirt's return values into values or a <see cref="LibvirtException"/>.</summary>
/// <remarks>INV-2: libvirt keeps the error per thread, so it is read on the failing thread, before anything else is called.</remarks>
internal static unsafe class NativeCall
{
    /// <summary>libvirtd itself refuses strings above 4 MiB (VIR_NET_MESSAGE_STRING_MAX); 16 MiB leaves room for newer ones.</summary>
    internal const int StringBytesMax = 16 * 1024 * 1024;

    /// <summary>More objects in one list than libvirt ever sends (its own limits are 16384 and 65536).</summary>
    internal const int ListCountMax = 1 << 20;

    internal static int Check(int result, string call) => result >= 0 ? result : throw LastError(call);

    internal static bool CheckBool(int result, string call) => Check(result, call) != 0;

    internal static T Check<T>(T handle, string call)
        where T : LibvirtHandle
    {
        if (!handle.IsInvalid)
        {
            return handle;
        }

        var error = LastError(call);
        handle.Dispose();
        throw error;
    }

    /// <summary>Copies and frees a string that libvirt allocated.</summary>
    internal static string TakeString(nint text, string call)
    {
        if (text == 0)
        {
            throw LastError(call);
        }

        try
        {
            return CopyString(text, call);
        }
        finally
        {
            NativeMemory.Free((void*)text);
        }
    }

    /// <summary>Copies a string that belongs to a libvirt object.</summary>
    internal static string BorrowString(nint text, string call) => text == 0 ? throw LastError(call) : CopyString(text, call);

    internal static string? BorrowStringOrNull(nint text) => text == 0 ? null : CopyString(text, "string");

    internal delegate int UuidGetter(byte* uuid);

    internal static Guid TakeUuid(UuidGetter getter, string call)
    {
        var bytes = stackalloc byte[16];
        Check(getter(bytes), call);
        return new Guid(new ReadOnlySpan<byte>(bytes, 16), bigEndian: true);
    }

    internal delegate int ListGetter(out nint* items);

    /// <summary>Takes an array of owned objects; the array itself is freed, also when wrapping fails.</summary>
    internal static List<T> TakeList<T>(ListGetter getter, Func<nint, T> wrap, string call)
    {
        var count = Check(getter(out var items), call);
        try
        {
            if (count > ListCountMax)
            {
                throw Malformed(call, $"a list of {count} objects");
            }

            var list = new List<T>(count);
            for (var i = 0; i < count; i++)
            {
                list.Add(wrap(items[i]));
            }

            return list;
        }
        finally
        {
            NativeMemory.Free(items);
        }
    }

    /// <summary>As <see cref="Check{T}"/>, but null for what doesn't exist, without an exception: of many hosts that are asked for a domain all but one say so.</summary>
    internal static T? CheckFound<T>(T handle, string call)
        where T : LibvirtHandle
    {
        if (!handle.IsInvalid)
        {
            return handle;
        }

        var error = LastError(call);
        handle.Dispose();
        return error.IsNotFound ? null : throw error;
    }

    internal static LibvirtException LastError(string call)
    {
        var error = NativeLibvirt.virGetLastError();
        if (error is null || error->Code == 0)
        {
            return new LibvirtException(call, LibvirtErrorCode.InternalError, LibvirtErrorDomain.None, LibvirtErrorLevel.Error, $"{call} failed without saying why");
        }

        var message = BorrowStringOrNull(error->Message) ?? $"{call} failed";
        return new LibvirtException(call, (LibvirtErrorCode)error->Code, (LibvirtErrorDomain)error->Domain, (LibvirtErrorLevel)error->Level, message);
    }

    internal static LibvirtException Malformed(string call, string what) =>
        new(call, LibvirtErrorCode.InternalError, LibvirtErrorDomain.None, LibvirtErrorLevel.Error, $"{call} returned {what}");

    private static string CopyString(nint text, string call)
    {
        var length = 0;
        while (((byte*)text)[length] != 0)
        {
            if (++length > StringBytesMax)
            {
                throw Malformed(call, "a string longer than 16 MiB");
            }
        }

        return System.Text.Encoding.UTF8.GetString((byte*)text, length);
    }
}
