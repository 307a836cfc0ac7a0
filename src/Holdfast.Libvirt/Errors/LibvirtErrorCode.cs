namespace Holdfast.Libvirt;

/// <summary>What went wrong (virErrorNumber).</summary>
/// <remarks>libvirt may report numbers newer than this list: treat an undefined value as "another error".</remarks>
public enum LibvirtErrorCode
{
    /// <summary>No error.</summary>
    Ok = 0,

    /// <summary>Internal error.</summary>
    InternalError = 1,

    /// <summary>Memory allocation failure.</summary>
    NoMemory = 2,

    /// <summary>No support for this function.</summary>
    NoSupport = 3,

    /// <summary>Could not resolve hostname.</summary>
    UnknownHost = 4,

    /// <summary>Can't connect to hypervisor.</summary>
    NoConnect = 5,

    /// <summary>Invalid connection object.</summary>
    InvalidConn = 6,

    /// <summary>Invalid domain object.</summary>
    InvalidDomain = 7,

    /// <summary>Invalid function argument.</summary>
    InvalidArg = 8,

    /// <summary>A command to hypervisor failed.</summary>
    OperationFailed = 9,

    /// <summary>A HTTP GET command to failed.</summary>
    GetFailed = 10,

    /// <summary>A HTTP POST command to failed.</summary>
    PostFailed = 11,

    /// <summary>Unexpected HTTP error code.</summary>
    HttpError = 12,

    /// <summary>Failure to serialize an S-Expr.</summary>
    SexprSerial = 13,

    /// <summary>Could not open Xen hypervisor control.</summary>
    NoXen = 14,

    /// <summary>Failure doing an hypervisor call.</summary>
    XenCall = 15,

    /// <summary>Unknown OS type.</summary>
    OsType = 16,

    /// <summary>Missing kernel information.</summary>
    NoKernel = 17,

    /// <summary>Missing root device information.</summary>
    NoRoot = 18,

    /// <summary>Missing source device information.</summary>
    NoSource = 19,

    /// <summary>Missing target device information.</summary>
    NoTarget = 20,

    /// <summary>Missing domain name information.</summary>
    NoName = 21,

    /// <summary>Missing domain OS information.</summary>
    NoOs = 22,

    /// <summary>Missing domain devices information.</summary>
    NoDevice = 23,

    /// <summary>Could not open Xen Store control.</summary>
    NoXenStore = 24,

    /// <summary>Too many drivers registered.</summary>
    DriverFull = 25,

    /// <summary>Not supported by the drivers (DEPRECATED).</summary>
    CallFailed = 26,

    /// <summary>An XML description is not well formed or broken.</summary>
    XmlError = 27,

    /// <summary>The domain already exist.</summary>
    DomainExists = 28,

    /// <summary>Operation forbidden on read-only connections.</summary>
    OperationDenied = 29,

    /// <summary>Failed to open a conf file.</summary>
    OpenFailed = 30,

    /// <summary>Failed to read a conf file.</summary>
    ReadFailed = 31,

    /// <summary>Failed to parse a conf file.</summary>
    ParseFailed = 32,

    /// <summary>Failed to parse the syntax of a conf file.</summary>
    ConfSyntax = 33,

    /// <summary>Failed to write a conf file.</summary>
    WriteFailed = 34,

    /// <summary>Detail of an XML error.</summary>
    XmlDetail = 35,

    /// <summary>Invalid network object.</summary>
    InvalidNetwork = 36,

    /// <summary>The network already exist.</summary>
    NetworkExist = 37,

    /// <summary>General system call failure.</summary>
    SystemError = 38,

    /// <summary>Some sort of RPC error.</summary>
    Rpc = 39,

    /// <summary>Error from a GNUTLS call.</summary>
    GnutlsError = 40,

    /// <summary>Domain not found or unexpectedly disappeared.</summary>
    NoDomain = 42,

    /// <summary>Network not found.</summary>
    NoNetwork = 43,

    /// <summary>Invalid MAC address.</summary>
    InvalidMac = 44,

    /// <summary>Authentication failed.</summary>
    AuthFailed = 45,

    /// <summary>Invalid storage pool object.</summary>
    InvalidStoragePool = 46,

    /// <summary>Invalid storage vol object.</summary>
    InvalidStorageVol = 47,

    /// <summary>Storage pool not found.</summary>
    NoStoragePool = 49,

    /// <summary>Storage volume not found.</summary>
    NoStorageVol = 50,

    /// <summary>Invalid node device object.</summary>
    InvalidNodeDevice = 52,

    /// <summary>Node device not found.</summary>
    NoNodeDevice = 53,

    /// <summary>Security model not found.</summary>
    NoSecurityModel = 54,

    /// <summary>Operation is not applicable at this time.</summary>
    OperationInvalid = 55,

