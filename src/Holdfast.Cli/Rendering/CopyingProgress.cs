using Holdfast.Cli.Invocation;
using Holdfast.Cli.Localization;
using Holdfast.Vault;

namespace Holdfast.Cli.Rendering;

/// <summary>Shows on standard error how far a copy is: a line for each point.</summary>
internal sealed class CopyingProgress(Settings settings, Terminal terminal) : IProgress<VaultCopyProgress>
{
    private int done;

    public void Report(VaultCopyProgress value)
    {
        if (!settings.Quiet && value.PointsDone > done)
        {
            done = value.PointsDone;
            terminal.Error.WriteLine(CliWords.Sentence(
                settings.Language, $"copy: {value.PointsDone} of {value.PointsTotal} points, {Figures.Size(value.ReadBytes)} read"));
        }
    }
}
