using System.CommandLine;
using Holdfast.Cli.Documents;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Node;
using Holdfast.Cli.Rendering;
using Holdfast.ControlPlane.Access;
using Holdfast.ControlPlane.Resources;
using Holdfast.Faults;

namespace Holdfast.Cli.Commands;

/// <summary>holdfast credential ...</summary>
internal static class CredentialCommands
{
    public static Command Create(CliApp app) => CommandTree.Group(
        "credential", "Who may use a node: make, list, rotate and revoke credentials", CreateOne(app), List(app), Rotate(app), Revoke(app), ResetSigningKeys(app));

    private static CliCommand CreateOne(CliApp app)
    {
        var options = new NodeOptions();
        var role = new Option<string>("--role") { Description = "What it may do", HelpName = "Owner|Contributor|Operator|Reader", Required = true };
        var scope = new Option<string[]>("--scope") { Description = "Where: id of a subscription, resource group or vault; may be given several times; the subscription if not given", HelpName = "ID" };
        var name = new Option<string?>("--name") { Description = "Its name, unlike every other's; made up if not given", HelpName = "NAME" };
        var expires = new Option<DateTimeOffset?>("--expires") { Description = "Until when it is valid: " + Parsers.UntilLetters, HelpName = "WHEN" };
        role.AcceptOnlyFromAmong([.. Roles.All.Select(r => r.ShortName)]);
        var command = new CliCommand("create", "Make a credential; shows its secret once")
        {
            Examples =
            [
                "holdfast credential create --data /srv/holdfast --role Operator --name night-shift",
                "holdfast credential create --data /srv/holdfast --role Reader --scope /subscriptions/ID/resourceGroups/holdfast --output json",
            ],
            MoreExitCodes = [ExitCode.NotFound],
        }.With([.. options.OfDatabase, role, scope, name, expires]);
        app.Handle(command, async (run, ct) =>
        {
            var node = await NodeDatabase.OpenAsync(options.Read(run), run.Terminal.Time, ct);
            var subscriptions = await node.SubscriptionsAsync(ct);
            _ = Roles.TryFind(run.Value(role), out var given);
            var scopes = run.Value(scope) is { Length: > 0 } ids ? ids : ["/subscriptions/" + subscriptions[0]];
            var assignments = scopes.Select(id => new RoleAssignment(given!, ScopeOf(id, subscriptions))).ToList();
            var made = await node.Credentials.CreateAsync(
                run.Value(name) ?? $"{given!.ShortName}-{Guid.NewGuid().ToString()[..8]}", assignments, run.Value(expires), ct);
            await node.RecordAsync("credential create", $"{made} {given!.Name} {string.Join(' ', scopes)}", ct);
            Show(run, CredentialSecretDocument.Of(made, given, assignments[0].Scope, await node.TenantAsync(ct), subscriptions[0]));
            return ExitCode.Done;
        });
        expires.CustomParser = Parsers.Until(TimeProvider.System);
        return command;
    }

