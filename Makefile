# Attune on one machine. `make` alone shows what there is.

CONFIG ?= debug
PROGRAMS := attune attune-ingestion attune-scoring attune-alerting attune-notification attune-audit attune-portal attune-local-kafka

.DEFAULT_GOAL := help
.PHONY: help install build demo test fuzz check-deploy pictures chaos upgrade quarter bench bench-scale proto format clean

help: ## show this page
	@echo "Targets:"
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  %-12s %s\n", $$1, $$2 }'

install: ## install the Debian packages that are missing (as root; otherwise say how)
	@deploy/local/install.sh

# Program by program: a plain `swift build` would also build the tools of every dependency, among them the
# whole protobuf compiler in C++.
build: install ## build the programs (CONFIG=release for speed)
	@for program in $(PROGRAMS); do \
		echo "Building $$program"; \
		swift build --configuration $(CONFIG) --product $$program || exit 1; \
	done

demo: build ## run everything with a sample caseload (EXIT=1, KAFKA=host:port, POSTGRES=url)
	@"$$(swift build --configuration $(CONFIG) --show-bin-path)/attune" demo \
		$(if $(KAFKA),--kafka '$(KAFKA)') $(if $(POSTGRES),--postgres '$(POSTGRES)') $(if $(EXIT),--exit)

test: ## build and run all tests (FILTER=pattern for some of them)
	@CONFIG='$(CONFIG)' FILTER='$(FILTER)' deploy/local/test.sh

fuzz: ## feed made-up bytes to every decoder (SECONDS=300 for all together, ONLY=target, FOLDER=folder, SEED=number)
	@TOTAL='$(or $(SECONDS),300)' ONLY='$(ONLY)' FOLDER='$(or $(FOLDER),.local/fuzz)' Fuzz/run.sh

check-deploy: ## check what is under deploy/ and the runbooks (BUILT=folder: against these programs, too)
	@BUILT='$(BUILT)' deploy/check/check.sh

pictures: ## take a picture of every page of the portal anew, into docs/pictures
	@rm -f docs/pictures/*.png
	@ATTUNE_TEST_PICTURES='$(CURDIR)/docs/pictures' FILTER=PageTourTests deploy/local/test.sh
	@if python3 -c 'import PIL' 2>/dev/null; then python3 deploy/local/smaller.py docs/pictures/*.png; \
		else echo "Without Python's Pillow the pictures stay large" >&2; fi

chaos: ## damage a system of its own under load and check it (MINUTES=5, SEED=1, JSON=file)
	@deploy/local/install.sh faketime
	@$(MAKE) --no-print-directory build CONFIG=release
	@"$$(swift build --configuration release --show-bin-path)/attune" chaos \
		$(if $(MINUTES),--minutes '$(MINUTES)') $(if $(SEED),--seed '$(SEED)') $(if $(JSON),--json '$(JSON)')

upgrade: build ## upgrade a system of its own from an older commit under load and check it (FROM=HEAD~1, BACK=1, BESIDE=300)
	@older="$$(CONFIG='$(CONFIG)' deploy/local/older.sh $(FROM))" && \
		"$$(swift build --configuration $(CONFIG) --show-bin-path)/attune" upgrade-trial --from "$$older" \
			$(if $(BACK),--back) $(if $(BESIDE),--beside '$(BESIDE)')

quarter: ## let a made-up network live through a quarter in minutes, and report (SEED=1)
	@deploy/local/install.sh faketime
	@$(MAKE) --no-print-directory build
	@"$$(swift build --configuration $(CONFIG) --show-bin-path)/attune" loop quarter $(if $(SEED),--seed '$(SEED)')

bench: ## measure throughput, latency and memory beside their floors (ONLY=pipeline for one part)
	@$(MAKE) --no-print-directory build CONFIG=release
	@"$$(swift build --configuration release --show-bin-path)/attune" bench $(foreach part,$(ONLY),--only $(part))

bench-scale: ## measure many workers, bursts, a bulk import, and what a rating costs (IMPORTED=1000000 ratings, KAFKA=host:port)
	@$(MAKE) --no-print-directory build CONFIG=release
	@"$$(swift build --configuration release --show-bin-path)/attune" bench --only scale --only load --only costs \
		$(if $(IMPORTED),--imported '$(IMPORTED)') $(if $(KAFKA),--kafka '$(KAFKA)')

proto: ## generate the Swift of the messages anew (needs protoc and protoc-gen-swift)
	cd Shared/Contracts/Proto && protoc --swift_out=../Generated --swift_opt=FileNaming=DropPath \
		--swift_opt=Visibility=Public --swift_opt=UseAccessLevelOnImports=true attune/v1/*.proto

format: ## lay out the Swift sources by .swift-format
	swift format --in-place --parallel --recursive Package.swift Services Shared Tests

clean: ## remove what was built; the data in .local stays
	swift package clean
