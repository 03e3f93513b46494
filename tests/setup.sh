#!/usr/bin/env bash
# Installs the Debian packages the tests, the demo and the benchmarks talk to. Starts no service, asks no question.
#   tests/setup.sh           everything the tests use, and a validator of JSON Schemas from PyPI
#   tests/setup.sh build     only what building needs (a C compiler for aws-lc)
#   tests/setup.sh run       that, and what the README sends mail with
#   tests/setup.sh bench     what building needs, and whom the benchmarks measure beside
# Without root it says what is missing and ends with 0: the tests that need a missing program say so themselves.
set -euo pipefail

say() { printf '==> %s\n' "$*" >&2; }

# program:package. A program that is not on PATH is looked for in /usr/sbin and /sbin too.
BUILD="cc:gcc make:make"
PEERS="smtp-source:postfix smtp-sink:postfix swaks:swaks curl:curl openssl:openssl promtool:prometheus prometheus-alertmanager:prometheus-alertmanager
       strace:strace chromium:chromium mutt:mutt opendkim:opendkim opendkim-genkey:opendkim-tools dkimsign:python3-dkim dovecot:dovecot-core imap:dovecot-imapd procmail:procmail lmtp:dovecot-lmtpd ctl_cyrusdb:cyrus-common faketime:faketime mkfs.ext4:e2fsprogs python3:python3 systemd-analyze:systemd"
CHECK_JSONSCHEMA=0.39.0
STANDARDWEBHOOKS=1.1.0
BENCH_PEERS="postfix:postfix smtp-sink:postfix webhook:webhook sieve-test:dovecot-sieve dovecot:dovecot-core imap:dovecot-imapd fdm:fdm"

validator=no
case "${1:-all}" in
    build) wanted="$BUILD" ;;
    run) wanted="$BUILD swaks:swaks curl:curl" ;;
    bench) wanted="$BUILD $BENCH_PEERS" ;;
    *) wanted="$BUILD $PEERS" validator=yes ;;
esac

if ! command -v cargo >/dev/null 2>&1; then
    say "Rust is missing. Get it from https://rustup.rs, or:"
    say "    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . \"\$HOME/.cargo/env\""
    exit 1
fi

missing=""
for pair in $wanted; do
    program=${pair%%:*} package=${pair##*:}
    if ! PATH="$PATH:/usr/sbin:/sbin:/usr/lib/dovecot:/usr/lib/cyrus/bin" command -v "$program" >/dev/null 2>&1; then
        case " $missing " in *" $package "*) ;; *) missing="$missing $package" ;; esac
    fi
done
# The independent validator of the JSON Schema, and the reference library that verifies our webhooks, in a folder of their own under target/.
validator() {
    local venv="${CARGO_TARGET_DIR:-$(dirname "$0")/../target}/validator"
    [ "$validator" = yes ] || return 0
    if [ -x "$venv/bin/check-jsonschema" ] && "$venv/bin/python3" -c 'import standardwebhooks' 2>/dev/null; then return 0; fi
    say "installing: check-jsonschema $CHECK_JSONSCHEMA, standardwebhooks $STANDARDWEBHOOKS (PyPI) into $venv"
    if ! python3 -m venv "$venv" >&2 || ! "$venv/bin/pip" install -q "check-jsonschema==$CHECK_JSONSCHEMA" "standardwebhooks==$STANDARDWEBHOOKS" >&2; then
        say "MISSING: they could not be installed; the tests of the schema and of signatures say that they were not run."
    fi
}
# Debian lets only one IMAP server be installed. Dovecot is; Cyrus's stands in a folder of its own under target/, with the programs of cyrus-common.
cyrus() {
    local folder="${CARGO_TARGET_DIR:-$(dirname "$0")/../target}/cyrus" work
    [ "$validator" = yes ] || return 0
    [ ! -x "$folder/usr/lib/cyrus/bin/imapd" ] || return 0
    say "unpacking: cyrus-imapd into $folder"
    work=$(mktemp -d)
    if ! (cd "$work" && apt-get download -q cyrus-imapd </dev/null >&2) || ! { mkdir -p "$folder" && dpkg -x "$work"/cyrus-imapd_*.deb "$folder"; }; then
        say "MISSING: cyrus-imapd could not be had; the tests beside Cyrus say that they were not run."
    fi
    rm -rf "$work"
}
# swaks speaks TLS only with this.
if [ "$validator" = yes ] && ! perl -MNet::SSLeay -e 1 2>/dev/null; then missing="$missing libnet-ssleay-perl"; fi
if [ "$validator" = yes ] && ! python3 -c 'import ensurepip' 2>/dev/null; then missing="$missing python3-venv"; fi

[ -n "$missing" ] || { validator; cyrus; exit 0; }

if [ "$(id -u)" -ne 0 ]; then
    say "MISSING, and installing needs root:$missing"
    say "Run as root:  apt-get install -y$missing"
    say "Going on without them; what needs them is skipped and says so."
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    say "MISSING, and there is no apt-get here:$missing"
    say "Going on without them; what needs them is skipped and says so."
    exit 0
fi

# A package's service must not start just because tests use one of its programs: policy-rc.d says so while we install.
policy=/usr/sbin/policy-rc.d
ours=""
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    ours=yes
fi
trap '[ -z "$ours" ] || rm -f "$policy"' EXIT

export DEBIAN_FRONTEND=noninteractive
say "installing:$missing"
apt-get update -q </dev/null >&2
# shellcheck disable=SC2086  # a list of package names
apt-get install -q -y --no-install-recommends $missing </dev/null >&2
validator
cyrus