    /// <summary>Interface driver not running.</summary>
    NoInterface = 57,

    /// <summary>Invalid interface object.</summary>
    InvalidInterface = 58,

    /// <summary>More than one matching interface found.</summary>
    MultipleInterfaces = 59,

    /// <summary>Invalid nwfilter object.</summary>
    InvalidNwfilter = 61,

    /// <summary>Nw filter pool not found.</summary>
    NoNwfilter = 62,

    /// <summary>Nw filter pool not found.</summary>
    BuildFirewall = 63,

    /// <summary>Invalid secret.</summary>
    InvalidSecret = 65,

    /// <summary>Secret not found.</summary>
    NoSecret = 66,

    /// <summary>Unsupported configuration construct.</summary>
    ConfigUnsupported = 67,

    /// <summary>Timeout occurred during operation.</summary>
    OperationTimeout = 68,

    /// <summary>A migration worked, but making the VM persist on the dest host failed.</summary>
    MigratePersistFailed = 69,

    /// <summary>A synchronous hook script failed.</summary>
    HookScriptFailed = 70,

    /// <summary>Invalid domain snapshot.</summary>
    InvalidDomainSnapshot = 71,

    /// <summary>Domain snapshot not found.</summary>
    NoDomainSnapshot = 72,

    /// <summary>Stream pointer not valid.</summary>
    InvalidStream = 73,

    /// <summary>Valid API use but unsupported by the given driver.</summary>
    ArgumentUnsupported = 74,

    /// <summary>Storage pool probe failed.</summary>
    StorageProbeFailed = 75,

    /// <summary>Storage pool already built.</summary>
    StoragePoolBuilt = 76,

    /// <summary>Force was not requested for a risky domain snapshot revert.</summary>
    SnapshotRevertRisky = 77,

    /// <summary>Operation on a domain was canceled/aborted by user.</summary>
    OperationAborted = 78,

    /// <summary>Authentication cancelled.</summary>
    AuthCancelled = 79,

    /// <summary>The metadata is not present.</summary>
    NoDomainMetadata = 80,

    /// <summary>Migration is not safe.</summary>
    MigrateUnsafe = 81,

    /// <summary>Integer overflow.</summary>
    Overflow = 82,

    /// <summary>Action prevented by block copy job.</summary>
    BlockCopyActive = 83,

    /// <summary>The requested operation is not supported.</summary>
    OperationUnsupported = 84,

    /// <summary>Error in ssh transport driver.</summary>
    Ssh = 85,

    /// <summary>Guest agent is unresponsive, not running or not usable.</summary>
    AgentUnresponsive = 86,

    /// <summary>Resource is already in use.</summary>
    ResourceBusy = 87,

    /// <summary>Operation on the object/resource was denied.</summary>
    AccessDenied = 88,

    /// <summary>Error from a dbus service.</summary>
    DbusService = 89,

    /// <summary>The storage vol already exists.</summary>
    StorageVolExist = 90,

    /// <summary>Given CPU is incompatible with host CPU.</summary>
    CpuIncompatible = 91,

    /// <summary>XML document doesn't validate against schema.</summary>
    XmlInvalidSchema = 92,

    /// <summary>Finish API succeeded but it is expected to return NULL.</summary>
    MigrateFinishOk = 93,

    /// <summary>Authentication unavailable.</summary>
    AuthUnavailable = 94,

    /// <summary>Server was not found.</summary>
    NoServer = 95,

    /// <summary>Client was not found.</summary>
    NoClient = 96,

    /// <summary>Guest agent replies with wrong id to guest-sync command (DEPRECATED).</summary>
    AgentUnsynced = 97,

    /// <summary>Error in libssh transport driver.</summary>
    Libssh = 98,

    /// <summary>Fail to find the desired device.</summary>
    DeviceMissing = 99,

    /// <summary>Invalid nwfilter binding.</summary>
    InvalidNwfilterBinding = 100,

    /// <summary>No nwfilter binding.</summary>
    NoNwfilterBinding = 101,

    /// <summary>Invalid domain checkpoint.</summary>
    InvalidDomainCheckpoint = 102,

    /// <summary>Domain checkpoint not found.</summary>
    NoDomainCheckpoint = 103,

    /// <summary>Domain backup job id not found.</summary>
    NoDomainBackup = 104,

    /// <summary>Invalid network port object.</summary>
    InvalidNetworkPort = 105,

    /// <summary>The network port already exist.</summary>
    NetworkPortExist = 106,

    /// <summary>Network port not found.</summary>
    NoNetworkPort = 107,

    /// <summary>No domain's hostname found.</summary>
    NoHostname = 108,

    /// <summary>Checkpoint can't be used.</summary>
    CheckpointInconsistent = 109,

    /// <summary>More than one matching domain found.</summary>
    MultipleDomains = 110,
}