    private static CliCommand List(CliApp app)
    {
        var options = new NodeOptions();
        var command = new CliCommand("list", "List credentials, also those that are revoked")
        {
            Examples = ["holdfast credential list --data /srv/holdfast"], MoreExitCodes = [ExitCode.NotFound],
        }.With(options.OfDatabase);
        app.Handle(command, async (run, ct) =>
        {
            var node = await NodeDatabase.OpenAsync(options.Read(run), run.Terminal.Time, ct);
            var all = await node.Credentials.ListAsync(ct);
            if (run.Report.IsJson)
            {
                run.Report.Json(new CredentialsDocument([.. all.Select(CredentialDocument.Of)]), CliJson.Default.CredentialsDocument);
                return ExitCode.Done;
            }

            run.Report.Table(["id", "name", "role", "scope", "secret of", "state"], all.SelectMany(c => c.Assignments.DefaultIfEmpty().Select(a => (IReadOnlyList<string>)
            [
                c.AppId.ToString(), c.DisplayName, a?.Role.Name ?? "-", a?.Scope.ToString() ?? "-", Figures.Local(c.SecretCreatedUtc, run.Report.Time),
                c.RevokedUtc is { } revoked ? "revoked " + Figures.Local(revoked, run.Report.Time)
                    : c.ExpiresUtc is { } ends ? (ends <= run.Report.Time.GetUtcNow() ? "expired " : "until ") + Figures.Local(ends, run.Report.Time) : "valid",
            ])));
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Rotate(CliApp app)
    {
        var options = new NodeOptions();
        var which = Which();
        var command = new CliCommand("rotate", "Give a credential a new secret, and show it once; the old one and its tokens are refused within a minute")
        {
            Examples = ["holdfast credential rotate --data /srv/holdfast administrator"], MoreExitCodes = [ExitCode.NotFound],
        }.With([which, .. options.OfDatabase]);
        app.Handle(command, async (run, ct) =>
        {
            var node = await NodeDatabase.OpenAsync(options.Read(run), run.Terminal.Time, ct);
            var made = await node.Credentials.RotateAsync(run.Value(which)!, ct);
            await node.RecordAsync("credential rotate", made.ToString(), ct);
            Show(run, CredentialSecretDocument.Of(made, null, null, await node.TenantAsync(ct), (await node.SubscriptionsAsync(ct))[0]));
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand Revoke(CliApp app)
    {
        var options = new NodeOptions();
        var which = Which();
        var command = new CliCommand("revoke", "End a credential for good; its tokens are refused on every node within a minute")
        {
            Examples = ["holdfast credential revoke --data /srv/holdfast night-shift"], MoreExitCodes = [ExitCode.NotFound],
        }.With([which, .. options.OfDatabase]);
        app.Handle(command, async (run, ct) =>
        {
            var node = await NodeDatabase.OpenAsync(options.Read(run), run.Terminal.Time, ct);
            var revoked = await node.Credentials.RevokeAsync(run.Value(which)!, ct);
            await node.RecordAsync("credential revoke", $"{revoked.DisplayName} ({revoked.AppId})", ct);
            if (run.Report.IsJson)
                run.Report.Json(CredentialDocument.Of(revoked), CliJson.Default.CredentialDocument);
            else
                run.Report.Line($"{revoked.DisplayName} ({revoked.AppId}) is revoked.");
            return ExitCode.Done;
        });
        return command;
    }

    private static CliCommand ResetSigningKeys(CliApp app)
    {
        var options = new NodeOptions();
        var yes = new Option<bool>("--yes", "-y") { Description = "Don't ask" };
        var command = new CliCommand("reset-signing-keys", "Forget every key that signs tokens, and make a new key file: everybody has to log in again")
        {
            Examples = ["holdfast credential reset-signing-keys --data /srv/holdfast --yes"], MoreExitCodes = [ExitCode.NotFound],
        }.With([.. options.OfDatabase, options.Keys, yes]);
        app.Handle(command, async (run, ct) =>
        {
            var settings = options.Read(run);
            var node = await NodeDatabase.OpenAsync(settings, run.Terminal.Time, ct);
            if (!run.Value(yes))
                throw InputFaults.ConfirmationNeeded("forget every signing key").ToException();
            if (DataFolder.Find(settings.DataFolder) is { } alive)
                throw NodeFaults.NodeAlive(alive.Node).ToException();
            using var keys = node.SigningKeys;
            await keys.ResetAsync(ct);
            await node.RecordAsync("credential reset-signing-keys", "signing keys", ct);
            run.Report.Line("All signing keys are forgotten. Copy the new key file to the other nodes before they are started again.");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(CommandRun run, CredentialSecretDocument made)
    {
        if (run.Report.IsJson)
        {
            run.Report.Json(made, CliJson.Default.CredentialSecretDocument);
            return;
        }

        run.Report.Pairs(
        [
            ("Application id", made.AppId), ("Name", made.DisplayName), ("Secret (shown only now)", made.Secret), ("Tenant", made.Tenant),
            ("Subscription", made.Subscription),
        ]);
    }

    private static Argument<string> Which() => new("CREDENTIAL") { Description = "Application id or name of the credential" };

    private static ArmId ScopeOf(string text, IReadOnlyList<string> subscriptions) =>
        ArmId.TryParse(text, out var id) && subscriptions.Contains(id.SubscriptionId, StringComparer.OrdinalIgnoreCase)
            ? id
            : throw InputFaults.InvalidArgument("--scope", $"'{text}' isn't the id of something in a subscription of this node").ToException();
}
