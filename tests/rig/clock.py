#!/usr/bin/env python3
"""E1 and E4 on the real daemon. Usage: clock.py [short|full]. BATOND names the binary (target/debug/batond).

E1  the daemon under libfaketime, its clock set ahead and back by an hour and a day, to 2040 and to 1970, while reminders and a ladder of seconds run;
    restarted in between; started in 1970. No mail twice, none before its time by the clock it shows, and the log and `batond status` say that it jumped.
E4  SIGHUP, over and over, each time with other durations and rules, while timers run: every deadline stands where it stood.
Ends with 1 when something was wrong.
"""
import glob, json, os, random, re, signal, smtplib, socket, subprocess, sys, tempfile, time

BATOND = os.path.abspath(os.environ.get("BATOND", "target/debug/batond"))
FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), None)
SECONDS = 60
CONFIG = """
desk: {{ address: desk@rig.example, name: Rig }}
store: {{ path: "{dir}/store" }}
sources:
  inbox: {{ smtp: {{ listen: "127.0.0.1:{smtp}", for: ["*@rig.example"], trusted: true }} }}
send: {{ relay: "file:{dir}/out" }}
web: {{ listen: "127.0.0.1:{web}" }}
people:
  ana: {{ name: Ana Ruiz, mail: ana@rig.example, time_zone: UTC, hours: {{ daily: "00:00-24:00" }} }}
  ben: {{ name: Ben Okafor, mail: ben@rig.example, time_zone: UTC, hours: {{ daily: "00:00-24:00" }} }}
queues:
  rig: {{ prefix: RIG, purpose: Rig., owner: ana, assign: ben, urgent_when: Never., handover: None., accept_within: {accept}, resolve_within: {resolve}, escalation: climb }}
escalations:
  climb: {{ steps: [{{ after: {step}, tell: owner }}], again: {again} }}
rules:
  - {{ name: all, when: {{ source: "*", subject: "*{word}*" }}, then: {{ queue: rig }} }}
unmatched: {{ queue: rig }}
"""
failed = []


def fail(why):
    failed.append(why)
    print(f"    FAILED: {why}", file=sys.stderr)


def port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(what, look):
    began = time.monotonic()
    while time.monotonic() - began < SECONDS:
        seen = look()
        if seen:
            return seen
        time.sleep(0.05)
    raise TimeoutError(what)


class Daemon:
    def __init__(self, dir, **spans):
        self.dir, self.smtp, self.web, self.sent = dir, port(), port(), 0
        self.spans = {"accept": "2s", "resolve": "10d", "step": "1s", "again": "2d", "word": "number", **spans}
        self.configure()
        self.clock("+0")
        self.start()

    def configure(self):
        with open(f"{self.dir}/batond.yaml", "w") as f:
            f.write(CONFIG.format(dir=self.dir, smtp=self.smtp, web=self.web, **self.spans))

    def clock(self, how):
        """Sets it: `+1d`, or `@1970-01-01 00:05:00`, from which it goes on."""
        with open(f"{self.dir}/clock.new", "w") as f:
            f.write(how + "\n")
        os.rename(f"{self.dir}/clock.new", f"{self.dir}/clock")

    def start(self):
        env = dict(os.environ, TZ="UTC", LD_PRELOAD=FAKETIME or "", DONT_FAKE_MONOTONIC="1", FAKETIME_NO_CACHE="1", FAKETIME_TIMESTAMP_FILE=f"{self.dir}/clock")
        env.pop("NOTIFY_SOCKET", None)
        self.process = subprocess.Popen([BATOND, "run", "--config", f"{self.dir}/batond.yaml"], env=env, stdout=subprocess.DEVNULL, stderr=open(f"{self.dir}/log", "a"))
        until("ready", lambda: self.process.poll() is not None or self.up())
        if self.process.poll() is not None:
            raise RuntimeError(open(f"{self.dir}/log").read()[-2000:])

    def up(self):
        try:
            socket.create_connection(("127.0.0.1", self.smtp), 1).close()
            return True
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        if self.process.wait(60) != 0:
            fail("it did not end in good order")

    def log(self):
        return open(f"{self.dir}/log").read()

    def ask(self, *words):
        out = subprocess.run([BATOND, *words, "--config", f"{self.dir}/batond.yaml", "--format", "json"], capture_output=True, timeout=60)
        if out.returncode:
            raise RuntimeError(out.stderr.decode())
        return json.loads(out.stdout)

    def mail(self):
        self.sent += 1
        text = f"From: <kim@customer.example>\r\nTo: <all@rig.example>\r\nSubject: number {self.sent}\r\nMessage-ID: <n{self.sent}@rig.example>\r\n\r\nIt says no.\r\n"
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=30) as smtp:
            try:
                smtp.sendmail("kim@customer.example", ["all@rig.example"], text)
            except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused, smtplib.SMTPRecipientsRefused) as error:
                return error
        return None

    def letters(self):
        """(item, to, reason) of each mail sent, and its Message-ID."""
        found = []
        for path in glob.glob(f"{self.dir}/out/**/*.eml", recursive=True):
            head = open(path, errors="replace").read().split("\n\n")[0].replace("\r", "")
            field = lambda name: (re.search(rf"^{name}: (.*)$", head, re.M | re.I) or [None, ""])[1]
            found.append((field("X-Batond-Item"), field("To"), field("X-Batond-Reason"), field("Message-ID")))
        return found


