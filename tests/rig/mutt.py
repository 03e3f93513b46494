#!/usr/bin/env python3
"""Drives mutt at a terminal of its own: each key is pressed once what it answers is on the screen.

usage: mutt.py IMAP-PORT SMTP-PORT ADDRESS PASSWORD MESSAGE-ID WORDS

Answers the mail with that id in the inbox of ADDRESS. Ends with 0 when mutt has sent the answer; shows the screen when it has not.
"""

import os
import pty
import re
import select
import signal
import sys
import tempfile
import time

RC = """\
set from='{address}' realname='{name}' use_from=yes envelope_from=yes hostname='{domain}'
set imap_user='{address}' imap_pass='{password}' imap_authenticators='login'
set smtp_url='smtp://127.0.0.1:{smtp}/' ssl_starttls=no ssl_force_tls=no
set editor='sh {folder}/editor.sh' include=yes fast_reply=yes reply_to=yes abort_unmodified=no
set record='{folder}/sent' beep=no wait_key=no quit=yes delete=no move=no crypt_use_gpgme=no
set header_cache='' message_cachedir='' tmpdir='{folder}' folder='{folder}' charset='utf-8' send_charset='utf-8'
"""
# Puts the words above the quote, as a person does.
EDITOR = """\
set -eu
cat "{folder}/words" "$1" > "$1.new"
cat "$1.new" > "$1"
rm "$1.new"
"""
# How long one step may take, in seconds.
PATIENCE = 30


class Terminal:
    """A program at a terminal."""

    def __init__(self, command, environment):
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execvpe(command[0], command, environment)
        self.screen = ""

    def sees(self, words):
        """Waits for words on the screen that were not there before."""
        end = time.monotonic() + PATIENCE
        while True:
            found = re.search(words, self.screen)
            if found:
                self.screen = self.screen[found.end():]
                return
            ready, _, _ = select.select([self.terminal], [], [], 0.2)
            if ready:
                try:
                    self.screen += os.read(self.terminal, 65536).decode("utf-8", "replace")
                except OSError:
                    sys.exit(f"it has ended before `{words}` was seen: {self.screen!r}")
            if time.monotonic() > end:
                os.kill(self.child, signal.SIGTERM)
                sys.exit(f"`{words}` was not seen: {self.screen!r}")

    def presses(self, keys):
        os.write(self.terminal, keys.encode())

    def ends(self):
        """Reads what is left, and waits for the end."""
        while True:
            try:
                if not os.read(self.terminal, 65536):
                    break
            except OSError:
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])


def main():
    imap, smtp, address, password, message_id, words = sys.argv[1:]
    name, domain = address.split("@")
    with tempfile.TemporaryDirectory() as folder:
        rc = RC.format(address=address, name=name.title(), domain=domain, password=password, smtp=smtp, folder=folder)
        for file, text in (("rc", rc), ("editor.sh", EDITOR.format(folder=folder)), ("words", words + "\n\n")):
            with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
                out.write(text)
        environment = dict(os.environ, TERM="vt100", HOME=folder, LANG="C.UTF-8", LINES="30", COLUMNS="100")
        mutt = Terminal(["mutt", "-n", "-F", f"{folder}/rc", "-f", f"imap://127.0.0.1:{imap}/INBOX"], environment)
        mutt.sees(r"-\*?-+Mutt: ")
        # Its local part has no character that means something in a pattern but the dot.
        mutt.presses(f"l~i {message_id.split('@')[0]}\r")
        mutt.sees(r"To view all messages")
        mutt.presses("r")
        mutt.sees(r"Mutt: Compose")
        mutt.presses("y")
        mutt.sees(r"Mail sent")
        mutt.presses("q")
        code = mutt.ends()
        if code != 0 or not os.path.exists(f"{folder}/sent"):
            sys.exit(f"mutt ended with {code}: {mutt.screen!r}")


if __name__ == "__main__":
    main()
