global using Holdfast.Nbd;
global using Holdfast.Vault;
