# The few things that one does with this repository. Everything else is `dotnet` itself.
.PHONY: build demo test test-unit test-full bench install setup

PREFIX ?= /usr/local
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

# The same with the long campaigns at full length.
test-full: setup
	@HOLDFAST_TEST_ROUNDS=30 scripts/test.sh

bench: setup
	@bench/run.sh

install:
	$(DOTNET) publish src/Holdfast.Cli -c Release -o $(PREFIX)/lib/holdfast -nodeReuse:false
	ln -sf ../lib/holdfast/holdfast $(PREFIX)/bin/holdfast
