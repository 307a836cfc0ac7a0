#!/usr/bin/env bash
# Makes the one initial migration of each database anew from the model. Only while nothing is released: afterwards migrations are added.
set -euo pipefail
cd "$(dirname "$0")/../src/Holdfast.ControlPlane"
dotnet tool restore >/dev/null
rm -rf Persistence/Migrations
for provider in Sqlite Postgres; do
  dotnet ef migrations add Initial --context "${provider}ControlPlaneContext" --output-dir "Persistence/Migrations/$provider" --configuration Release "$@"
done
