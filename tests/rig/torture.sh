#!/bin/bash
# Kills, power cuts, failing syncs, damaged files. Usage: tests/rig/torture.sh [short|full]
# Needs root, a loop device, ext4, strace, gcc and python3 for all of it; what cannot run is said loudly.
#
# RIG_WRITER is the command that is tortured. It must understand
#   $RIG_WRITER write DIR FROM COUNT SIZE GROUP stay|close    print the number of each record once it is acknowledged; end with 74 when the store fails
#   $RIG_WRITER read DIR ACKS                                 open DIR, look for every number in the file ACKS, print `open_failed=… acked=… lost=… …`
# and is the store by itself (tests/rig/writer.rs) unless it is set. RIG_ONLY=A3 runs one part: A1, A2 (with A6), A3 (with A5), A14 or E1 (with E4).
# RIG_KILLS is how often A1 kills: 6 in the short form, 200 in the full one unless it is set.
set -uo pipefail
cd "$(dirname "$0")/../.."
rig=$PWD/tests/rig
mode=${1:-short}
case $mode in
short) kills=${RIG_KILLS:-6} cuts=1 errors=4 calls=5 harms=16 controls=2 groups=5 ;;
full) kills=${RIG_KILLS:-200} cuts=13 errors=40 calls=60 harms=500 controls=10 groups='1 5' ;;
*) echo "usage: $0 [short|full]" >&2; exit 64 ;;
esac

if [ -z "${RIG_WRITER:-}" ]; then
    RIG_WRITER=$(cargo test --locked --quiet --no-run --test rig_writer --message-format=json | sed -n 's/.*"name":"rig_writer".*"executable":"\([^"]*\)".*/\1/p' | tail -1)
    [ -x "$RIG_WRITER" ] || { echo "torture: the writer does not build" >&2; exit 1; }
fi
work=$(mktemp -d "${RIG_DIR:-/var/tmp}/batond-rig.XXXXXX")
writer=
mnt=$work/mnt
mkdir "$mnt"
finish() {
    [ -n "$writer" ] && kill -9 "$writer" 2>/dev/null
    mountpoint -q "$mnt" && umount "$mnt"
    rm -rf "$work"
}
trap finish EXIT
failed=0
skipped=0
table=$work/table
printf '%-34s %6s %8s %5s %5s %5s %7s %10s  %s\n' trial runs acked lost bad twice nostart restart_ms verdict > "$table"

skip() { printf '\n!!! torture: %s SKIPPED: %s\n\n' "$1" "$2" >&2; skipped=$((skipped + 1)); printf '%-34s SKIPPED: %s\n' "$1" "$2" >> "$table"; }
field() { sed -n "s/.*\b$2=\([0-9]*\).*/\1/p" <<< "$1"; }

reset() { runs=0 acked=0 lost=0 bad=0 twice=0 nostart=0 slowest=0; }
# Adds a reader's line to the sums.
count() {
    runs=$((runs + 1))
    if [ "$(field "$1" open_failed)" != 0 ]; then nostart=$((nostart + 1)); echo "    $1" >&2; return; fi
    acked=$((acked + $(field "$1" acked))) lost=$((lost + $(field "$1" lost)))
    bad=$((bad + $(field "$1" damaged) + $(field "$1" told))) twice=$((twice + $(field "$1" doubled)))
    local ms; ms=$(field "$1" restart_ms)
    [ "$ms" -gt "$slowest" ] && slowest=$ms
}
# Prints the row of a trial. $2 is `clean` or, for a control, `loss`.
row() {
    local verdict=FAILED sum=$((lost + bad + twice + nostart))
    if [ "$2" = loss ]; then
        [ $((lost + bad + nostart)) -gt 0 ] && verdict="the rig sees losses"
    elif [ $runs -gt 0 ] && [ $acked -gt 0 ] && [ $sum = 0 ] && [ "${extra:-0}" = 0 ]; then
        verdict="ok, below 3/$runs"
    fi
    [ "$verdict" = FAILED ] && failed=1
    printf '%-34s %6d %8d %5d %5d %5d %7d %10d  %s\n' "$1" $runs $acked $lost $bad $twice $nostart $slowest "$verdict" | tee -a "$table" >&2
    extra=0
}
look() { $RIG_WRITER read "$1" "$work/acks" 2>> "$work/log"; }
# Starts the writer in the background; its acknowledgements go to $work/acks, outside of what is tortured.
start() { : > "$work/acks"; $RIG_WRITER write "$@" stay > "$work/acks" 2>> "$work/log" & writer=$!; }
stop() { kill -9 "$writer" 2>/dev/null; wait "$writer" 2>/dev/null; writer=; }
# Waits, 20 s at most, until so many records are acknowledged.
await() {
    local tries=0
    while [ "$(wc -l < "$work/acks")" -lt "$1" ] && kill -0 "$writer" 2>/dev/null && [ $tries -lt 2000 ]; do sleep 0.01; tries=$((tries + 1)); done
}

