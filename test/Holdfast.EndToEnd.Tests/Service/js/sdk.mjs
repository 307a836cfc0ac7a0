// Walks a protected VM through the two SDKs: node sdk.mjs ENDPOINT SUBSCRIPTION APPID SECRET VM
import { RecoveryServicesClient } from "@azure/arm-recoveryservices";
import { RecoveryServicesBackupClient } from "@azure/arm-recoveryservicesbackup";

const [endpoint, subscription, appId, secret, vm] = process.argv.slice(2);
const group = "holdfast", vault = "sdk";
const credential = {
  async getToken(scopes) {
    const body = new URLSearchParams({ grant_type: "client_credentials", client_id: appId, client_secret: secret, scope: scopes[0] });
    const answer = await fetch(`${endpoint}/adfs/oauth2/token`, { method: "POST", body });
    const token = await answer.json();
    return { token: token.access_token, expiresOnTimestamp: Date.now() + token.expires_in * 1000 };
  },
};
const check = (condition, what) => { if (!condition) throw new Error(what); };
const all = async (pages) => { const found = []; for await (const entry of pages) found.push(entry); return found; };
const pause = () => new Promise((resolve) => setTimeout(resolve, 500));

const vaults = new RecoveryServicesClient(credential, subscription, { endpoint });
const backup = new RecoveryServicesBackupClient(credential, subscription, { endpoint });

const made = await vaults.vaults.beginCreateOrUpdateAndWait(group, vault, { location: "local", sku: { name: "Standard" }, properties: { publicNetworkAccess: "Enabled" } });
check(made.properties.provisioningState === "Succeeded", "vault");
check((await all(backup.backupPolicies.list(vault, group))).some((p) => p.name === "DefaultPolicy"), "policies");

const container = `IaasVMContainer;iaasvmcontainerv2;${group};${vm}`, item = `VM;iaasvmcontainerv2;${group};${vm}`;
const source = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${vm}`;
await backup.protectionContainers.refresh(vault, group, "Azure");
check((await all(backup.backupProtectableItems.list(vault, group, { filter: "backupManagementType eq 'AzureIaasVM'" }))).some((i) => i.properties.friendlyName === vm), "protectable");

// What these calls start is found by the header, which the SDK leaves to its caller.
const operation = async (call) => {
  let header;
  await call({ onResponse: (raw) => { header = raw.headers.get("azure-asyncoperation") ?? header; } });
  const id = new URL(header).pathname.split("/").pop();
  for (;;) {
    const status = await backup.backupOperationStatuses.get(vault, group, id);
    if (status.status !== "InProgress") { check(status.status === "Succeeded", JSON.stringify(status)); return status.properties.jobId; }
    await pause();
  }
};
const ended = async (job) => {
  for (;;) {
    const { properties } = await backup.jobDetails.get(vault, group, job);
    if (properties.status !== "InProgress") return properties;
    await pause();
  }
};

await operation((options) => backup.protectedItems.createOrUpdate(vault, group, "Azure", container, item, {
  properties: { protectedItemType: "Microsoft.Compute/virtualMachines", sourceResourceId: source, policyId: `${made.id}/backupPolicies/DefaultPolicy` },
}, options));
const job = await operation((options) => backup.backups.trigger(vault, group, "Azure", container, item, { properties: { objectType: "IaasVMBackupRequest" } }, options));
const done = await ended(job);
check(done.status.startsWith("Completed"), JSON.stringify(done));
check(done.extendedInfo.tasksList.length > 0, "tasks");
check((await all(backup.recoveryPoints.list(vault, group, "Azure", container, item))).length === 1, "points");
check((await backup.backupStatus.get("local", { resourceType: "VM", resourceId: source })).protectionStatus === "Protected", "status");

// The export's files are read with the token, like everything else.
let result;
await backup.jobs.export(vault, group, { filter: "operation eq 'Backup'", onResponse: (raw) => { result = raw.headers.get("location") ?? result; } });
const { operation: exported } = await backup.exportJobsOperationResults.get(vault, group, new URL(result).pathname.split("/").pop());
check(exported.objectType === "ExportJobsOperationResultInfo", JSON.stringify(exported));
const download = async (url) => await fetch(url, { headers: { authorization: `Bearer ${(await credential.getToken([""])).token}` } });
const history = await (await download(exported.blobUrl + exported.blobSasKey)).json();
check(history.length === 1 && history[0].name === job && history[0].properties.extendedInfo.tasksList.length > 0, JSON.stringify(history));
check((await (await download(exported.excelFileBlobUrl + exported.excelFileBlobSasKey)).text()).includes(`${job},${vm},Backup,${done.status}`), "table");
check((await fetch(exported.blobUrl)).status === 401, "the export is open");

try {
  await backup.jobCancellations.trigger(vault, group, job);
  check(false, "a job that is over was cancelled");
} catch (error) {
  check(error.code === "HoldfastJobNotInProgress" && error.statusCode === 400, `${error.code} ${error.statusCode}`);
}

await backup.backupResourceVaultConfigs.update(vault, group, { properties: { softDeleteFeatureState: "Disabled" } });
await ended(await operation((options) => backup.protectedItems.delete(vault, group, "Azure", container, item, options)));
await vaults.vaults.beginDeleteAndWait?.(group, vault) ?? await vaults.vaults.delete(group, vault);
console.log("done");
