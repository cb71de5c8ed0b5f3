# Each command sets up what it needs on a machine that has Python >= 3.11 and make.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-down outputs env test test-fast lint synth report gate aspects state-bucket plan deploy destroy drift unlock smoke reconcile redrive export-audit gateway-key deploy-role ci-trust pr-comment publish-comment drift-report publish-drift weekly-report publish-weekly attestation client-policy second-emulator test-browser fuzz simulate mutants bench load docs lock licenses audit sbom provider

PYTHON ?= $(shell for candidate in python3.12 python3 python3.13 python3.11 /usr/bin/python3; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$candidate && break; done)
ifeq ($(PYTHON),)
$(error no Python >= 3.11 on the PATH: install one, or name it with make PYTHON=/path/to/python3)
endif
RUN := .venv/bin/python

help:  ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 17
	@echo
	@echo 'Exit codes of the Python commands: 0; 1 a finding or a refusal; 2 wrong input or a broken tool. make turns 1 into 2.'

setup:  ## make the environments that are missing or out of date
	@$(PYTHON) -m lib.environments

synth: setup  ## synthesize under both judges (python main.py)
	@$(RUN) main.py

report: setup  ## both judges, and reports/report.html for reviewers; BASE=FILE or BASE=REF shows what changed (python main.py --base)
	@$(RUN) main.py $(if $(BASE),--base '$(BASE)')
	@echo reports/report.html

gate: setup  ## the second judge alone, on cdktf.out or DIR; BASE=FILE or BASE=REF shows what changed (python -m lib.gate)
	@$(RUN) -m lib.gate $(if $(DIR),'$(DIR)') $(if $(BASE),--base '$(BASE)')

aspects: setup  ## the first judge alone, in seconds, for a commit hook (python main.py --aspects-only)
	@$(RUN) main.py --aspects-only

demo: setup  ## the whole way on the local emulator; KEEP=1 leaves the stack up (python -m lib.deploy demo)
	@$(RUN) -m lib.deploy demo

demo-down: setup  ## destroy the kept demo and stop the emulator (python -m lib.deploy demo-down)
	@$(RUN) -m lib.deploy demo-down

outputs: setup  ## the deployed stack's outputs as one JSON object (python -m lib.deploy outputs)
	@$(RUN) -m lib.deploy outputs

env: setup  ## export lines for the aws CLI and boto3 to reach the kept demo (python -m lib.deploy env)
	@$(RUN) -m lib.deploy env

state-bucket: setup  ## create the state bucket on AWS, or correct its settings (python -m lib.deploy state-bucket)
	@$(RUN) -m lib.deploy state-bucket

plan: setup  ## what a deploy to AWS would change: checked, shown and saved; SYNTHESIZED=DIR: of another job's output (python -m lib.deploy plan)
	@$(RUN) -m lib.deploy plan

deploy: setup  ## plan, check, show, confirm and apply on AWS; PLAN=FOLDER applies a saved plan (python -m lib.deploy deploy)
	@$(RUN) -m lib.deploy deploy

destroy: setup  ## remove everything from AWS, by its state alone; AUTO_APPROVE=1 asks no question (python -m lib.deploy destroy)
	@$(RUN) -m lib.deploy destroy

drift: setup  ## manual changes of the deployed stack, each with the violated rule; JSON=1 for a program (python -m lib.deploy drift)
	@$(RUN) -m lib.deploy drift $(if $(filter 1,$(JSON)),--json)

unlock: setup  ## remove the lock on the state that a killed run left; LOCK=ID (python -m lib.deploy unlock)
	@$(RUN) -m lib.deploy unlock

smoke: setup  ## one payment through the deployed API, followed to its receipt, then refunded (python -m lib.operations smoke)
	@$(RUN) -m lib.operations smoke

reconcile: setup  ## compare ledger, archive and gateway; DAY=2026-11-23, SINCE=…, SETTLE=120, LIMIT=100, JSON=1 (python -m lib.operations reconcile)
	@$(RUN) -m lib.operations reconcile $(if $(SETTLE),--settle '$(SETTLE)') $(if $(DAY),--day '$(DAY)') \
		$(if $(SINCE),--since '$(SINCE)') $(if $(LIMIT),--limit '$(LIMIT)') $(if $(filter 1,$(JSON)),--json)

redrive: setup  ## let archiver and settler process again what failed; STREAM=1: whatever the stream still has; RECEIPTS=1: receipts from the ledger (python -m lib.operations redrive)
	@$(RUN) -m lib.operations redrive $(if $(filter 1,$(STREAM)),--stream) $(if $(filter 1,$(RECEIPTS)),--receipts)

export-audit: setup  ## copy the audit trail before a destroy; TO=folder or TO=s3://bucket/prefix (python -m lib.operations export-audit)
	@$(RUN) -m lib.operations export-audit --to '$(TO)'

gateway-key: setup  ## store the key of Stripe's test mode, read without echo or from a pipe (python -m lib.operations gateway-key)
	@$(RUN) -m lib.operations gateway-key

deploy-role: setup  ## policies of the deploy role, SUFFIX=qa7 ACCOUNT=123456789012; DIRECTORY=… writes files (python -m lib.access deploy-role)
	@$(RUN) -m lib.access deploy-role

ci-trust: setup  ## trust policy of a role for REPOSITORY=owner/name and ENVIRONMENT=production; IDS=1/2 (python -m lib.access ci-trust)
	@$(RUN) -m lib.access ci-trust

