//! Mail programs of people: mutt at a terminal, and what Thunderbird, Outlook and Python write. Each reads the mail over IMAP before it answers.

use std::process::Command;

use super::super::desk::said;
use super::super::notices::Notice;
use super::super::peers::{peer, run};
use super::Town;
use super::dovecot::PASSWORD;

/// With what somebody answers.
#[derive(Debug, Clone, Copy)]
pub enum Client {
    /// mutt, driven by its own keys.
    Mutt,
    /// Text and HTML beside each other.
    Thunderbird,
    /// HTML alone, its quote not marked.
    Outlook,
    /// Plain text by Python's `email`.
    Python,
}

impl Town {
    /// Answers a mail in somebody's mailbox with one of the programs, and has it sent.
    pub fn answers(&self, client: Client, address: &str, notice: &Notice, words: &str) {
        match client {
            Client::Mutt => self.mutt(address, notice, words),
            Client::Thunderbird => self.python(address, notice, "thunderbird", words),
            Client::Outlook => self.python(address, notice, "outlook", words),
            Client::Python => self.python(address, notice, "plain", words),
        }
    }

    fn python(&self, address: &str, notice: &Notice, style: &str, words: &str) {
        let ports = [self.imap.to_string(), self.submission.to_string()];
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rig/answer.py");
        let mut command = Command::new(peer("python3").expect("Python"));
        command.arg(script).args(ports).args([address, PASSWORD, notice.id(), style, words]);
        let output = run(&mut command);
        assert!(output.status.success(), "{}", said(&output));
    }

    fn mutt(&self, address: &str, notice: &Notice, words: &str) {
        let ports = [self.imap.to_string(), self.submission.to_string()];
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rig/mutt.py");
        let mut command = Command::new(peer("python3").expect("Python"));
        command.arg(script).args(ports).args([address, PASSWORD, notice.id(), words]);
        let output = run(&mut command);
        assert!(output.status.success(), "{}", said(&output));
    }
}
