//! Property: over mail nobody here wrote the compiled set says what the plain loop says. Rules are made of what the mails hold. Reads
//! `../shared/corpora` in place; says loudly when it is not there.

use std::path::{Path, PathBuf};

use super::dice::Dice;
use super::naive;
use super::support::*;
use crate::model::{Body, Envelope, Mail, Message};
use crate::rules::{Cond, Facts, Field, Order, RuleDef, RuleSet, Test};
use crate::{decode, reply};

/// How many mails are judged, spread over all there are.
const MAILS: usize = 150;
/// How many sets of rules, and how many rules each has.
const SETS: usize = 6;
const RULES: usize = 60;
/// The plain loop tries globs by everything, so that long texts are cut for both.
const MAX_TEXT_CHARS: usize = 1_500;

fn mails() -> Vec<Message> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    let mut files = Vec::new();
    for kind in ["mail", "auto", "bounces", "replies"] {
        collect(&root.join(kind), &mut files);
    }
    files.sort();
    let step = (files.len() / MAILS).max(1);
    files.iter().step_by(step).filter_map(|file| read(file)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        match path.is_dir() {
            true => collect(&path, files),
            false if path.extension().is_some_and(|e| e == "eml" || e == "txt" || e == "msg") => files.push(path),
            false => {}
        }
    }
}

fn read(file: &Path) -> Option<Message> {
    let raw = std::fs::read(file).ok()?;
    let (mut mail, _) = decode::mail(&raw, Envelope::default()).ok()?;
    let cut = |text: &str| text.chars().take(MAX_TEXT_CHARS).collect::<String>();
    mail.new_text = cut(&reply::new_text(&mail));
    mail.text = cut(&mail.text);
    // The oracle reads a list's id and a header's name in one spelling only.
    mail.headers
        .retain(|(name, _)| !name.eq_ignore_ascii_case("list-id") && !name.eq_ignore_ascii_case("list-post"));
    mail.headers.iter_mut().for_each(|(name, _)| name.make_ascii_lowercase());
    let mut message = mailed(mail);
    message.raw.size_bytes = raw.len() as u64;
    Some(message)
}

impl Dice {
    /// A piece of a text, a few characters long.
    fn piece(&mut self, text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        let from = self.roll(chars.len());
        let length = 2 + self.roll(12);
        chars.iter().skip(from).take(length).collect()
    }

    fn cond(&mut self, mail: &Mail, size: u64, depth: usize) -> Cond {
        let inner = |dice: &mut Self| (0..1 + dice.roll(3)).map(|_| dice.cond(mail, size, depth + 1)).collect();
        match self.roll(if depth < 2 { 10 } else { 7 }) {
            7 => Cond::Any(inner(self)),
            8 => Cond::All(inner(self)),
            9 => Cond::Not(Box::new(self.cond(mail, size, depth + 1))),
            6 => {
                let order = [Order::Above, Order::AtLeast, Order::Below, Order::AtMost][self.roll(4)];
                let bound = size as f64 + self.roll(3) as f64 - 1.0;
                when(Field::Size, [Test::Compare(order, crate::rules::Bound::Number(bound))])
            }
            _ => {
                let header = mail.headers.get(self.roll(mail.headers.len())).cloned().unwrap_or_default();
                let from = mail.from.first().map_or("", |from| from.address.as_str());
                let (field, text) = [
                    (Field::Subject, mail.subject.as_str()),
                    (Field::Body, mail.new_text.as_str()),
                    (Field::Text, mail.text.as_str()),
                    (Field::From, from),
                    (Field::Header(header.0.clone()), header.1.as_str()),
                ][self.roll(5)]
                .clone();
                let tests = (0..1 + self.roll(2)).map(|_| self.test(text));
                let tests: Vec<Test> = tests.collect();
                when(field, tests)
            }
        }
    }

    fn test(&mut self, text: &str) -> Test {
        let piece = self.piece(text);
        let quoted = piece.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?");
        if piece.is_empty() {
            return Test::Exists(self.roll(2) == 0);
        }
        match self.roll(8) {
            0 => Test::Is(text.to_owned()),
            1 => Test::StartsWith(text.chars().take(3).collect()),
            2 => Test::EndsWith(piece),
            3 => Test::Regex(format!("(?i){}", regex::escape(&piece))),
            4 => Test::Regex(format!(r"\b{}\w*", regex::escape(&piece))),
            5 => Test::Glob(format!("{quoted}*")),
            6 => Test::Glob(format!("*{quoted}*")),
            _ => Test::Contains(piece.to_uppercase()),
        }
    }
}

#[test]
fn compiled_and_plain_agree_on_real_mail() {
    let messages = mails();
    if messages.is_empty() {
        eprintln!("=== NOT RUN: there is no ../shared/corpora; rules were not compared on real mail. ===");
        return;
    }
    let mut dice = Dice(4711);
    let mut matched = 0;
    for _ in 0..SETS {
        let rules: Vec<RuleDef> = (0..RULES)
            .map(|n| {
                let like = &messages[dice.roll(messages.len())];
                let Body::Mail(mail) = &like.body else {
                    unreachable!("only mail was read")
                };
                let mut rule = rule(&format!("r{n}"), dice.cond(mail, like.raw.size_bytes, 0));
                rule.continues = dice.roll(4) > 0;
                rule
            })
            .collect();
        let (set, _) = RuleSet::compile(rules.clone());
        for message in &messages {
            let facts = Facts::default();
            let expected = naive::judge(&rules, message, &facts, &mut naive::Past::new());
            let verdict = set.judge(message, &facts);
            let got: Vec<String> = items(&verdict).iter().map(|item| item.rule.name.to_string()).collect();
            assert_eq!(got, expected, "{:?}", message.mail().map(|mail| &mail.subject));
            matched += expected.len();
        }
    }
    println!(
        "{} mails, {SETS} sets of {RULES} rules: {matched} matches, all alike",
        messages.len()
    );
    assert!(matched > messages.len(), "rules made of the mails match them: {matched}");
}
