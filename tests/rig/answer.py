#!/usr/bin/env python3
"""Answers a mail in somebody's mailbox as their mail program would: reads it over IMAP, writes the answer, sends it by SMTP.

usage: answer.py IMAP-PORT SMTP-PORT ADDRESS PASSWORD MESSAGE-ID STYLE WORDS

STYLE is `thunderbird` (text and HTML beside each other, the quote in a blockquote), `outlook` (HTML alone, the quote below a line and a
header block, nothing marked as quoted) or `plain` (Python's own). WORDS may have several lines. Ends with 0 when the mail was taken.
"""

import html
import imaplib
import smtplib
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr


def fetched(port, address, password, message_id):
    """The mail with that id in the person's inbox."""
    with imaplib.IMAP4("127.0.0.1", port, timeout=30) as imap:
        imap.login(address, password)
        imap.select("INBOX")
        _, found = imap.search(None, "HEADER", "Message-ID", f'"{message_id}"')
        numbers = found[0].split()
        if not numbers:
            sys.exit(f"no mail with the id {message_id} in the mailbox of {address}")
        _, data = imap.fetch(numbers[0], "(RFC822)")
        return message_from_bytes(data[0][1], policy=policy.default)


def text_of(mail):
    part = mail.get_body(preferencelist=("plain", "html"))
    return part.get_content() if part else ""


def html_of(mail):
    part = mail.get_body(preferencelist=("html",))
    return part.get_content() if part else "<pre>" + html.escape(text_of(mail)) + "</pre>"


def paragraphs(words):
    return "".join(f"<p>{html.escape(line)}</p>" if line else "<p><br></p>" for line in words.split("\n"))


def answer(mail, address, style, words):
    """The answer, its headers as every program writes them."""
    reply = EmailMessage(policy=policy.SMTP)
    sender = parseaddr(mail["From"])
    subject = str(mail["Subject"])
    reply["From"] = f"{address.split('@')[0].title()} <{address}>"
    reply["To"] = mail["Reply-To"] or mail["From"]
    reply["Subject"] = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    reply["Date"] = formatdate(localtime=True)
    reply["Message-ID"] = make_msgid(domain=address.split("@")[1])
    reply["In-Reply-To"] = mail["Message-ID"]
    reply["References"] = " ".join(filter(None, [mail["References"], mail["Message-ID"]]))
    quoted = "\n".join(f"> {line}" for line in text_of(mail).splitlines())
    if style == "thunderbird":
        reply["User-Agent"] = "Mozilla Thunderbird"
        said = f"On 23/11/2026 09:00, {sender[0]} wrote:"
        reply.set_content(f"{words}\n\n{said}\n{quoted}\n\n-- \nMy name, my house\n")
        reply.add_alternative(
            "<!DOCTYPE html><html><head><meta http-equiv=\"content-type\" content=\"text/html; charset=UTF-8\"></head><body>"
            f"{paragraphs(words)}<div class=\"moz-cite-prefix\">{html.escape(said)}<br></div>"
            f"<blockquote type=\"cite\" cite=\"mid:{mail['Message-ID'].strip('<>')}\">{html_of(mail)}</blockquote>"
            "<div class=\"moz-signature\">-- <br>My name, my house</div></body></html>",
            subtype="html",
        )
    elif style == "outlook":
        reply["X-Mailer"] = "Microsoft Outlook 16.0"
        block = (
            f"<p><b>From:</b> {html.escape(sender[0])} &lt;{html.escape(sender[1])}&gt;<br><b>Sent:</b> Monday, November 23, 2026 9:00 AM<br>"
            f"<b>To:</b> {html.escape(address)}<br><b>Subject:</b> {html.escape(subject)}</p>"
        )
        said = paragraphs(words).replace("<p>", '<p class="MsoNormal">')
        reply.set_content(
            f"<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><body><div class=\"WordSection1\">{said}"
            "<div><div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in\">"
            f"{block}</div></div>{html_of(mail)}</div></body></html>",
            subtype="html",
        )
    elif style == "plain":
        reply.set_content(f"{words}\n\nOn Mon, 23 Nov 2026 at 09:00, {sender[0]} <{sender[1]}> wrote:\n{quoted}\n")
    else:
        sys.exit(f"unknown style {style}")
    return reply


def main():
    imap, smtp, address, password, message_id, style, words = sys.argv[1:]
    reply = answer(fetched(int(imap), address, password, message_id), address, style, words)
    with smtplib.SMTP("127.0.0.1", int(smtp), timeout=30) as server:
        server.send_message(reply, from_addr=address)


if __name__ == "__main__":
    main()
