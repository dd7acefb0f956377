# `make` alone says what there is. Go and make suffice for everything but lint-openapi,
# docs, docs-check, links-check, diagrams-check and clients-node, which need Node,
# clients-schemathesis, which needs Python, reuse, which needs all of these and Java, and
# walk, breaking and links-check, which need git.

GOLANGCI_LINT_VERSION := v2.15.0
REDOCLY_VERSION := 2.77.0
OASDIFF_VERSION := v1.36.0

# The race detector needs a C compiler; without one the tests run without it.
RACE := $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)
GOLANGCI_LINT := bin/golangci-lint-$(GOLANGCI_LINT_VERSION)
OASDIFF := bin/oasdiff-$(OASDIFF_VERSION)

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

.PHONY: demo
demo: ## run the guide's six steps and the whole life of a task, in memory; with DEMO=live the six steps on the service
	@go run ./taskrouter/examples/quickstart

.PHONY: test
test: ## run all tests
	go test $(RACE) ./...

# The newest release of Go, beside the one that go.mod asks for: both are supported.
NEWEST_GO := go1.27.1

.PHONY: test-newest
test-newest: ## run all tests with the newest Go, which the module proxy has
	GOTOOLCHAIN=$(NEWEST_GO) go vet ./... && GOTOOLCHAIN=$(NEWEST_GO) go test ./...

