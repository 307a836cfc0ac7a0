using Holdfast.Cli.Engine;
using Holdfast.Cli.Invocation;
using Holdfast.Cli.Remote;
using Holdfast.Protection.Freeze;

// The guard is its own process, which signals must not end: it is reached before any of them is handled.
if (args is [GuardCommand.Verb])
{
    return await FreezeGuardProcess.RunAsync(Console.OpenStandardInput(), Console.OpenStandardOutput(), CancellationToken.None);
}

var terminal = Terminal.OfProcess();
using var cancellation = new SignalCancellation(terminal.Error);
return (int)await new CliApp(terminal, new NodeFirstEngineFactory(new LocalEngineFactory(terminal), terminal)).RunAsync(args, cancellation.Token);
