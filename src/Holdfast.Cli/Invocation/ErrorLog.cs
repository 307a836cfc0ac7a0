using System.Globalization;
using System.Security.Cryptography;
using Holdfast.Faults;
using Holdfast.Protection.Node;

namespace Holdfast.Cli.Invocation;

/// <summary>Keeps unforeseen exceptions whole, in a file of the state folder, under an id that the user is shown.</summary>
internal static class ErrorLog
{
    /// <summary>Appends the exception, and gives the fault that names it.</summary>
    public static Fault Write(Terminal terminal, Exception exception)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var entry = string.Create(CultureInfo.InvariantCulture, $"{terminal.Time.GetUtcNow():O} activity {id}\n{exception}\n\n");
        var path = Path.Combine(NodePaths.FromEnvironment().State, "errors.log");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using var stream = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Append, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            using var writer = new StreamWriter(stream);
            writer.Write(entry);
            return InputFaults.InternalError(id, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Better on the terminal than lost.
            terminal.Error.Write(entry);
            return InputFaults.InternalError(id, "-");
        }
    }
}
