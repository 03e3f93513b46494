#!/usr/bin/env python3
"""What mail-parser-reply (PyPI) makes of the replies the corpora hold as plain text, beside the expectations. Usage: reply_peer.py CORPORA.

The same measure as tests/it/reading.rs: the visible text, white space folded. HTML is left out: the peer reads text only.
"""
import json, os, sys
from importlib.metadata import version

from mailparser_reply import EmailReplyParser

LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "sv", "da", "cs", "ja", "ko", "zh", "he"]
corpora = sys.argv[1]
folded = lambda text: " ".join((text or "").split())
languages = []
for language in LANGUAGES:
    try:
        EmailReplyParser(languages=[language]).parse_reply("hello")
        languages.append(language)
    except Exception:
        pass
rows = {}
for line in open(os.path.join(corpora, "replies", "expected.jsonl"), encoding="utf-8"):
    line = json.loads(line)
    visible = line["expected"].get("visible")
    if line["format"] != "body_text" or visible is None:
        continue
    text = open(os.path.join(corpora, line["path"]), encoding="utf-8", errors="replace").read()
    try:
        found = EmailReplyParser(languages=languages).parse_reply(text)
    except Exception as error:
        found = f"!!! {error}"
    for row in [line["source"], "in all"]:
        right, all = rows.get(row, (0, 0))
        rows[row] = (right + (folded(found) == folded(visible)), all + 1)
print(f"mail-parser-reply {version('mail-parser-reply')}, languages {' '.join(languages)}, plain text only:")
for row in sorted(rows):
    right, all = rows[row]
    print(f"  {row:32} {right:4} of {all:4}  {100 * right / all:5.1f} %")
