//! Notices as their readers get them, and answers to them.

use std::path::Path;

use batond::decode;
use batond::model::{Envelope, Mail};

use super::desk::{Desk, until};
use super::peers::swaks_sends;

/// A mail that went out.
#[derive(Debug, Clone)]
pub struct Notice {
    pub mail: Mail,
}

impl Notice {
    /// Reads a mail.
    pub fn read(bytes: &[u8]) -> Self {
        let (mail, _) = decode::mail(bytes, Envelope::default()).expect("a notice that can be read");
        Self { mail }
    }

    pub fn header_of<'a>(&'a self, name: &'a str) -> &'a str {
        self.mail.header(name).next().unwrap_or_default()
    }

    pub fn to(&self) -> &str {
        &self.mail.to[0].address
    }

    pub fn item(&self) -> &str {
        self.header_of("X-Batond-Item")
    }

    pub fn reason(&self) -> &str {
        self.header_of("X-Batond-Reason")
    }

    pub fn id(&self) -> &str {
        self.mail.message_id.as_deref().expect("a Message-ID")
    }

    /// Where answers go: the address with the reader's key.
    pub fn answers_to(&self) -> &str {
        &self.mail.reply_to.first().expect("a Reply-To").address
    }
}

/// All notices in a folder, oldest first.
pub fn all(folder: &Path) -> Vec<Notice> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "eml"));
    paths.sort();
    paths.iter().map(|path| Notice::read(&std::fs::read(path).unwrap())).collect()
}

impl Desk {
    /// The notices of an item to somebody for a reason.
    pub fn notices(&self, item: &str, to: &str, reason: &str) -> Vec<Notice> {
        let mut notices = all(&self.out());
        notices.retain(|notice| (notice.item(), notice.to(), notice.reason()) == (item, to, reason));
        notices
    }

    /// Waits for the `count`th notice of an item to somebody for a reason.
    pub fn notice(&self, item: &str, to: &str, reason: &str, count: usize) -> Notice {
        until((item, to, reason, count), || {
            let notices = self.notices(item, to, reason);
            notices.get(count - 1).cloned()
        })
    }

    /// Answers a notice as its reader's mail program would, by swaks. `false` where there is no swaks.
    pub fn answer(&self, notice: &Notice, from: &str, words: &str) -> bool {
        self.answer_at(notice, from, notice.answers_to(), words)
    }

    /// The same to any address.
    pub fn answer_at(&self, notice: &Notice, from: &str, to: &str, words: &str) -> bool {
        let quoted: Vec<String> = notice.mail.text.lines().map(|line| format!("> {line}")).collect();
        let body = format!(
            "{words}\n\nOn Mon, Nov 23, 2026 at 9:00 AM Ops desk <desk@ops.example> wrote:\n{}\n",
            quoted.join("\n")
        );
        let headers = [
            format!("Subject: Re: {}", notice.mail.subject),
            format!("In-Reply-To: <{}>", notice.id()),
            format!("References: <{}>", notice.id()),
        ];
        let mut more = vec!["--body", &body];
        for header in &headers {
            more.extend(["--header", header]);
        }
        swaks_sends(self.smtp, from, to, &more).is_some()
    }
}
