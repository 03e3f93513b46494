//! What a mail is, by its headers and MIME types: RFC 3834, 3464, 8098, 5965, 2919, 5546. May import model. The words of the text are `wording`'s.

use crate::model::{Kind, Mail};

use super::media::Media;
use super::{absence_words, auto_reply};

/// Decides the kind, the most special first: a bounce that is also auto-submitted is a bounce.
pub(super) fn of(mail: &Mail, media: &[&Media]) -> Kind {
    let marks = Marks { mail, media };
    if marks.is_report() {
        Kind::Report
    } else if auto_reply::is_challenger(mail) {
        Kind::AutoReply
    } else if marks.is_bounce() {
        Kind::Bounce
    } else if marks.is_calendar_answer() {
        Kind::Calendar
    } else if marks.is_automatic() {
        Kind::AutoReply
    } else if marks.is_list() {
        Kind::List
    } else {
        Kind::Person
    }
}

struct Marks<'a> {
    mail: &'a Mail,
    media: &'a [&'a Media],
}

/// How the subjects of delivery reports begin, lower case. Counts only together with a null return path.
const BOUNCE_SUBJECTS: [&str; 20] = [
    "failed mail",
    "mail could not be delivered",
    "undelivered mail",
    "undeliverable",
    "undeliverable mail",
    "undelivered message",
    "unzustellbar",
    "returned mail",
    "mail delivery failed",
    "mail delivery failure",
    "mail delivery problem",
    "mail system error",
    "delivery status notification",
    "delivery failure",
    "delivery notification",
    "failure notice",
    "failure delivery",
    "message delivery failure",
    "non remis",
    "warning: could not send message",
];

