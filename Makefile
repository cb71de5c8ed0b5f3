# Each target installs the tools that it needs, on a machine that has Python >= 3.11 and make.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-down outputs env test test-fast lint synth report gate aspects state-bucket plan deploy destroy drift unlock smoke reconcile redrive export-audit gateway-key deploy-role ci-trust pr-comment publish-comment drift-report publish-drift weekly-report publish-weekly attestation client-policy second-emulator test-browser fuzz simulate mutants bench load docs lock licenses audit sbom provider

PYTHON ?= $(shell for candidate in python3.12 python3 python3.13 python3.11 /usr/bin/python3; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$candidate && break; done)
ifeq ($(PYTHON),)
$(error no Python >= 3.11 on the PATH: install one, or name it with make PYTHON=/path/to/python3)
endif
RUN := .venv/bin/python

help:  ## print this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17
	@echo
	@echo 'Exit codes of the Python commands: 0 success; 1 a finding or a refusal; 2 wrong input or a broken tool. make exits with 2 for both 1 and 2.'

setup:  ## create the Python environments that are missing or out of date
	@$(PYTHON) -m lib.environments

synth: setup  ## synthesize and run both judges (python main.py)
	@$(RUN) main.py

report: setup  ## run both judges and write reports/report.html for reviewers; BASE=FILE or BASE=REF adds the differences from it (python main.py --base)
	@$(RUN) main.py $(if $(BASE),--base '$(BASE)')
	@echo reports/report.html

gate: setup  ## run the second judge alone, on cdktf.out or DIR; BASE=FILE or BASE=REF adds the differences from it (python -m lib.gate)
	@$(RUN) -m lib.gate $(if $(DIR),'$(DIR)') $(if $(BASE),--base '$(BASE)')

aspects: setup  ## run the first judge alone, in seconds, for a commit hook (python main.py --aspects-only)
	@$(RUN) main.py --aspects-only

demo: setup  ## check, deploy, take payments and destroy on the local emulator; KEEP=1 keeps the stack running (python -m lib.deploy demo)
	@$(RUN) -m lib.deploy demo

demo-down: setup  ## destroy the kept demo and stop the emulator (python -m lib.deploy demo-down)
	@$(RUN) -m lib.deploy demo-down

outputs: setup  ## print the deployed stack's outputs as one JSON object (python -m lib.deploy outputs)
	@$(RUN) -m lib.deploy outputs

env: setup  ## print export lines that point the aws CLI and boto3 at the kept demo (python -m lib.deploy env)
	@$(RUN) -m lib.deploy env

state-bucket: setup  ## create the state bucket on AWS, or correct its settings (python -m lib.deploy state-bucket)
	@$(RUN) -m lib.deploy state-bucket

plan: setup  ## check, show and save the plan of a deploy to AWS; SYNTHESIZED=DIR plans stacks that another job synthesized (python -m lib.deploy plan)
	@$(RUN) -m lib.deploy plan

deploy: setup  ## plan, check, show, ask for confirmation and apply on AWS; PLAN=FOLDER applies a saved plan (python -m lib.deploy deploy)
	@$(RUN) -m lib.deploy deploy

destroy: setup  ## remove the deployed stack from AWS, from Terraform's state alone; AUTO_APPROVE=1 skips the confirmation (python -m lib.deploy destroy)
	@$(RUN) -m lib.deploy destroy

drift: setup  ## list manual changes of the deployed stack, each with the violated rule; JSON=1 prints JSON (python -m lib.deploy drift)
	@$(RUN) -m lib.deploy drift $(if $(filter 1,$(JSON)),--json)

unlock: setup  ## remove the state lock LOCK=ID that a killed run left (python -m lib.deploy unlock)
	@$(RUN) -m lib.deploy unlock

smoke: setup  ## take one payment through the deployed API, follow it to its receipt, and refund it (python -m lib.operations smoke)
	@$(RUN) -m lib.operations smoke

reconcile: setup  ## compare ledger, archive and gateway; DAY=2026-11-23, SINCE=…, SETTLE=120, LIMIT=100, JSON=1 (python -m lib.operations reconcile)
	@$(RUN) -m lib.operations reconcile $(if $(SETTLE),--settle '$(SETTLE)') $(if $(DAY),--day '$(DAY)') \
		$(if $(SINCE),--since '$(SINCE)') $(if $(LIMIT),--limit '$(LIMIT)') $(if $(filter 1,$(JSON)),--json)

redrive: setup  ## let archiver and settler process failed events again; STREAM=1 adds unarchived changes of the stream, RECEIPTS=1 rebuilds receipts from the ledger (python -m lib.operations redrive)
	@$(RUN) -m lib.operations redrive $(if $(filter 1,$(STREAM)),--stream) $(if $(filter 1,$(RECEIPTS)),--receipts)

export-audit: setup  ## copy the audit trail before a destroy, to TO=folder or TO=s3://bucket/prefix (python -m lib.operations export-audit)
	@$(RUN) -m lib.operations export-audit --to '$(TO)'

gateway-key: setup  ## store the key of Stripe's test mode, read without echo or from a pipe (python -m lib.operations gateway-key)
	@$(RUN) -m lib.operations gateway-key

deploy-role: setup  ## print the policies of the deploy role for SUFFIX=qa7 ACCOUNT=123456789012; DIRECTORY=… writes files (python -m lib.access deploy-role)
	@$(RUN) -m lib.access deploy-role

ci-trust: setup  ## print the trust policy of a role for REPOSITORY=owner/name, ENVIRONMENT=production and IDS=1/2 (python -m lib.access ci-trust)
	@$(RUN) -m lib.access ci-trust

