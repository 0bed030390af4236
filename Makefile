# Everything here needs Go, make and git, and nothing that is installed by hand:
# the tools come through the module proxy, at the versions of .ci/tools/go.mod.

# How long `make fuzz` spends on each target.
FUZZTIME ?= 30s
# Where `make bench` writes, how often it runs each benchmark, and how long.
OUT ?= bench.out
COUNT ?= 5
BENCHTIME ?= 0.3s

# Runs a tool of .ci/tools without entering it in the project's own go.mod.
TOOL = go tool -modfile=.ci/tools/go.mod

.PHONY: build test lint fmt fuzz bench golden peers ci

# build makes the binary ./bin/netreach.
build:
	go build -trimpath -o bin/netreach ./cmd/netreach

# test runs every test. Cases of the corpus directory run when it is there.
test:
	go test ./...

# lint runs the linters of .golangci.yml. Its first run builds them: a minute.
lint:
	$(TOOL) golangci-lint run ./...

# fmt formats the way that lint demands.
fmt:
	$(TOOL) golangci-lint fmt ./...

# fuzz runs each fuzz target for FUZZTIME, and stops at the first finding. The
# input that it found lies in testdata/fuzz then: commit it with the fix.
fuzz:
	@set -eu; \
	listing=$$(go test -list '^Fuzz' ./...); \
	printf '%s\n' "$$listing" \
	| awk '/^Fuzz/ { names[++n] = $$1 } /^ok/ { for (i = 1; i <= n; i++) print $$2, names[i]; n = 0 }' \
	| while read -r package name; do \
		echo "== $$package $$name"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5s "$$package"; \
	done

# bench runs each benchmark COUNT times into OUT, which benchstat compares. It
# takes less than ten minutes, and leaves out what takes a minute by itself;
# PROFILES=1 adds every profile as a whole process.
#   make bench OUT=old.out; ...; make bench OUT=new.out
#   go tool -modfile=.ci/tools/go.mod benchstat old.out new.out
bench:
	go test -short -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) -count $(COUNT) -timeout 10m ./... > $(OUT)
	$(if $(PROFILES),go run ./bench/run --profile all --runs $(COUNT) --benchfmt >> $(OUT))
	$(TOOL) benchstat $(OUT)

# golden writes the expected outputs anew. Read the diff before you commit it.
golden:
	go test ./cmd/netreach -update

# peers compares the verdicts with those of another implementation, on random
# clusters, and the admin policies with their resource definitions. These are
# modules of their own, so that their dependencies are not ours;
# -mod=mod lets it follow the project's go.mod.
peers:
	go -C bench/peers test -mod=mod ./...
	go -C model/lower/adminpol/conformance test -mod=mod ./...

# ci is what the continuous integration runs, all of it.
ci:
	bash .ci/run
