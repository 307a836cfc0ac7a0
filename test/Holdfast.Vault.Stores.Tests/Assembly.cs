using Holdfast.Vault.Stores.Tests.Servers;

[assembly: AssemblyFixture(typeof(AzuriteServer))]
[assembly: AssemblyFixture(typeof(RadosgwServer))]
