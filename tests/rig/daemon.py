#!/usr/bin/env python3
"""The whole daemon as the program that is tortured: RIG_WRITER="python3 tests/rig/daemon.py" tests/rig/torture.sh short

write DIR FROM COUNT SIZE GROUP stay|close   sends COUNT numbered mails over GROUP SMTP sessions and as many webhooks; prints a number once it is accepted
read DIR ACKS                                starts a daemon on DIR, looks for every number in ACKS, prints what the rig reads
BATOND names the binary (target/debug/batond). The daemon dies with this program, as it would with the machine.
"""
import ctypes, http.client, json, os, random, signal, smtplib, socket, subprocess, sys, threading, time

BATOND = os.environ.get("BATOND", "target/debug/batond")
SIZES = [1024, 4096, 102400, 307200]
CONFIG = """
desk: {{ address: desk@rig.example, name: Rig, budget: {{ mails: 1000, in: 1m, per_item: 1000 }} }}
store: {{ path: "{store}" }}
sources:
  inbox: {{ smtp: {{ listen: "127.0.0.1:{smtp}", for: ["*@rig.example"], trusted: true }} }}
  hook: {{ webhook: {{ verify: none, allow_from: ["127.0.0.1/32"] }} }}
send: {{ relay: "file:{store}.outbox" }}
web: {{ listen: "127.0.0.1:{web}" }}
people:
  ana: {{ name: Ana Ruiz, mail: ana@rig.example, time_zone: UTC, hours: {{ daily: "00:00-24:00" }} }}
queues:
  rig: {{ prefix: RIG, purpose: Numbered messages., owner: ana, urgent_when: Never., handover: None., accept_within: 10d, resolve_within: 20d }}
rules:
  - {{ name: all, when: {{ source: "*" }}, then: {{ queue: rig }} }}
unmatched: {{ queue: rig }}
"""


def ports():
    # Both are held until both are known: one by one they can be the same.
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


class Daemon:
    def __init__(self, store):
        self.smtp, self.web = ports()
        # Beside the store, so that it goes with it: whoever is killed cleans nothing up.
        self.config = f"{store}.yaml"
        with open(self.config, "w") as f:
            f.write(CONFIG.format(store=store, smtp=self.smtp, web=self.web))
        die = lambda: ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        began = time.monotonic()
        self.process = subprocess.Popen([BATOND, "run", "--config", self.config], stdout=subprocess.DEVNULL, stderr=sys.stderr, preexec_fn=die)
        while self.process.poll() is None and time.monotonic() - began < 60:
            try:
                socket.create_connection(("127.0.0.1", self.web), 1).close()
                break
            except OSError:
                time.sleep(0.005)
        self.restart_ms = int((time.monotonic() - began) * 1000)

    def ask(self, *words):
        out = subprocess.run([BATOND, *words, "--config", self.config, "--format", "json"], capture_output=True, timeout=120)
        return json.loads(out.stdout)

    def stop(self):
        self.process.terminate()
        code = self.process.wait(60)
        return code


def mail(number, size):
    head = f"From: <kim@customer.example>\r\nTo: <all@rig.example>\r\nSubject: number {number}\r\nMessage-ID: <n{number}@rig.example>\r\n\r\n"
    line = f"This is line of number {number}. " + "x" * 40 + "\r\n"
    return head + line * (max(size - len(head), len(line)) // len(line))


def write(store, first, count, size, group, how):
    daemon = Daemon(store)
    lock, failed = threading.Lock(), threading.Event()
    # One after the other over all sessions: no number further ahead than there are sessions is ever in flight, and the rig counts on that.
    numbers = iter(range(first, first + count))

    def take():
        with lock:
            return next(numbers, None)

    def acknowledge(number):
        with lock:
            os.write(1, f"{number}\n".encode())

    def session(offset):
        dice = random.Random(first + offset)
        try:
            smtp = smtplib.SMTP("127.0.0.1", daemon.smtp, timeout=90)
            hook = http.client.HTTPConnection("127.0.0.1", daemon.web, timeout=90)
            while (number := take()) is not None:
                bytes_ = dice.choice(SIZES) if size == "mixed" else int(size)
                if number % 4 == 3 and bytes_ < 900_000:
                    body = json.dumps({"number": number, "fill": "x" * bytes_})
                    hook.request("POST", "/hooks/hook", body, {"Content-Type": "application/json"})
                    answer = hook.getresponse()
                    answer.read()
                    if answer.status != 202:
                        raise OSError(answer.status)
                else:
                    smtp.sendmail("kim@customer.example", ["all@rig.example"], mail(number, bytes_).encode())
                acknowledge(number)
        except (OSError, smtplib.SMTPException, http.client.HTTPException):
            failed.set()

    threads = [threading.Thread(target=session, args=(n,), daemon=True) for n in range(group)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    if failed.is_set():
        try:
            return daemon.process.wait(5)
        except subprocess.TimeoutExpired:
            return 1
    if how == "stay":
        signal.pause()
    return daemon.stop()


def read(store, acks):
    numbers = {int(n) for n in open(acks).read().split() if n.isdigit()}
    daemon = Daemon(store)
    if daemon.process.poll() is not None:
        print(f"open_failed=1 exit={daemon.process.returncode}")
        return 2
    seen = {}
    damaged = 0
    for item in daemon.ask("list", "--all")["items"]:
        title = item["title"]
        if title.startswith("number "):
            number = int(title.split()[1])
        else:
            history = daemon.ask("show", item["id"])
            text = json.dumps(history)
            number = int(text.split('\\"number\\": ')[1].split(",")[0])
        seen[number] = seen.get(number, 0) + 1
        broken = item["state"] not in ("offered", "accepted") or not item["timers"] or not item["accountable"]
        damaged += broken
    lost = len([n for n in numbers if n not in seen])
    doubled = len([n for n in seen.values() if n > 1])
    daemon.stop()
    print(f"open_failed=0 acked={len(numbers)} lost={lost} damaged={damaged} doubled={doubled} told=0 named=0 found=0 short=0 cut=0 "
          f"restart_ms={daemon.restart_ms} replayed=0 rebuilt=0")
    return 1 if lost + doubled + damaged else 0


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "write":
        store, first, count, size, group, how = rest
        sys.exit(write(store, int(first), int(count), size, int(group), how))
    sys.exit(read(*rest))
