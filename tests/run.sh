#!/usr/bin/env bash
# `make run`: the quickstart as a daemon that stays, everything it writes under ./run/. The configuration is copied once; edit the copy, then `kill -HUP`.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -e run/config ]; then
    mkdir -p run
    cp -R examples/quickstart run/config
fi
cargo build --locked --quiet
batond=${CARGO_TARGET_DIR:-target}/debug/batond
"$batond" check --config run/config

value() { sed -n "s/.*$1: *[\"']\{0,1\}\([^\"', }]*\).*/\1/p" run/config/batond.yaml | head -n 1; }
cat >&2 <<EOF

==> batond runs from run/config until Ctrl-C; logs follow.
    mail in     $(value 'smtp: *{ *listen')
    web         http://$(value 'web: *{ *listen')/readyz
    mail out    $(value relay)
    look        $batond list --config run/config

EOF
exec "$batond" run --config run/config
