#!/usr/bin/env bash
# Runs reply_peer.py with mail-parser-reply from PyPI, in a folder of its own under target/. Usage: reply_peer.sh CORPORA
set -euo pipefail

MAIL_PARSER_REPLY=1.36
cd "$(dirname "$0")/../.."
venv="${CARGO_TARGET_DIR:-target}/reply-peer"

[ -d "$1" ] || { printf '=== NOT RUN: %s is not there ===\n' "$1" >&2; exit 0; }
if ! "$venv/bin/python" -c 'import mailparser_reply' 2>/dev/null; then
    printf '==> installing: mail-parser-reply %s (PyPI) into %s\n' "$MAIL_PARSER_REPLY" "$venv" >&2
    if ! python3 -m venv "$venv" >&2 || ! "$venv/bin/pip" install -q "mail-parser-reply==$MAIL_PARSER_REPLY" >&2; then
        printf '=== NOT RUN: mail-parser-reply could not be installed; the tables above stand alone. ===\n' >&2
        exit 0
    fi
fi
exec "$venv/bin/python" tests/rig/reply_peer.py "$1"