# docs/ci.md: what the workflows in .github/ call.
pr-comment: setup  ## the pull request's comment, into reports/comment.md; DIR=…, BASE=…, CHANGES=… (python -m lib.delivery comment)
	@$(RUN) -m lib.delivery comment

publish-comment: setup  ## put it on PULL_REQUEST=NUMBER (python -m lib.delivery publish-comment)
	@$(RUN) -m lib.delivery publish-comment

drift-report: setup  ## make drift JSON=1 into reports/drift.json; fails only if it could not compare
	@mkdir -p reports
	@$(RUN) -m lib.deploy drift --json > reports/drift.json || test $$? -eq 1

publish-drift: setup  ## open, update or close the issue about drift (python -m lib.delivery publish-drift)
	@$(RUN) -m lib.delivery publish-drift

weekly-report: setup  ## waivers and newer releases, into reports/weekly.md (python -m lib.delivery weekly)
	@$(RUN) -m lib.delivery weekly

publish-weekly: setup  ## put it into the weekly issue (python -m lib.delivery publish-weekly)
	@$(RUN) -m lib.delivery publish-weekly

attestation: setup  ## the parts of a saved plan's verdict for GitHub's attestation action; PLAN=FOLDER (python -m lib.delivery attestation)
	@$(RUN) -m lib.delivery attestation

client-policy: setup  ## policy of an API client: MERCHANT=coffee-house, and ROUTES='GET /merchants/{merchant_id}/payments' for some routes only (python -m lib.access client-policy)
	@$(RUN) -m lib.access client-policy

second-emulator: setup  ## deploy and destroy the stack on moto, and compare with the list of moto's gaps (python -m tests.second_emulator)
	@$(RUN) -m tests.second_emulator

test: setup  ## every test, integration on the emulator included; the output begins when tests are collected
	@$(RUN) -m pytest -n auto --no-loadscope-reorder

test-fast: setup  ## unit tests, and every mutation by the first judge: no Terraform, no Checkov, about a minute
	@$(RUN) -m pytest -n auto --no-loadscope-reorder -m 'not slow' tests/unit tests/policy/test_aspects.py

test-browser: setup  ## the reviewer's page in headless Chromium, which the machine has to have (Debian: chromium, chromium-driver)
	@$(PYTHON) -m lib.environments browser
	@.venv-browser/bin/python -m pytest tests/browser

fuzz: setup  ## both judges on N=2000 random documents; SEED=1 repeats a run, CASE=1:17 shows one document
	@$(RUN) -m tests.policy.differential $(if $(N),--documents '$(N)') $(if $(SEED),--seed '$(SEED)') \
		$(if $(CASE),--case '$(CASE)')

simulate: setup  ## N=2000 schedules of the functions with faults; SEED=… repeats a run, ONLY=17 one schedule with its log
	@PYTHONPATH=lib/lambda:. $(RUN) -m tests.simulation $(if $(N),--schedules '$(N)') $(if $(SEED),--seed '$(SEED)') \
		$(if $(ONLY),--only '$(ONLY)')

mutants: setup  ## how many of N=300 mutants of the rules their tests kill; SEED=1 repeats a sample
	@$(RUN) -m tests.mutants $(if $(N),--mutants '$(N)') $(if $(SEED),--seed '$(SEED)')

lint: setup  ## ruff, mypy, import-linter's contracts in pyproject.toml, and actionlint and zizmor for .github/workflows
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy main.py lib
	@$(RUN) -m mypy -p payments
	@PYTHONPATH=lib/lambda .venv/bin/lint-imports --no-logo --no-cache
	@$(RUN) -m lib.delivery.workflow_lint

bench: setup  ## measurements beside their peers, written to benchmarks/RESULTS.md
	@$(RUN) -m benchmarks

load: setup  ## 10,000 payments over a bad network, and the proof of each; PAYMENTS=1000 for fewer
	@$(RUN) -m benchmarks.load

licenses: setup  ## the licence of every package in the locks, checked against requirements/licenses.toml (python -m lib.dependencies licenses)
	@$(PYTHON) -m lib.environments dependencies
	@.venv-dependencies/bin/python -m lib.dependencies licenses

audit: setup  ## known vulnerabilities of every package in the locks; needs the network, or OSV_URL=… (python -m lib.dependencies audit)
	@$(PYTHON) -m lib.environments dependencies
	@.venv-dependencies/bin/python -m lib.dependencies audit $(if $(OSV_URL),--osv-url '$(OSV_URL)')

sbom: setup  ## what the Lambda zip contains, in CycloneDX 1.6: reports/sbom.cdx.json (python -m lib.dependencies sbom)
	@$(PYTHON) -m lib.environments dependencies
	@.venv-dependencies/bin/python -m lib.dependencies sbom

provider: setup  ## write what comes from the schema of hashicorp/aws; VERSION=…, BINDINGS=… move to others (python -m lib.dependencies.provider)
	@$(RUN) -m lib.dependencies.provider $(if $(VERSION),'$(VERSION)') $(if $(BINDINGS),--bindings '$(BINDINGS)')

docs: setup  ## docs/rules.md, written from the catalogue
	@$(RUN) -m lib.reports.rules_document

lock:  ## renew the locks in requirements/ (needs uv)
	@for name in project checkov emulator second-emulator terraform mutants localstripe browser dependencies workflows; do \
		uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-header requirements/$$name.in -o requirements/$$name.txt || exit 1; done
	@uv pip compile --quiet --upgrade --python-version 3.12 --python-platform aarch64-manylinux2014 --generate-hashes \
		--no-emit-index-url --no-header requirements/lambda.in -o requirements/lambda.txt
	@echo 'now: make licenses'
