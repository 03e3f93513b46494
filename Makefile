# batond. `make help` says what there is. Each target sets up what it needs; nothing asks a question.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

CARGO ?= cargo
comma := ,
step = @printf '\n==> %s\n' "$(1)" >&2

.PHONY: help test demo run bench corpora fuzz torture setup setup-build setup-run setup-bench

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:
	@tests/setup.sh

setup-build:
	@tests/setup.sh build

setup-run:
	@tests/setup.sh run

setup-bench:
	@tests/setup.sh bench

test: setup ## format, lints, every test; the last line says whether all passed
	$(call step,1/4 cargo fmt --check)
	@$(CARGO) fmt --check
	$(call step,2/4 cargo clippy --all-targets --locked -- -D warnings)
	@$(CARGO) clippy --all-targets --locked -- -D warnings
	$(call step,3/4 tests/rig/torture.sh short: kills, power cuts, sync errors, damaged files)
	@tests/rig/torture.sh short
	$(call step,4/4 cargo test --locked)
	@$(CARGO) test --locked
	@printf '\n==> make test: all passed\n'

demo: setup-build ## the main job on a daemon of its own: mail, reminders, an escalation, answers; ends by itself
	$(call step,cargo build)
	@$(CARGO) build --locked
	$(call step,batond demo)
	@$(CARGO) run --locked --quiet -- demo

run: setup-run ## the quickstart as a daemon that stays, under ./run/
	@tests/run.sh

bench: setup-bench ## durable intake beside Postfix, adnanh/webhook and a bare log, as ratios; a mailbox beside fdm; the outbox beside Postfix; the store, the timers and the rules
	$(call step,cargo bench: intake$(comma) imap$(comma) outbox$(comma) store$(comma) timers$(comma) rules)
	@$(CARGO) bench --locked --quiet --bench intake --bench imap --bench outbox --bench store --bench timers --bench rules

corpora: setup ## what is read in mail nobody here wrote: tables, beside mail-parser-reply (PyPI); needs ../shared/corpora
	@$(CARGO) test --locked --quiet --test it -- reading corpora --nocapture --test-threads 1
	@tests/rig/reply_peer.sh ../shared/corpora

fuzz: setup-build ## what strangers send, for FUZZ_SECONDS (60) a target; needs a nightly toolchain
	@command -v cargo-fuzz >/dev/null || { echo '==> cargo-fuzz is missing: cargo install cargo-fuzz --locked' >&2; exit 1; }
	@for target in $$($(CARGO) +nightly fuzz list); do \
	    printf '\n==> fuzz %s\n' "$$target" >&2; \
	    $(CARGO) +nightly fuzz run "$$target" -- -max_total_time=$${FUZZ_SECONDS:-60} -rss_limit_mb=2048; \
	done

torture: setup ## kills, power cuts, sync errors, damaged files, storms; needs root and a loop device
	$(call step,tests/rig/torture.sh full)
	@tests/rig/torture.sh full
	$(call step,storms: 50000 items for one person in a minute; three days of downtime with 10000 overdue)
	@BATOND_STORM=50000 $(CARGO) test --locked --test it storms:: -- --nocapture
	$(call step,the whole daemon under kill -9)
	@$(CARGO) build --locked --quiet
	@RIG_WRITER='python3 tests/rig/daemon.py' RIG_ONLY=A1 tests/rig/torture.sh full
	$(call step,faults of time: 10$(comma)000 races$(comma) 100 reloads$(comma) 200 worlds whose clock jumps)
	@BATOND_SEEDS=200 $(CARGO) test --locked --test it faults::jumps -- --nocapture
	@BATOND_RACES=10000 BATOND_RELOADS=100 $(CARGO) test --locked --test it faults::r -- --nocapture
	$(call step,a change of shift$(comma) an absence and a check-in on real mail servers$(comma) in real minutes)
	@$(CARGO) test --locked --test it e2e::town::teams -- --include-ignored --nocapture
	$(call step,a mailbox on Dovecot and on Cyrus: 10$(comma)000 mails at the first start$(comma) a connection that breaks silently)
	@$(CARGO) test --locked --test it e2e::imap -- --include-ignored --nocapture
	$(call step,who may act: 10$(comma)000 pairs of claims and of done against pass; robots and words that are nobody's command)
	@BATOND_RACES=10000 $(CARGO) test --locked --test it harm::races -- --nocapture
	@BATOND_WORDS=10 $(CARGO) test --locked --test it harm::words -- --nocapture
	$(call step,the doors under strain: 1$(comma)000 cuts after the last dot$(comma) 500 clients and 64 descriptors$(comma) fifty mails of 25 MB$(comma) a full disk and a slow one$(comma) 1$(comma)000 slow senders)
	@BATOND_CUTS=1000 BATOND_CLIENTS=500 BATOND_LARGE=50 BATOND_LARGE_MB=25 BATOND_SLOW=1000 BATOND_SLOW_MAILS=200 $(CARGO) test --locked --test it e2e::doors::s -- --include-ignored --nocapture --test-threads 1
	$(call step,what goes out: every option of smtp-sink$(comma) a relay down for five days$(comma) a kill after the dot$(comma) slow destinations$(comma) the canary)
	@$(CARGO) test --locked --lib outbox::faults -- --nocapture --test-threads 1
	@$(CARGO) test --locked --lib outbox::sink_options -- --nocapture
	@$(CARGO) test --locked --lib outbox::relays -- --nocapture
	@$(CARGO) test --locked --test it e2e::relays:: -- --include-ignored --nocapture
	@$(CARGO) test --locked --test it -- e2e::town::relay e2e::town::answers --include-ignored --nocapture
	@$(CARGO) test --locked --test it canary:: -- --nocapture
	$(call step,the door of webhooks under strain: bodies of 1 GB$(comma) 10$(comma)000 headers$(comma) 400 senders that dawdle$(comma) ten times too many senders; a relay that is away and back)
	@BATOND_POURERS=60 BATOND_SENDERS=5120 $(CARGO) test --locked --test it e2e::doors::hook_strain -- --include-ignored --nocapture --test-threads 1
	@$(CARGO) test --locked --test it e2e::called -- --include-ignored --nocapture --test-threads 1