wanted() { [ -z "${RIG_ONLY:-}" ] || [ "$RIG_ONLY" = "$1" ]; }

# --- A1: kill -9 at random, the same store all the time
if wanted A1; then
reset
from=1
: > "$work/all"
for _ in $(seq $kills); do
    start "$work/a1" $from 1000000 mixed 7
    await 1
    sleep 0.$((RANDOM % 30 + 10))
    stop
    sed -i -e '$!b' -e '/^[0-9]*$/!d' "$work/acks"
    cat "$work/acks" >> "$work/all"
    mv "$work/acks" "$work/last"; cp "$work/last" "$work/acks"
    count "$(look "$work/a1")"
    from=$((from + $(wc -l < "$work/last") + 7))
done
cp "$work/all" "$work/acks"
count "$(look "$work/a1")"
[ $slowest -gt 2000 ] && { extra=1; echo "    a restart took longer than 2 s" >&2; }
row "A1 kill -9" clean
rm -rf "$work/a1"
fi

# --- A2: killed at the n-th call
if ! wanted A2; then
    :
elif command -v strace > /dev/null; then
    reset
    for call in fdatasync fsync pwrite64 rename ftruncate; do
        for n in $(seq 1 $(((calls + 4) / 5))); do
            rm -rf "$work/a2"
            strace -f -qq -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$((n * 3)) \
                $RIG_WRITER write "$work/a2" 1 60 mixed 3 close > "$work/acks" 2>> "$work/log" || true
            [ -d "$work/a2" ] && count "$(look "$work/a2")"
        done
    done
    row "A2 killed at the n-th call" clean

    # --- A6: a sync that fails, once or from then on
    reset
    for n in $(seq $errors); do
        rm -rf "$work/a6"
        nth=$((RANDOM % 30 + 4))
        [ $((n % 2)) = 0 ] && nth=$nth+
        timeout 30 strace -f -qq -o /dev/null -e trace=fdatasync -e inject=fdatasync:error=EIO:when=$nth \
            $RIG_WRITER write "$work/a6" 1 200 1024 2 close > "$work/acks" 2>> "$work/log"
        code=$?
        [ $code = 74 ] || { extra=1; echo "    a failed sync ended with $code, not 74" >&2; }
        count "$(look "$work/a6")"
    done
    row "A6 failing sync" clean
else
    skip "A2, A6" "no strace; apt-get install strace"
fi

# --- A3, A5: power cuts
mount_image() { mount -o loop "$work/img" "$mnt"; }
# A daemon that was killed may hold its files a moment longer than the writer that started it.
unmount() {
    for _ in {1..100}; do
        umount "$mnt" 2>> "$work/log" && return
        sleep 0.1
    done
    echo "    $mnt is still in use after 10 s" >&2
    return 1
}
cut() { # PRE SIZE GROUP: PRE records written and closed before, then a cut in the middle of writing
    if mountpoint -q "$mnt"; then unmount || return 1; fi
    rm -f "$work/img"
    truncate -s 768M "$work/img" && mkfs.ext4 -q -F "$work/img" && mount_image || return 1
    : > "$work/before"
    if [ "$1" -gt 0 ]; then
        LD_PRELOAD='' $RIG_WRITER write "$mnt/store" 1 "$1" "$2" 20 close > "$work/before" 2>> "$work/log" || return 1
        sync -f "$mnt"
    fi
    start "$mnt/store" $(($1 + 1)) 1000000 "$2" "$3"
    await $((RANDOM % ($2 > 1000000 ? 8 : 60) + 3))
    # What is acknowledged from here on does not count. The ioctl stops the file system, not the writer: an fdatasync in flight can still return 0 though
    # its extents were never converted. A real power cut takes the writer at the same instant.
    cp "$work/acks" "$work/until"
    python3 "$rig/cut_power.py" "$mnt" || return 1
    stop
    unmount && mount_image || return 1
    cat "$work/before" "$work/until" > "$work/both" && mv "$work/both" "$work/acks"
    count "$(look "$mnt/store")"
    unmount
}
truncate -s 8M "$work/img"
if ! wanted A3; then
    :