def instant(text):
    from datetime import datetime

    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def ledger(daemon):
    """What the timeline of every item says: early and doubled."""
    early = doubled = came = 0
    for item in daemon.ask("list", "--all")["items"]:
        overdue = {}
        for entry in daemon.ask("show", item["id"])["history"]:
            if entry["event"] == "clock_overdue":
                came += 1
                overdue[entry["text"]] = overdue.get(entry["text"], 0) + 1
                early += instant(entry["at"]) < instant(entry["due"])
        doubled += sum(count > 1 for count in overdue.values())
    ids = [letter[3] for letter in daemon.letters()]
    doubled += len(ids) - len(set(ids))
    return came, early, doubled


def e1(rounds):
    jumps = 0
    with tempfile.TemporaryDirectory(prefix="batond-clock.") as dir:
        daemon = Daemon(dir)
        for _ in range(rounds):
            for wrong in ["+1h", "-1h", "+1d", "-1d", "@2040-02-29 12:00:00"]:
                if error := daemon.mail():
                    fail(f"a mail was refused with the clock right: {error}")
                for how in [wrong, "+0"]:
                    before = daemon.ask("status")["clock"]["jumps"]
                    daemon.clock(how)
                    jumps += 1
                    until(f"{how} is noticed", lambda: daemon.ask("status")["clock"]["jumps"] > before)
                    time.sleep(0.5)
            # 1970, while it runs and at a start.
            daemon.clock("@1970-01-01 00:05:00")
            jumps += 1
            until("1970 is noticed", lambda: not daemon.ask("status")["clock"]["set"])
            if not daemon.mail():
                fail("a mail was taken in 1970")
            daemon.stop()
            daemon.start()
            if not daemon.mail():
                fail("a mail was taken by a daemon that started in 1970")
            daemon.clock("+0")
            jumps += 1
            until("the clock is set", lambda: daemon.ask("status")["clock"]["set"])
            if error := daemon.mail():
                fail(f"a mail was refused once the clock was set: {error}")
        id = daemon.ask("list")["items"][-1]["id"]
        until("what is due comes", lambda: any(entry["event"] == "escalation_stepped" for entry in daemon.ask("show", id)["history"]))
        came, early, doubled = ledger(daemon)
        daemon.stop()
        log = daemon.log()
    for words in ["the clock jumped ahead", "the clock was set back", "the clock of this machine is not set", "the clock of this machine is set"]:
        if words not in log:
            fail(f"the log does not say: {words}")
    if early or doubled or came < rounds * 6:
        fail(f"{came} deadlines came, {early} early, {doubled} doubled")
    print(f"E1 clock jumps: {jumps} jumps, {daemon.sent} mails, {came} deadlines came, {early} early, {doubled} doubled")


def e4(reloads):
    dice = random.Random(4)
    with tempfile.TemporaryDirectory(prefix="batond-reload.") as dir:
        daemon = Daemon(dir, accept="10d", resolve="20d")
        [daemon.mail() for _ in range(20)]
        promised = lambda: {item["id"]: (item["deadlines"], item["timers"], item["holder"]) for item in daemon.ask("list", "--all")["items"]}
        before, moved, mails = promised(), 0, len(daemon.letters())
        for number in range(reloads):
            spans = ["3s", "5m", "2h", "9d"]
            daemon.spans.update(accept=dice.choice(spans), resolve=dice.choice(spans), step=dice.choice(spans), word=dice.choice(["number", "x"]), again=dice.choice(["1h", "3d"]))
            daemon.configure()
            at = daemon.ask("status")["last_reload"]["at"]
            daemon.process.send_signal(signal.SIGHUP)
            until(f"reload {number}", lambda: daemon.ask("status")["last_reload"]["at"] != at)
            if not daemon.ask("status")["last_reload"]["ok"]:
                fail("a reload was refused")
            moved += sum(promised()[id] != what for id, what in before.items())
        more = len(daemon.letters()) - mails
        # The control: a daemon that counted anew would show what one item more shows now, which is promised by the new configuration.
        daemon.spans.update(accept="6d")
        daemon.configure()
        daemon.process.send_signal(signal.SIGHUP)
        time.sleep(1)
        daemon.mail()
        new = [what for id, what in promised().items() if id not in before]
        told_apart = len(new) == 1 and all(new[0][0] != what[0] for what in before.values())
        daemon.stop()
    if moved or not told_apart or len(before) != 20:
        fail(f"{moved} timers moved; a new one is told apart: {told_apart}")
    print(f"E4 reloads: {reloads} SIGHUPs over {len(before)} items with timers pending, {moved} moved, {more} mails because of it")


if __name__ == "__main__":
    full = sys.argv[1:] == ["full"]
    if FAKETIME:
        e1(10 if full else 1)
    else:
        print("!!! E1 SKIPPED: no libfaketime; apt-get install faketime", file=sys.stderr)
    e4(100 if full else 5)
    sys.exit(1 if failed else 0)
