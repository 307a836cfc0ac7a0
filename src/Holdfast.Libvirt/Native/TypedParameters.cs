using System.Text;

namespace Holdfast.Libvirt.Native;

internal static unsafe class TypedParameters
{
    private const int CountMax = 4096;

    internal static IReadOnlyDictionary<string, object> Read(NativeTypedParameter* parameters, int count)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Clamp(count, 0, CountMax); i++)
        {
            var parameter = parameters + i;
            var field = new ReadOnlySpan<byte>(parameter->Field, 80);
            var end = field.IndexOf((byte)0);
            var name = Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
            if (Value(parameter) is { } value)
            {
                values[name] = value;
            }
        }

        return values;
    }

    private static object? Value(NativeTypedParameter* parameter)
    {
        var value = &parameter->Value;
        return parameter->Type switch
        {
            1 => *(int*)value,
            2 => *(uint*)value,
            3 => *value,
            4 => *(ulong*)value,
            5 => *(double*)value,
            6 => *(byte*)value != 0,
            7 => NativeCall.BorrowStringOrNull((nint)(*value)),
            _ => null,
        };
    }
}
