# The few things that one does with this repository. Everything else is `dotnet` itself.
.PHONY: build coverage demo test test-unit test-full campaign mutation bench install setup

PREFIX ?= /usr/local
SHARE = $(PREFIX)/share
DOTNET = dotnet

build:
	$(DOTNET) build Holdfast.slnx -c Release -nodeReuse:false

setup:
	@scripts/setup.sh

# Backs a running VM up, loses it, brings it back. Makes and removes everything that it uses.
demo: setup
	@demo/demo.sh

# Unit tests and end-to-end tests on real guests, closing with the line of counts.
test: setup
	@scripts/test.sh

test-unit:
	@scripts/test.sh --unit

# The same with the long campaigns at full length, and with the azure-cli of Debian 13.
test-full: setup
	@az=$$(scripts/az-2.74.sh) && HOLDFAST_TEST_AZ_NEW=$$az HOLDFAST_TEST_ROUNDS=30 scripts/test.sh

# The simulated vault for HOURS, from seed SEED on. A failure prints the seed that repeats it.
HOURS = 1
SEED = 1000
campaign: setup
	$(DOTNET) build test/Holdfast.Vault.Tests -c Release -nodeReuse:false -v quiet
	HOLDFAST_CAMPAIGN_HOURS=$(HOURS) HOLDFAST_CAMPAIGN_SEED=$(SEED) $(DOTNET) test/Holdfast.Vault.Tests/bin/Release/net10.0/Holdfast.Vault.Tests.dll \
		--filter-class '*SimulationTests' --output Detailed --no-ansi --progress off

# Stryker's mutants of the garbage collection, against the vault's tests without its simulations. The report: .cache/mutation.
mutation: setup
	$(DOTNET) tool restore
	cd test/Holdfast.Vault.Tests && HOLDFAST_MUTATION=true $(DOTNET) stryker --skip-version-check -O $(CURDIR)/.cache/mutation

bench: setup
	@bench/run.sh

# docs/faults/coverage.md, from the catalogue and the tests that are built.
coverage: build
	HOLDFAST_WRITE_COVERAGE=1 $(DOTNET) test/Holdfast.Faults.Tests/bin/Release/net10.0/Holdfast.Faults.Tests.dll --filter-class '*CoverageTests' --no-ansi --progress off

install:
	$(DOTNET) publish src/Holdfast.Cli -c Release -o $(PREFIX)/lib/holdfast -nodeReuse:false
	mkdir -p $(PREFIX)/bin $(SHARE)/man/man1 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	ln -sf ../lib/holdfast/holdfast $(PREFIX)/bin/holdfast
	$(PREFIX)/bin/holdfast reference man >$(SHARE)/man/man1/holdfast.1
	$(PREFIX)/bin/holdfast completion bash >$(SHARE)/bash-completion/completions/holdfast
	$(PREFIX)/bin/holdfast completion zsh >$(SHARE)/zsh/site-functions/_holdfast
	$(PREFIX)/bin/holdfast completion fish >$(SHARE)/fish/vendor_completions.d/holdfast.fish
