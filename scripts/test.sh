#!/usr/bin/env bash
# Builds with warnings as errors, runs every test project, prints the list of end-to-end cases, and closes with the line
# `N passed, N failed, N skipped` over all of them.
#
#   scripts/test.sh [--unit]      --unit leaves the end-to-end tests out
#
# Ends with 1 if anything failed or did not run. A skipped case counts as a failure of the run.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

unit_only=${1:-}
results=$(pwd)/artifacts/test-results
rm -rf "$results"; mkdir -p "$results"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

echo "== build"
if ! dotnet build Holdfast.slnx -c Release -nodeReuse:false -warnaserror -v quiet; then
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi

# The end-to-end tests run the command as it is installed, compiled ahead: they start it a thousand times.
if [ "$unit_only" != --unit ]; then
  dotnet publish src/Holdfast.Cli -c Release -o artifacts/holdfast -nodeReuse:false -v quiet || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
  export HOLDFAST_COMMAND=$PWD/artifacts/holdfast/holdfast
fi

# The newer azure-cli isn't Debian 12's: only who has it runs its test.
filter=(--filter-not-trait Client=az-2.74)
[ -n "${HOLDFAST_TEST_AZ_NEW:-}" ] && filter=()

# Runs a project's tests; the report is PROJECT.trx, the exit code PROJECT.code.
run() {
  # Signals that whoever started this ignores (a shell's background job: SIGINT) would be ignored by every program tested.
  env --default-signal timeout 3600 dotnet "test/$1/bin/Release/net10.0/$1.dll" --results-directory "$results" "${filter[@]}" \
    --report-xunit-trx --report-xunit-trx-filename "$1.trx" --progress off --no-ansi --output Detailed >"$results/$1.log" 2>&1
  echo $? >"$results/$1.code"
}

end_to_end=Holdfast.EndToEnd.Tests
projects=()
for project in test/*/*.csproj; do
  projects+=("$(basename "$project" .csproj)")
done

# These count on a machine that answers at once: schedules on the real clock, VMs that are started right after they were destroyed.
alone=(Holdfast.ControlPlane.Tests Holdfast.Libvirt.Tests)
echo "== tests: ${projects[*]}"
for name in "${alone[@]}"; do run "$name"; done
# The end-to-end tests mostly wait for guests: the others run beside them.
for name in "${projects[@]}"; do [[ " $end_to_end ${alone[*]} " = *" $name "* ]] || run "$name"; done &
[ "$unit_only" = --unit ] || run $end_to_end
wait

broken=0
for name in "${projects[@]}"; do
  [ -e "$results/$name.code" ] || continue
  echo "== $name"
  tail -n 12 "$results/$name.log"
  code=$(cat "$results/$name.code")
  # 8: a project without tests. Anything else but 0 is told by its own report, or by the lack of one.
  [ -e "$results/$name.trx" ] || { [ "$code" = 8 ] && continue; echo "$name ended with $code and left no report"; broken=$((broken + 1)); }
done

python3 scripts/summary.py "$broken" "$results"/*.trx
