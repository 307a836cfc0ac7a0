"""Lets Debian 12's azure-cli 2.45 speak of VMs.

It asks for version 2022-11-01 of the compute API, which the python3-azure that is packaged beside it doesn't have yet (Azure/azure-cli
issue 25826). Nothing of az is changed on disk: when az's table of versions is loaded, its entry for compute is lowered to the newest
one that is there.
"""
import importlib.abc
import importlib.machinery
import sys

TABLE = "azure.cli.core.profiles._shared"
NEWEST = "2022-08-01"


class Loader(importlib.abc.Loader):
    def __init__(self, loader):
        self.loader = loader

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        self.loader.exec_module(module)
        compute = module.AZURE_API_PROFILES["latest"][module.ResourceType.MGMT_COMPUTE]
        compute.profile[None] = NEWEST


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != TABLE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        spec.loader = Loader(spec.loader)
        return spec


sys.meta_path.insert(0, Finder())