# An example that needs more than the SDK does is a module of its own.
EXAMPLE_MODULES := $(patsubst %/go.mod,%,$(wildcard taskrouter/examples/*/go.mod))

.PHONY: test-examples
test-examples: ## run the tests of the example modules
	@for module in $(EXAMPLE_MODULES); do \
	  (cd $$module && go vet ./... && go test $(RACE) ./...) || exit 1; \
	done

.PHONY: consumer
consumer: ## build and run a program that uses the SDK from outside, and check what it links
	go -C conformance/consumer vet ./... && go -C conformance/consumer test $(RACE) ./...

# Where the results are written, below conformance/peer or absolute; the README may be none.
RESULTS := RESULTS.md
RESULTS_README := ../../README.md

# The results come first, since a test holds them against the README.
.PHONY: peer
peer: ## compare requests and measure beside the official Go library; writes conformance/peer/RESULTS.md and the table of README.md
	go -C conformance/peer run ./cmd/compare -out "$(RESULTS)" -readme "$(RESULTS_README)"
	$(MAKE) peer-test

# Not from the cache, which does not know the pages outside of the module that tests read.
.PHONY: peer-test
peer-test: ## the tests of peer: hold the SDK beside the official Go library, and let that use the emulator
	go -C conformance/peer vet ./... && go -C conformance/peer test -count=1 $(RACE) ./...

.PHONY: walk
walk: ## do what README.md says, word by word, with nothing but Go and make (needs git)
	go run ./conformance/cmd/walk

.PHONY: emulator
emulator: ## serve a TaskRouter in memory on port 8080 of this machine; its flags in FLAGS="-state file -speed 60"
	go run ./taskrouter/cmd/taskrouter-emulator $(FLAGS)

.PHONY: clients
clients: peer-test clients-node clients-schemathesis ## drive the emulator with clients that nobody here wrote

.PHONY: clients-node
clients-node: ## ask the emulator for everything through the official library for Node, unmodified (needs Node)
	npm ci --loglevel=error --ignore-scripts --prefix conformance/clients/node
	conformance/with-emulator npm test --silent --prefix conformance/clients/node

.PHONY: clients-schemathesis
clients-schemathesis: ## the part of clients with calls that Schemathesis makes of the document (needs Python 3.11)
	conformance/clients/schemathesis/check

.PHONY: coverage
coverage: ## show what the fixtures prove of each operation and what the emulator answers, and fail where they do not
	@go run ./conformance/cmd/coverage

.PHONY: record
record: ## record the fixtures of the emulator again, or from BASE=URL all or FIXTURES="tasks workers"
ifneq ($(origin BASE),undefined)
	go run ./conformance/cmd/record -base "$(BASE)" $(if $(PATIENCE),-patience $(PATIENCE)) $(FIXTURES)
else
	@[ -z "$(FIXTURES)" ] || { echo 'expected BASE=URL for FIXTURES: of the emulator all are recorded'; exit 2; }
	go test ./conformance -run '^TestTheFixturesOfTheEmulatorAreWhatItAnswers$$' -count=1 -v -record
endif

.PHONY: generate
generate: ## generate code from the OpenAPI document
	go generate ./...

.PHONY: generate-check
generate-check: ## generate, and fail if that changed anything
	@before=$$(mktemp -d) && trap 'rm -rf "$$before"' EXIT && cp -R gen "$$before" && \
	go generate ./... && diff -ru "$$before/gen" gen && echo "generated code is up to date"

.PHONY: lint
lint: $(GOLANGCI_LINT) ## check the Go code
	$(GOLANGCI_LINT) run ./...
	@for module in $(EXAMPLE_MODULES) conformance/consumer conformance/peer; do \
	  (cd $$module && $(CURDIR)/$(GOLANGCI_LINT) run --config $(CURDIR)/.golangci.yml ./...) || exit 1; \
	done

$(GOLANGCI_LINT):
	GOBIN=$(CURDIR)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv bin/golangci-lint $@

.PHONY: lint-openapi
lint-openapi: ## check the OpenAPI document (needs Node)
	npx --yes @redocly/cli@$(REDOCLY_VERSION) lint --config openapi/redocly.yaml openapi/taskrouter.yaml

.PHONY: reuse
reuse: lint-openapi reuse-typescript reuse-python reuse-java reuse-mock ## make the calls of the fixtures with clients of other languages

.PHONY: reuse-typescript
reuse-typescript: ## the part of reuse in TypeScript (needs Node)
	npm ci --loglevel=error --prefix conformance/reuse/typescript
	conformance/reuse/with-replayer npm run --silent --prefix conformance/reuse/typescript check

.PHONY: reuse-python
reuse-python: ## the part of reuse in Python (needs Python 3.11)
	conformance/reuse/python/check

.PHONY: reuse-java
reuse-java: ## the part of reuse in Java (needs Java 17 and Maven)
	conformance/reuse/with-replayer mvn -B -q --no-transfer-progress -f conformance/reuse/java/pom.xml test

.PHONY: reuse-mock
reuse-mock: ## the part of reuse with a mock server (needs Node)
	npm ci --loglevel=error --ignore-scripts --prefix conformance/reuse/mock
	conformance/reuse/with-replayer npm run --silent --prefix conformance/reuse/mock check

.PHONY: docs
docs: ## render the document as one page, openapi/reference/build/taskrouter.html (needs Node)
	npm ci --loglevel=error --ignore-scripts --prefix openapi/reference
	npm run --silent --prefix openapi/reference render

.PHONY: links-check
links-check: ## look where the links of the Markdown files lead (needs Node)
	npm ci --loglevel=error --ignore-scripts --prefix docs/links
	npm run --silent --prefix docs/links check

.PHONY: docs-check
docs-check: docs links-check ## render the page, open it in a browser without a network, and follow the links of all pages (needs Node and Chromium)
	npm run --silent --prefix openapi/reference check

.PHONY: diagrams-check
diagrams-check: ## render the diagrams of workflows with Mermaid, and compare what is seen (needs Node and Chromium)
	npm ci --loglevel=error --ignore-scripts --prefix conformance/mermaid
	npm test --silent --prefix conformance/mermaid
	node conformance/mermaid/check.mjs README.md taskrouter/workflow/testdata/*.mmd

# Built rather than run by go, which would make every status a 1.
.PHONY: upstream
upstream: ## list what the service's published document, SPEC=file, says otherwise than ours
	@[ -n "$(SPEC)" ] || { echo 'expected SPEC=file, an OpenAPI 3 document of the service'; exit 2; }
	@go build -o bin/upstream ./openapi/cmd/upstream && bin/upstream "$(SPEC)"

.PHONY: breaking
breaking: $(OASDIFF) ## fail if the document breaks clients made from BASE=revision, or the newest tag
	@go build -o bin/breaking ./openapi/cmd/breaking && bin/breaking -oasdiff $(OASDIFF) "$(BASE)"

.PHONY: breaking-check
breaking-check: $(OASDIFF) ## break the document in every way that matters, and see that breaking tells
	OASDIFF=$(CURDIR)/$(OASDIFF) go test -count=1 ./openapi/cmd/breaking

$(OASDIFF):
	GOBIN=$(CURDIR)/bin go install github.com/oasdiff/oasdiff@$(OASDIFF_VERSION)
	mv bin/oasdiff $@

.PHONY: bench
bench: ## measure calls beside the same requests written by hand, expressions, and verification
	go test -run '^$$' -bench . -benchmem ./taskrouter ./taskrouter/expression ./taskrouter/webhook

.PHONY: bench-emulator
bench-emulator: ## measure the emulator: lives of tasks, calls, lists and memory, through the client and past it
	go test -run '^$$' -bench . -benchmem ./taskrouter/taskroutertest
	go test -run '^$$' -bench TaskMemory -benchtime 1x ./taskrouter/taskroutertest/internal/router

.PHONY: soak
soak: ## 20,000 calls through a server that fails one answer in twenty, and as many callbacks, with the race detector
	go test $(RACE) -tags soak -run '^TestSoak$$' -count=1 -v -p 1 ./taskrouter ./taskrouter/webhook

.PHONY: fuzz
fuzz: ## fuzz everything that reads from outside, FUZZTIME (30s) each
	@for package in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    echo "$$package $$target" && go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(or $(FUZZTIME),30s) -fuzzminimizetime 100x $$package || exit 1; \
	  done; \
	done

.PHONY: linked-check
linked-check: ## fail if a program that imports the SDK links another module than it may
	go -C conformance/consumer test -run '^TestProgramLinks' ./...

# The facade stays small enough to read: its budget in lines, without tests and
# without what lies below it in internal.
FACADE_LINES := 3000

.PHONY: size-check
size-check: ## fail if the facade has outgrown its budget
	@lines=$$(ls taskrouter/*.go | grep -v _test.go | xargs cat | wc -l) && \
	echo "the facade has $$lines lines of $(FACADE_LINES)" && [ "$$lines" -lt $(FACADE_LINES) ]
