# Everything runs through the go, gcc and npm of the machine; setup fetches the
# rest into the cache (see `bin/fbnas setup --help`).

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS     := -ldflags '-s -w -X main.version=$(VERSION)'

# Processors of devices that get an agent of their own.
AGENTS      := amd64 arm64

.PHONY: all setup build check lint test test-long check-vm check-phone demo bench performance zoo generate clean

all: build

# ONNX Runtime, the demo data, the parts for arm64 devices, and what only tests
# need (conformance vectors, qemu, sshd, adb), verified by hash, without root.
setup:
	$(GO) run ./cmd/fbnas setup --all

# The agents are embedded in fbnas. They go to other machines: no cgo in them. The
# same source gives the same bytes, without version and time, so that a device that
# has the agent is not given it again.
EMBEDDED    := latency/agents/built

build:
	mkdir -p bin
	for arch in $(AGENTS); do agent=fbnas-agent-linux-$$arch; \
	  CGO_ENABLED=0 GOOS=linux GOARCH=$$arch \
	  $(GO) build -trimpath -buildvcs=false -ldflags '-s -w' -o bin/$$agent ./cmd/fbnas-agent && \
	  gzip -9nf bin/$$agent && mv bin/$$agent.gz $(EMBEDDED) || exit 1; done
	CGO_ENABLED=1 $(GO) build -trimpath $(LDFLAGS) -o bin/fbnas ./cmd/fbnas

# Tests of whole programs, of the zoo's large networks, of large tables and of many
# plans take too long under the race detector, which all that they use is tested with: test-long
# runs them.
LARGE    := Zoo|Sparse|BigSpace|ResumeAtAnyRound|PlanIsA|SpacesOfFew|Int8Plan|RandomArchs
LONG     := ^Test($(LARGE))|Scripts$$|^TestTerminal$$|^TestCheckPhone$$
LONG_IN   = $(shell grep -rlE --include=*_test.go '^func Test($(LARGE)|[A-Za-z0-9]*Scripts\>|Terminal\>|CheckPhone\>)' . \
              | xargs -n1 dirname | sort -u)

# Packages that are tested at the same time: many wait most of the time.
AT_ONCE   = $(shell echo $$((2 * $$(nproc))))

# What setup and lint both need is compiled before. Setup waits for downloads,
# and tests for devices and programs: the processor has something else to do.
check:
	$(GO) build ./...
	$(MAKE) -j2 setup lint
	$(MAKE) -j2 test test-long

# The import policy is tested uncached: go's test cache does not see go list.
lint:
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt: $$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) test -count=1 ./internal/archtest

# Vetted by lint, which tests archtest, too. The time limit only ends what hangs, also on a machine with
# much other work; without GORACE each of the packages waits a second at its end.
test:
	GORACE=atexit_sleep_ms=0 $(GO) test -race -vet=off -p $(AT_ONCE) -timeout 60m -skip '$(LONG)' $$($(GO) list ./... | grep -v /archtest)

test-long:
	$(GO) test -vet=off -timeout 60m -run '$(LONG)' $(LONG_IN)

# What fbnas promises of devices, on a virtual arm64 board with a kernel of its
# own, which loses its power. Takes minutes, without root.
check-vm: build
	bin/fbnas setup
	bin/fbnas setup onnxruntime-arm64 linux-arm64-libraries qemu-system-arm linux-image-arm64 userland-arm64
	FBNAS_CHECK_VM=1 $(GO) test -count=1 -timeout 30m -v -run TestVirtualMachine ./cmd/fbnas

# The same on the phone that is attached: see docs/check-phone.md. For example
# make check-phone CHECK=--yes FBNAS_PHONE=serial
check-phone: build
	bin/fbnas setup
	bin/fbnas setup onnxruntime-arm64 linux-arm64-libraries
	scripts/check-phone.sh $(CHECK)

# The main job on real images: profile this machine, search, train, export,
# check. An interrupted demo goes on; remove runs/demo to start anew.
demo: build
	bin/fbnas setup
	scripts/demo.sh

# Speed and memory of training on this machine, as JSON lines; about half an
# hour, and only an idle machine gives figures worth keeping. For example
# make bench BENCH='-quick -only "step .*net=relu"'
bench:
	@$(GO) run ./cmd/fbnas setup >&2
	@$(GO) run ./tools/bench $(BENCH)

# The same, and docs/performance.md made from it.
performance:
	@$(GO) run ./cmd/fbnas setup >&2
	@$(GO) run ./tools/bench -markdown docs/performance.md $(BENCH)

# The table of all built-in networks, docs/zoo.md, from two runs of five minutes
# each; beside PyTorch's exports where python3-torch and python3-onnx are.
zoo: build
	bin/fbnas setup
	mkdir -p runs/zoo
	for run in 1 2; do $(GO) run ./tools/zoo -folder runs/zoo >runs/zoo/$$run.jsonl || exit 1; done
	$(GO) run ./tools/zoo -from runs/zoo/1.jsonl,runs/zoo/2.jsonl -markdown docs/zoo.md

# Re-creates the committed generated files; needs protoc (protobuf-compiler).
generate:
	$(GO) generate ./...

clean:
	rm -rf bin $(EMBEDDED)/*.gz