elif [ "$(id -u)" != 0 ]; then
    skip "A3, A5" "a power cut needs root"
elif ! { mkfs.ext4 -q -F "$work/img" && mount_image && umount "$mnt"; } 2>> "$work/log"; then
    skip "A3, A5" "no ext4 on a loop device here"
else
    for size in 1024 102400 307200 5242880; do
        for pre in 0 60; do
            reset
            [ $pre -gt 0 ] && [ $size -gt 1000000 ] && pre=20
            for _ in $(seq $cuts); do
                for group in $groups; do cut $pre $size $group || { extra=1; echo "    the cut itself failed" >&2; }; done
            done
            row "A3 power cut, $size bytes, $([ $pre = 0 ] && echo new || echo grown)" clean
        done
    done
    if command -v gcc > /dev/null && gcc -shared -fPIC -O1 -o "$work/no_sync.so" "$rig/no_sync.c"; then
        reset
        export LD_PRELOAD=$work/no_sync.so
        for _ in $(seq $controls); do cut 0 1024 5; done
        unset LD_PRELOAD
        row "A5 control: syncs do nothing" loss
    else
        skip A5 "no gcc"
    fi
fi

# --- A14: damaged files
if wanted A14; then
rm -rf "$work/sound"
$RIG_WRITER write "$work/sound" 1 48 mixed 4 close > "$work/acks" 2>> "$work/log"
reset
silent=0 named=0
for seed in $(seq $harms); do
    rm -rf "$work/harmed"
    cp -r --sparse=always "$work/sound" "$work/harmed"
    what=$(python3 "$rig/harm.py" "$work/harmed" "$seed")
    line=$(look "$work/harmed")
    runs=$((runs + 1))
    if [ "$(field "$line" open_failed)" != 0 ]; then nostart=$((nostart + 1)); echo "    seed $seed, $what: $line" >&2; continue; fi
    acked=$((acked + $(field "$line" acked)))
    gone=$(field "$line" lost)
    excused=$(($(field "$line" named) + $(field "$line" cut) + $(field "$line" short) * 1000))
    named=$((named + gone + $(field "$line" told)))
    if [ "$gone" -gt "$excused" ] || [ "$(field "$line" damaged)" != 0 ]; then silent=$((silent + 1)); echo "    seed $seed, $what: $line" >&2; fi
done
lost=$silent
row "A14 damaged file, silent losses" clean
echo "    $named records of damaged stores were named as damaged" >> "$table"
fi

# --- E1, E4: the real daemon; its clock jumps, its configuration is read again while timers run
if wanted E1; then
    if cargo build --locked --quiet && python3 "$rig/clock.py" $mode > "$work/clock" 2>> "$work/log"; then
        cat "$work/clock" >> "$table"
        grep -q '^E1' "$work/clock" || skip E1 "no libfaketime; apt-get install faketime"
    else
        cat "$work/clock" >> "$table"
        failed=1
    fi
fi

printf '\n'
cat "$table"
[ $skipped = 0 ] || printf '\n!!! torture: %d trials were SKIPPED, see above\n' $skipped
[ $failed = 0 ] && printf '\ntorture (%s): nothing acknowledged was lost\n' "$mode" || { printf '\ntorture (%s): FAILED\n' "$mode"; cat "$work/log" | tail -20 >&2; }
exit $failed
