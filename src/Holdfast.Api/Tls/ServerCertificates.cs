using Holdfast.Faults;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Api.Tls;

/// <summary>
/// The certificate that new connections get. It is read again from time to time, so that a renewed one is taken up without a restart; when that fails the old one
/// stays, and the log says so.
/// </summary>
public sealed partial class ServerCertificates : BackgroundService
{
    private static readonly TimeSpan ReadEvery = TimeSpan.FromMinutes(10);

    private readonly Func<ServerCertificate> _read;
    private readonly TimeProvider _time;
    private readonly ILogger<ServerCertificates> _log;
    private volatile ServerCertificate _current;

    /// <summary>Reads the certificate for the first time.</summary>
    /// <exception cref="FaultException">It can't be used.</exception>
    public ServerCertificates(Func<ServerCertificate> read, TimeProvider time, ILogger<ServerCertificates> log)
    {
        ArgumentNullException.ThrowIfNull(read);
        _read = read;
        _time = time;
        _log = log;
        _current = read();
    }

    /// <summary>The present certificate.</summary>
    public ServerCertificate Current => _current;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ReadEvery, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var read = _read();
                if (read.Certificate.Thumbprint != _current.Certificate.Thumbprint)
                {
                    _current = read;
                    LogRenewed(read.Certificate.NotAfter.ToUniversalTime());
                }
            }
            catch (FaultException e)
            {
                LogFailed(FaultCatalogue.Shared.Render(e.Fault, FaultLanguage.English).Message, _current.Certificate.NotAfter.ToUniversalTime());
            }
        }
    }

    [LoggerMessage(3020, LogLevel.Information, "A new server certificate is used from now on; it ends {Ends:O}")]
    private partial void LogRenewed(DateTime ends);

    [LoggerMessage(3021, LogLevel.Error, "The server certificate couldn't be read again: {Reason} The one from before is used until it ends {Ends:O}; mend the files.")]
    private partial void LogFailed(string reason, DateTime ends);
}
