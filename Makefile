# What can be done with the project. `make` alone lists it.
#
#   make demo          the whole town on this machine; ARGS="-listen 127.0.0.1:0 -json" for its flags
#   make test          everything, with what it needs installed first (at most 30 minutes on two cores)
#   make check         formatting, vet, staticcheck, lock file, scripts; nothing is run
#   make assets        the style sheet of Designsystemet, built into the next go build
#   make build         the product as one stripped binary in bin/
#   make pages         the pages of e2e alone
#   make bench         the figures of docs/benchmarks.md
#   make conformance   what we send and read, judged by the agencies' schemas and xmllint
#   make long          the long run: many kill rounds, long fuzzing, everything with the race detector
#   make clean         take away what the above have made
#
# `go build ./...` and `go test ./...` work with Go alone, without make.
# With CI=true a test that was skipped counts as failed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

GO ?= go
STRICT := $(GO) run ./.ci/strict
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
POSTGRES := internal/db/dbtest/postgres.sh

# What runs under the race detector as well: where goroutines meet. Pages,
# forms, journeys and documents are left out: they work alone, and what bounds
# their time would bite; SQLite's translated code is some twenty times slower
# there.
RACE := $(addprefix ./block/,pnr orgnr orgcert soap cms tsp revocation pdf/font) ./plugin/... ./plugins/... ./fake/... ./internal/clock/... ./internal/keyring/... \
	./internal/config/... ./internal/db/... ./internal/outbox/... ./internal/retention/... \
	./internal/identity/... ./internal/broker/... ./internal/web/route/... ./internal/mail/... ./internal/petition/seal/...

FUZZ_SECONDS ?= 5
# Of the long run; the test makes ten by itself.
KILL_ROUNDS ?= 200

.PHONY: help demo assets build prepare test check format vet staticcheck locks unit race fuzz e2e \
	pages conformance bench long clean

help:
	@sed -n '3,12s/^#   //p' Makefile

demo:
	@if command -v npm >/dev/null 2>&1; then \
		$(MAKE) --no-print-directory assets || echo "demo: the style sheet could not be fetched; the pages stand on our own"; \
	else \
		echo "demo: npm is not here, so the pages stand on our own style sheet alone (apt-get install npm for the other)"; \
	fi
	@echo "demo: the first build takes a minute or two"
	$(GO) run ./cmd/demo $(ARGS)

assets: node_modules/.package-lock.json
	@npm run --silent assets

# npm ci only when the lock file has changed since.
node_modules/.package-lock.json: package.json package-lock.json .npmrc
	npm ci --ignore-scripts --loglevel=error
	@touch $@

build: assets
	$(GO) build -trimpath -ldflags='-s -w' -o bin/ ./cmd/medborgarnavet

prepare:
	@.ci/prepare

test: prepare check assets
	$(POSTGRES) run $(MAKE) --no-print-directory unit race
	$(MAKE) --no-print-directory fuzz e2e

check: format vet staticcheck locks
	@echo "check: it holds"

format:
	@bad=$$(gofmt -l .ci block cmd fake internal plugin plugins $(wildcard e2e conformance)); \
	if [ -n "$$bad" ]; then echo "not formatted, run gofmt -w on:"; echo "$$bad"; exit 1; fi

vet:
	$(GO) vet ./... ./.ci/strict

staticcheck:
	$(GO) run $(STATICCHECK) ./... ./.ci/strict

# No registry's address in the lock files, and every script can be read.
locks:
	@if grep -n '"resolved"' package-lock.json; then echo "package-lock.json names a registry: run npm install with the .npmrc of this folder"; exit 1; fi
	@for f in .ci/run .ci/prepare .ci/fuzz $(POSTGRES); do bash -n $$f; done

# Every Go test once, in random order, on SQLite and, where PGTEST_DSN is set,
# on PostgreSQL.
unit:
	$(STRICT) -name unit -- -count=1 -shuffle=on -timeout 15m ./...

# TestNoQuadraticAnswers measures time, which means nothing here.
race:
	$(STRICT) -name race -- -count=1 -race -timeout 15m -skip TestNoQuadraticAnswers $(RACE)

fuzz:
	@.ci/fuzz $(FUZZ_SECONDS)

# Journeys in Chromium, each file e2e/*.test.mjs; DEMO is the town's binary.
e2e: assets
	@if ! compgen -G 'e2e/*.test.mjs' >/dev/null; then echo "e2e: there are no journeys"; [ "$${CI:-}" != true ]; exit; fi; \
	$(GO) build -o bin/demo ./cmd/demo; \
	DEMO=$(CURDIR)/bin/demo node --test --test-concurrency=3 --test-reporter=./e2e/reporter.mjs e2e/*.test.mjs

# Of e2e only the checks on every page: axe, text at 200 %, spacing, forced colours, html-validate.
pages: assets
	$(GO) build -o bin/demo ./cmd/demo
	DEMO=$(CURDIR)/bin/demo node --test --test-concurrency=3 --test-reporter=./e2e/reporter.mjs e2e/*pages.test.mjs

# What the product makes, judged by programs that others wrote.
conformance: prepare
	conformance/prepare
	$(STRICT) -name documents -- -count=1 -timeout 20m -tags conformance ./conformance
	$(STRICT) -name tokens -- -count=1 -tags pkcs11 -run Token ./block/pades/pkcs11 ./cmd/medborgarnavet
	$(STRICT) -name conformance -- -count=1 -run 'Validate|Schema|Contract|Conform' ./plugins/ssbtek ./fake/ssbtek

# At most five minutes. On PostgreSQL too: internal/db/dbtest/postgres.sh run make bench
BENCH_TIME ?= 3s
bench:
	$(GO) test -run '^$$' -bench . -benchtime $(BENCH_TIME) ./internal/broker ./internal/workspace ./cmd/medborgarnavet
	$(GO) test -run '^$$' -bench 'Votes|Reopen|PetitionPage' -benchtime 1x ./internal/app
	$(GO) test -run '^$$' -bench . -benchtime 1s ./block/pades ./block/pdfa ./block/pdfa/check ./block/pdf/diff ./internal/validation ./internal/petition/ballot

long: prepare
	KILL_ROUNDS=$(KILL_ROUNDS) $(POSTGRES) run $(STRICT) -name long -- -count=1 -timeout 120m ./...
	$(POSTGRES) run $(STRICT) -name long-race -- -count=1 -race -timeout 120m -skip TestNoQuadraticAnswers ./...
	@.ci/fuzz 120

clean:
	rm -rf bin demo-data node_modules
	find internal/web/page/assets/dist -type f ! -name .placeholder -delete
	$(GO) clean -testcache
