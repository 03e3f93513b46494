//! A delivery report (RFC 3464) as a mail server writes it, on a letter of ours. May import model. Only for what is simulated.

use crate::model::Letter;

/// The report that `letter` did not arrive: `said` is a status code and the words of the other end, `4.…` for what is only late.
pub(super) fn delivery_report(letter: &Letter, back: &str, said: &str, id: &str, date: &str) -> String {
    let status = said.split_whitespace().next().unwrap_or("5.0.0");
    let late = status.starts_with('4');
    let (action, subject) = if late {
        ("delayed", "Delayed Mail (still being retried)")
    } else {
        ("failed", "Undelivered Mail Returned to Sender")
    };
    let code = if late { "450" } else { "550" };
    let to = &letter.to;
    let headers: String = letter.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let lines = [
        "From: MAILER-DAEMON@mx.example (Mail Delivery System)",
        &format!("To: <{back}>"),
        &format!("Subject: {subject}"),
        &format!("Date: {date}"),
        &format!("Message-ID: <{id}>"),
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=\"=_r\"",
        "",
        "--=_r",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "This is the mail system at host mx.example.",
        "",
        &format!("<{to}>: host mx.example said: {code} {said}"),
        "--=_r",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example",
        "",
        &format!("Final-Recipient: rfc822; {to}"),
        &format!("Action: {action}"),
        &format!("Status: {status}"),
        &format!("Diagnostic-Code: smtp; {code} {said}"),
        "--=_r",
        "Content-Type: text/rfc822-headers",
        "",
        &format!("Message-ID: <{}>", letter.message_id),
        &format!("Subject: {}", letter.subject),
        headers.trim_end(),
        "",
        "--=_r--",
        "",
    ];
    lines.join("\r\n")
}
