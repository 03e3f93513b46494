//! Pigeonhole's `sieve-test` over the same rules, as far as Sieve can say them. A process a mail, as Dovecot's delivery runs it, its script compiled before.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use batond::rules::{Bound, Cond, Field, RuleDef, Test};

use crate::mails::Sample;

/// How often each mail is run; the shortest counts.
const ROUNDS: usize = 3;
/// The compiler's own limits are lifted: ten thousand rules are more than it takes from a user.
const LIMITS: [&str; 4] = ["-o", "plugin/sieve_max_script_size=0", "-o", "plugin/sieve_max_cpu_time=300s"];
/// Dovecot opens no mail as root.
const AS_NOBODY: [&str; 4] = ["-o", "mail_uid=nobody", "-o", "mail_gid=nogroup"];

/// A script that is compiled.
pub struct Script {
    path: PathBuf,
    /// How long compiling took.
    pub compile: Duration,
    /// How many of the rules it has; Sieve knows mail only.
    pub rules: usize,
}

/// Whether the programs are there.
pub fn is_there() -> bool {
    let runs = |program| Command::new(program).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    runs("sieve-test") && runs("sievec")
}

impl Script {
    /// Writes rules down as Sieve and compiles them.
    ///
    /// # Errors
    /// What the compiler says.
    pub fn compile(folder: &Path, name: &str, rules: &[RuleDef]) -> Result<Self, String> {
        let path = folder.join(format!("{name}.sieve"));
        let mut text = String::from("require [\"fileinto\", \"regex\", \"body\"];\n");
        let mut written = 0;
        for rule in rules {
            let (Some(test), Some(queue)) = (test(&rule.when), &rule.then.queue) else {
                continue;
            };
            written += 1;
            let _ = writeln!(text, "if {test} {{ fileinto {}; stop; }}", quoted(queue.as_str()));
        }
        std::fs::write(&path, text).map_err(|e| e.to_string())?;
        let start = Instant::now();
        let said = Command::new("sievec").args(LIMITS).arg(&path).output().map_err(|e| e.to_string())?;
        if !said.status.success() {
            return Err(String::from_utf8_lossy(&said.stderr).lines().take(3).collect::<Vec<_>>().join("; "));
        }
        Ok(Self {
            path,
            compile: start.elapsed(),
            rules: written,
        })
    }

    /// How long a process takes over a mail, at best, and the folder it chooses.
    ///
    /// # Errors
    /// What went wrong.
    pub fn run(&self, mail: &Path) -> Result<(Duration, String), String> {
        let mut best = Duration::MAX;
        let mut chosen = String::new();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let user: &[&str] = if rustix::process::geteuid().is_root() { &AS_NOBODY } else { &[] };
            let said = Command::new("sieve-test")
                .args(LIMITS)
                .args(user)
                .arg(&self.path)
                .arg(mail)
                .output();
            let said = said.map_err(|e| e.to_string())?;
            best = best.min(start.elapsed());
            let text = String::from_utf8_lossy(&said.stdout).into_owned();
            if !said.status.success() {
                return Err(format!("{text}{}", String::from_utf8_lossy(&said.stderr)));
            }
            let into = text.lines().find_map(|line| line.split_once("store message in folder: "));
            chosen = into.map(|(_, folder)| folder.trim().to_owned()).unwrap_or_default();
        }
        Ok((best, chosen))
    }
}

/// Puts mails into files.
pub fn files(folder: &Path, samples: &[&Sample]) -> std::io::Result<Vec<PathBuf>> {
    let numbered = samples.iter().enumerate();
    numbered
        .map(|(n, sample)| {
            let path = folder.join(format!("{n}.eml"));
            std::fs::write(&path, &sample.raw)?;
            Ok(path)
        })
        .collect()
}

/// A condition in Sieve; `None` where Sieve has no word for it, as for JSON.
fn test(cond: &Cond) -> Option<String> {
    let list = |conds: &[Cond]| conds.iter().map(test).collect::<Option<Vec<_>>>().map(|tests| tests.join(", "));
    Some(match cond {
        Cond::All(conds) => format!("allof({})", list(conds)?),
        Cond::Any(conds) => format!("anyof({})", list(conds)?),
        Cond::Not(cond) => format!("not {}", test(cond)?),
        Cond::Field { field, tests, .. } => match (field, tests.as_slice()) {
            (Field::Source, _) => "true".to_owned(),
            (Field::Size, [Test::Compare(_, Bound::Number(bytes))]) => format!("size :over {bytes}"),
            (Field::Subject, tests) => matched("header", "\"subject\"", tests)?,
            (Field::Header(name), tests) => matched("header", &quoted(name), tests)?,
            (Field::From, tests) => matched("address", "\"from\"", tests)?,
            (Field::To, tests) => matched("address", "\"to\"", tests)?,
            (Field::Body, tests) => matched("body", ":text", tests)?,
            _ => return None,
        },
        _ => return None,
    })
}

/// All values for one kind of test; the rules here ask for one kind at a time.
fn matched(word: &str, of: &str, tests: &[Test]) -> Option<String> {
    let said = tests.iter().map(|test| match test {
        Test::Is(text) => Some((":is", text.clone())),
        Test::Contains(text) => Some((":contains", text.clone())),
        Test::Glob(text) => Some((":matches", text.clone())),
        Test::StartsWith(text) => Some((":matches", format!("{text}*"))),
        Test::Regex(text) => Some((":comparator \"i;octet\" :regex", text.clone())),
        _ => None,
    });
    let said: Vec<(&str, String)> = said.collect::<Option<_>>()?;
    let (how, _) = said.first()?;
    let values: Vec<String> = said
        .iter()
        .filter(|(other, _)| other == how)
        .map(|(_, text)| quoted(text))
        .collect();
    (values.len() == said.len()).then(|| match word {
        // `body` has its kind of content before what is looked for.
        "body" => format!("body {of} {how} [{}]", values.join(", ")),
        _ => format!("{word} {how} {of} [{}]", values.join(", ")),
    })
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
