using System.Text.Json;
using Holdfast.Cli.Documents;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Resources;

namespace Holdfast.Cli.Node;

/// <summary>The administrator's credential that a node makes when it has none: an owner of the subscription, in a file that only the node's account reads.</summary>
internal static class FirstCredential
{
    private const string Name = "administrator";

    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "initial-credential");

    /// <summary>Makes it if there is no credential at all; null if there is one.</summary>
    public static async Task<CredentialSecretDocument?> EnsureAsync(
        string dataFolder, Credentials credentials, string tenant, string subscription, CancellationToken ct)
    {
        if (await credentials.AnyAsync(ct))
            return null;

        // The place first: a secret that could be kept nowhere would be lost.
        var file = new FileStream(PathIn(dataFolder), new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await using (file)
        {
            File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            var scope = ArmId.Parse("/subscriptions/" + subscription);
            var made = await credentials.CreateAsync(Name, [new RoleAssignment(Roles.Owner, scope)], null, ct);
            var document = CredentialSecretDocument.Of(made, Roles.Owner, scope, tenant, subscription);
            await JsonSerializer.SerializeAsync(file, document, CliJson.Default.CredentialSecretDocument, ct);
            await file.WriteAsync("\n"u8.ToArray(), ct);
            file.Flush(flushToDisk: true);
            return document;
        }
    }
}
