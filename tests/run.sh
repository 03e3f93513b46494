#!/usr/bin/env bash
# `make run`: the quickstart as a daemon that stays. Configuration, store and mails are in ./run/, which git ignores. The configuration is copied once:
# edit the copy, then `batond reload --config run`. Remove ./run/ to begin anew.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -e run/batond.yaml ]; then
    mkdir -p run
    cp examples/quickstart/batond.yaml run/
fi
cargo build --locked
batond=${CARGO_TARGET_DIR:-target}/debug/batond
"$batond" check --config run

value() { sed -n "s/.*$1: *[\"']\{0,1\}\([^\"', }]*\).*/\1/p" run/batond.yaml | head -n 1; }
smtp=$(value 'smtp: *{ *listen') web=$(value 'web: *{ *listen')
cat >&2 <<EOF2

==> batond runs until Ctrl-C. Mail comes in at $smtp; notices land in run/outbox/, one .eml file each.
    There are no web pages yet; http://$web has /healthz, /readyz, /metrics.

    In another terminal, in this folder:

    swaks --server $smtp --from dora@customer.example --to support@ops.example \\
          --header "Subject: The printer is on fire" --body "It burns." --silent 1
    $batond list --config run
    curl -s http://$web/readyz

    README.md says how to read the notice and answer it. Logs follow.

EOF2
exec "$batond" run --config run