# The workflows in .github/ call these targets (docs/ci.md).
pr-comment: setup  ## write the pull request's comment to reports/comment.md; DIR=…, BASE=…, CHANGES=… (python -m lib.delivery comment)
	@$(RUN) -m lib.delivery comment

publish-comment: setup  ## publish reports/comment.md on PULL_REQUEST=NUMBER (python -m lib.delivery publish-comment)
	@$(RUN) -m lib.delivery publish-comment

drift-report: setup  ## write the output of make drift JSON=1 to reports/drift.json; fails only if the comparison is impossible
	@mkdir -p reports
	@$(RUN) -m lib.deploy drift --json > reports/drift.json || test $$? -eq 1

publish-drift: setup  ## open, update or close the issue about drift (python -m lib.delivery publish-drift)
	@$(RUN) -m lib.delivery publish-drift

weekly-report: setup  ## write waivers and newer releases of packages to reports/weekly.md (python -m lib.delivery weekly)
	@$(RUN) -m lib.delivery weekly

publish-weekly: setup  ## publish reports/weekly.md as the weekly issue (python -m lib.delivery publish-weekly)
	@$(RUN) -m lib.delivery publish-weekly

attestation: setup  ## write the verdict of the saved plan in PLAN=FOLDER as input of GitHub's attestation action (python -m lib.delivery attestation)
	@$(RUN) -m lib.delivery attestation

client-policy: setup  ## print the policy of an API client for MERCHANT=coffee-house; ROUTES='GET /merchants/{merchant_id}/payments' permits some routes only (python -m lib.access client-policy)
	@$(RUN) -m lib.access client-policy

second-emulator: setup  ## deploy and destroy the stack on moto, and compare with the list of moto's gaps (python -m tests.second_emulator)
	@$(RUN) -m tests.second_emulator

test: setup  ## run every test, including the integration tests on the emulator; the output begins when the tests are collected
	@$(RUN) -m pytest -n auto --no-loadscope-reorder

test-fast: setup  ## run the unit tests, and every mutation with the first judge, in about a minute; needs neither Terraform nor Checkov
	@$(RUN) -m pytest -n auto --no-loadscope-reorder -m 'not slow' tests/unit tests/policy/test_aspects.py

test-browser: setup  ## test the reviewers' page in headless Chromium, which must be installed (Debian: chromium, chromium-driver)
	@$(PYTHON) -m lib.environments browser
	@.venv-browser/bin/python -m pytest tests/browser

fuzz: setup  ## compare both judges on N=2000 random documents; SEED=1 repeats a run, CASE=1:17 shows one document
	@$(RUN) -m tests.policy.differential $(if $(N),--documents '$(N)') $(if $(SEED),--seed '$(SEED)') \
		$(if $(CASE),--case '$(CASE)')

simulate: setup  ## run the functions through N=2000 random schedules of faults; SEED=… repeats a run, ONLY=17 shows one schedule with its log
	@PYTHONPATH=lib/lambda:. $(RUN) -m tests.simulation $(if $(N),--schedules '$(N)') $(if $(SEED),--seed '$(SEED)') \
		$(if $(ONLY),--only '$(ONLY)')

mutants: setup  ## change the rules' code in N=300 ways and count the changes that the tests notice; SEED=1 repeats a run
	@$(RUN) -m tests.mutants $(if $(N),--mutants '$(N)') $(if $(SEED),--seed '$(SEED)')

lint: setup  ## run ruff, mypy, import-linter (contracts in pyproject.toml), and actionlint and zizmor on .github/workflows
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy main.py lib
	@$(RUN) -m mypy -p payments
	@PYTHONPATH=lib/lambda .venv/bin/lint-imports --no-logo --no-cache
	@$(RUN) -m lib.delivery.workflow_lint

bench: setup  ## measure this project together with comparable tools, and write benchmarks/RESULTS.md
	@$(RUN) -m benchmarks

load: setup  ## send 10,000 payments over a bad network and verify each of them; PAYMENTS=1000 sends fewer
	@$(RUN) -m benchmarks.load

licenses: setup  ## check the licence of every locked package against requirements/licenses.toml (python -m lib.dependencies licenses)
	@$(PYTHON) -m lib.environments dependencies
	@.venv-dependencies/bin/python -m lib.dependencies licenses

audit: setup  ## list known vulnerabilities of every locked package; needs the network, or a mirror at OSV_URL=… (python -m lib.dependencies audit)
	@$(PYTHON) -m lib.environments dependencies
	@.venv-dependencies/bin/python -m lib.dependencies audit $(if $(OSV_URL),--osv-url '$(OSV_URL)')

sbom: setup  ## list the packages in the Lambda zip in reports/sbom.cdx.json, as CycloneDX 1.6 (python -m lib.dependencies sbom)
	@$(PYTHON) -m lib.environments dependencies
	@.venv-dependencies/bin/python -m lib.dependencies sbom

provider: setup  ## write the files generated from the schema of hashicorp/aws; VERSION=…, BINDINGS=… move to another version (python -m lib.dependencies.provider)
	@$(RUN) -m lib.dependencies.provider $(if $(VERSION),'$(VERSION)') $(if $(BINDINGS),--bindings '$(BINDINGS)')

docs: setup  ## generate docs/rules.md from the catalogue
	@$(RUN) -m lib.reports.rules_document

lock:  ## renew the locked packages in requirements/ (needs uv)
	@for name in project checkov emulator second-emulator terraform mutants localstripe browser dependencies workflows; do \
		uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-header requirements/$$name.in -o requirements/$$name.txt || exit 1; done
	@uv pip compile --quiet --upgrade --python-version 3.12 --python-platform aarch64-manylinux2014 --generate-hashes \
		--no-emit-index-url --no-header requirements/lambda.in -o requirements/lambda.txt
	@echo 'now: make licenses'