impl Marks<'_> {
    /// The first word of each value of a header, lower case, without comments and parameters.
    fn words(&self, name: &str) -> Vec<String> {
        self.mail
            .header(name)
            .map(|v| v.split([';', '(', ' ', ',']).next().unwrap_or_default().trim().to_ascii_lowercase())
            .collect()
    }

    fn has(&self, name: &str) -> bool {
        self.mail.header(name).next().is_some()
    }

    /// A header whose value says yes: present, not empty, not `no`, `false` or `0`.
    fn affirms(&self, name: &str) -> bool {
        self.words(name)
            .iter()
            .any(|w| !matches!(w.as_str(), "" | "no" | "false" | "0" | "none" | "never"))
    }

    fn precedence(&self, wanted: &[&str]) -> bool {
        self.words("Precedence").iter().any(|w| wanted.contains(&w.as_str()))
    }

    /// Whether a Return-Path header states the null path. The envelope alone cannot: there `None` may mean unknown.
    fn null_path_stated(&self) -> bool {
        self.mail.header("Return-Path").any(|v| v.trim() == "<>")
    }

    /// Whether nothing contradicts a null return path.
    fn null_path_possible(&self) -> bool {
        let daemon = |path: &str| is_daemon(path.trim().trim_matches(['<', '>']));
        match &self.mail.envelope.from {
            Some(path) => path.trim_matches(['<', '>']).is_empty() || daemon(path),
            None => self
                .mail
                .header("Return-Path")
                .all(|v| v.trim() == "<>" || v.trim().is_empty() || daemon(v)),
        }
    }

    fn subject_begins(&self, starts: &[&str]) -> bool {
        let mut subject = self.mail.subject.to_lowercase();
        subject.truncate(subject.trim_end().len());
        let subject = subject.trim_start_matches(|c: char| c == '[' || c == '*' || c.is_whitespace());
        starts.iter().any(|start| subject.starts_with(start))
    }

    fn subject_is_answer(&self) -> bool {
        let subject = self.mail.subject.trim().to_lowercase();
        absence_words::begins_as_machines_do(&subject) || absence_words::after_phrase(&subject).is_some()
    }

    fn holds(&self, kind: &str) -> bool {
        self.media.iter().any(|m| m.kind == kind)
    }

    fn report_type(&self, kind: &str) -> bool {
        self.media
            .first()
            .is_some_and(|top| top.kind == "multipart/report" && top.says("report-type", kind))
    }

    /// A mailbox that takes a mail and rejects it afterwards says so in a receipt (RFC 5429 section 2.1.1).
    fn is_rejection(&self) -> bool {
        let rejected = |value: &str| value.to_ascii_lowercase().contains("rejected");
        self.report_type("disposition-notification") && self.mail.header("Auto-Submitted").any(rejected)
    }

    fn is_report(&self) -> bool {
        if self.is_rejection() {
            return false;
        }
        let other = self.report_type("delivery-status");
        ["disposition-notification", "feedback-report"]
            .iter()
            .any(|kind| self.report_type(kind))
            || (!other && (self.holds("message/disposition-notification") || self.holds("message/feedback-report")))
    }

    fn is_bounce(&self) -> bool {
        if self.is_rejection()
            || self.report_type("delivery-status")
            || self.holds("message/delivery-status")
            || self.holds("message/global-delivery-status")
        {
            return true;
        }
        let top_is_report = self.media.first().is_some_and(|top| top.kind == "multipart/report");
        if self.has("X-Failed-Recipients") || (top_is_report && self.null_path_possible()) {
            return true;
        }
        let from = |test: fn(&str) -> bool| {
            self.mail
                .from
                .iter()
                .any(|m| test(&m.address) || (m.address.is_empty() && m.name.as_deref().is_some_and(test)))
        };
        // Lists pass these reports on under a return path of their own, so the path is not asked.
        if from(is_daemon) {
            return true;
        }
        (self.null_path_stated() || from(is_postmaster)) && self.subject_begins(&BOUNCE_SUBJECTS)
    }

    fn is_calendar_answer(&self) -> bool {
        self.media.iter().any(|media| media.is_calendar_answer())
    }

    /// An automatic answer or notice. `X-Auto-Response-Suppress` asks for silence and says nothing about the mail it stands on.
    fn is_automatic(&self) -> bool {
        const SIGNS: [&str; 11] = [
            "Auto-Submitted",
            "X-Autoreply",
            "X-Auto-Reply",
            "X-Autorespond",
            "X-Autoresponder",
            "X-Auto-Respond",
            "X-Auto-Response",
            "X-Autoreply-From",
            "X-Mail-Autoreply",
            "X-Vacation",
            "X-AutoGenerated",
        ];
        if SIGNS.iter().any(|name| self.affirms(name)) || self.precedence(&["auto_reply", "auto-reply"]) {
            return true;
        }
        let machine = |name: &str, marks: &[&str]| {
            self.mail.header(name).any(|v| {
                let value = v.to_lowercase();
                marks.iter().any(|mark| value.contains(mark))
            })
        };
        if machine("X-Mailer", &["vacation", "autorespon", "auto-respon"])
            || machine("Delivered-To", &["autorespon"])
            || machine("X-POST-MessageClass", &["autoresponder"])
            || machine("X-FC-MachineGenerated", &["true"])
            || machine("X-Apple-Action", &["vacation"])
        {
            return true;
        }
        let listed = self.has("List-Id") || self.has("List-Post") || self.has("List-Unsubscribe");
        let quiet = self.precedence(&["junk", "bulk"]) && !listed;
        // What a batond says by itself, where a gateway took the sign of it away; what somebody wrote through one is a person's.
        if self.mail.header("X-Batond-Reason").any(|reason| reason.trim() != "reply") {
            return true;
        }
        // A null return path is only for answers no answer may come to (RFC 3834 section 3.3, RFC 5321 section 4.5.5).
        let null = self.null_path_stated();
        let answers = !self.mail.in_reply_to.is_empty() || self.subject_is_answer();
        let suppressed = self.has("X-Auto-Response-Suppress") && self.subject_is_answer();
        (null && (quiet || answers)) || (quiet && self.subject_is_answer()) || suppressed
    }

    fn is_list(&self) -> bool {
        const SIGNS: [&str; 6] = [
            "List-Id",
            "List-Post",
            "List-Unsubscribe",
            "Mailing-List",
            "X-Mailing-List",
            "X-Mailman-Version",
        ];
        SIGNS.iter().any(|name| self.has(name)) || self.precedence(&["list", "bulk", "junk"])
    }
}

/// The local part, or the whole where there is no `@`, lower case.
fn local(address: &str) -> String {
    address
        .split('@')
        .next()
        .unwrap_or_default()
        .trim_matches(['"', ' '])
        .to_ascii_lowercase()
}

fn is_daemon(address: &str) -> bool {
    let local = local(address);
    matches!(
        local.as_str(),
        "mailer-daemon"
            | "mdaemon"
            | "mailerdaemon"
            | "mailer_daemon"
            | "mail-daemon"
            | "maildaemon"
            | "mail delivery subsystem"
            | "mail delivery system"
    )
}

fn is_postmaster(address: &str) -> bool {
    matches!(local(address).as_str(), "postmaster" | "postmast")
}
