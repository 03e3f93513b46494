//! From a path to a configuration: find, read, merge, check, build. May import the rest of config. A configuration comes out only if there is no error.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use jiff::Timestamp;

use super::advice;
use super::cases::{self, Case};
use super::check::Check;
use super::code::Code;
use super::diagnostic::{self, Diagnostic, Severity};
use super::files::{self, Found};
use super::secret::Ambient;
use super::section::{calendar, desk, escalation, expect, mute, people, queue, rotation, round, rule, send, source, team, webhooks};
use super::sections::{Sections, TESTS};
use super::settings::Settings;
use super::texts::{SourceTexts, Spot};
use super::whole;
use super::yaml::{self, Faults, Node, Value};
use crate::model::{QueueName, Revision};
use crate::policy::{Budget, Policy};

/// Hexadecimal digits of a revision.
const REVISION_DIGITS: usize = 12;

/// A configuration that can be run.
#[derive(Debug)]
pub struct Config {
    /// The core's part.
    pub policy: Policy,
    /// The shells' part.
    pub settings: Settings,
    /// The cases of `batond test`; only [`load_all`] reads them.
    pub cases: Vec<Case>,
}

/// What came of a path.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration, unless there is an error.
    pub config: Option<Config>,
    /// All mistakes and warnings, sorted by file, line and column.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts they speak of.
    pub sources: SourceTexts,
}

impl Loaded {
    /// Adds what others found, each in its place.
    pub fn add(&mut self, found: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(found);
        diagnostic::sort(&mut self.diagnostics);
    }
}

/// Loads a configuration: a folder with a `batond.yaml` and any other YAML files beneath it, or a single file. Secrets come from the process's environment.
#[must_use]
pub fn load(path: &Path) -> Loaded {
    load_with(path, &Ambient::of_process())
}

/// Loads a configuration whose secrets are not at hand and not needed: for commands that only try it. Everything else is checked as ever.
#[must_use]
pub fn load_without_secrets(path: &Path) -> Loaded {
    load_with(path, &Ambient::without_secrets())
}

/// Loads a configuration with variables and credentials from elsewhere.
#[must_use]
pub fn load_with(path: &Path, ambient: &Ambient) -> Loaded {
    load_from(path, ambient, None, false)
}

/// Loads a configuration and its cases: `tests:` of any file, and the files named `*.test.yaml`. A mistake in a case is an error here; the
/// daemon, which loads without them, is not stopped by one.
#[must_use]
pub fn load_all(path: &Path, ambient: &Ambient) -> Loaded {
    load_from(path, ambient, None, true)
}

/// The same, and warns of what the calendars bring in the weeks after `now`.
#[must_use]
pub fn load_ahead(path: &Path, ambient: &Ambient, now: Timestamp) -> Loaded {
    load_from(path, ambient, Some(now), true)
}

fn load_from(path: &Path, ambient: &Ambient, ahead: Option<Timestamp>, with_cases: bool) -> Loaded {
    let Read {
        sources,
        mut hashed,
        nodes,
        case_files,
        faults,
        top,
    } = read(path, with_cases);
    let mut cx = Check::new(&sources, ambient);
    cx.ahead = ahead;
    let whole = faults.is_empty();
    for (code, spot, text) in faults {
        cx.error(code, spot, text).hint = hint(code);
    }
    let mut sections = Sections::merge(&mut cx, &nodes);
    let config = build(&mut cx, &sections, top);
    let mut found = Vec::new();
    if with_cases {
        sections.add_cases(&mut cx, &case_files);
        found = cases::cases(&mut cx, &sections.tests);
    }
    if !whole {
        cx.found.retain(|found| !needs_all_files(found));
    }
    hashed.append(&mut cx.files);
    let mut diagnostics = std::mem::take(&mut cx.found);
    diagnostic::sort(&mut diagnostics);
    let errors = diagnostics.iter().any(|d| d.severity == Severity::Error);
    // What seems unused may only be misspelt where it is used.
    let unused = [Code::NeverUsed, Code::QueueWithoutRule];
    diagnostics.retain(|d| !errors || !unused.contains(&d.code));
    for diagnostic in &mut diagnostics {
        diagnostic.hint.get_or_insert_with(|| diagnostic.code.explanation().to_owned());
    }
    let config = config.filter(|_| !errors).map(|(mut policy, settings)| {
        policy.revision = revision(&hashed);
        Config {
            policy,
            settings,
            cases: found,
        }
    });
    Loaded {
        config,
        diagnostics,
        sources,
    }
}

/// The files as texts and trees.
struct Read {
    sources: SourceTexts,
    /// Names and bytes, for the revision.
    hashed: Vec<(String, Vec<u8>)>,
    nodes: Vec<Node>,
    /// The files that hold cases and no policy.
    case_files: Vec<Node>,
    faults: Faults,
    /// Where what is missing as a whole is reported: the beginning of the main file.
    top: Spot,
}

/// Reads and parses all files.
fn read(path: &Path, with_cases: bool) -> Read {
    let Found { root, files } = files::find(path, with_cases);
    let mut read = Read {
        sources: SourceTexts::new(&root),
        hashed: Vec::new(),
        nodes: Vec::new(),
        case_files: Vec::new(),
        faults: Faults::new(),
        top: Spot::top(0),
    };
    for file in files {
        let is_main = file.name == files::MAIN;
        let holds_cases = file.holds_cases();
        let mut at = (1, 1);
        let (text, fault, bytes) = match file.bytes {
            Err(fault) => (String::new(), Some(fault), Vec::new()),
            Ok(bytes) => match std::str::from_utf8(&bytes) {
                Ok(text) => (text.to_owned(), None, bytes),
                Err(error) => {
                    at = position(bytes.get(..error.valid_up_to()).unwrap_or_default());
                    let fault = (Code::NotUtf8, "this byte is not UTF-8 text".to_owned());
                    (String::from_utf8_lossy(&bytes).into_owned(), Some(fault), bytes)
                }
            },
        };
        let index = read.sources.add(&file.name, text);
        if is_main {
            read.top = Spot::top(index);
        }
        let mut node = None;
        match fault {
            Some((code, why)) => read.faults.push((code, Spot::point(index, at), why)),
            None => {
                let text = read.sources.files().get(index).map_or("", |file| file.text.as_str());
                let (parsed, faults) = yaml::parse(index, text);
                read.faults.extend(faults);
                node = parsed;
            }
        }
        if holds_cases {
            read.case_files.extend(node);
        } else {
            let bytes = node.as_ref().and_then(|node| without_cases(&bytes, node)).unwrap_or(bytes);
            read.hashed.push((file.name, bytes));
            read.nodes.extend(node);
        }
    }
    read
}

/// The bytes of a file without its `tests:`, as if they had never been written: cases are no part of the policy, so they do not change its
/// revision. `None` if there are none.
fn without_cases(bytes: &[u8], node: &Node) -> Option<Vec<u8>> {
    let Value::Map(entries) = &node.value else { return None };
    let spots = entries.iter().filter(|entry| entry.key.as_deref() == Some(TESTS));
    let spots: Vec<(Spot, Spot)> = spots.map(|entry| (entry.spot, entry.value.spot)).collect();
    if spots.is_empty() {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}');
    let mut kept = String::new();
    let mut from = 0;
    for (key, value) in spots {
        let start = offset(text, (key.line, key.column));
        let end = offset(text, (value.end_line, value.end_column)).max(start);
        kept.push_str(text.get(from..start)?);
        from = end + text.get(end..)?.len() - text.get(end..)?.trim_start().len();
    }
    kept.push_str(text.get(from..)?);
    Some(format!("{}\n", kept.trim_end()).into_bytes())
}

/// The offset in bytes of a line and column, both from 1, columns in characters.
fn offset(text: &str, (line, column): (u32, u32)) -> usize {
    let mut start = 0;
    for (n, whole) in text.split_inclusive('\n').enumerate() {
        if n + 1 == line as usize {
            let within = whole.char_indices().nth(column.saturating_sub(1) as usize);
            return start + within.map_or(whole.len(), |(at, _)| at);
        }
        start += whole.len();
    }
    text.len()
}

/// The line and column that follow some text.
fn position(before: &[u8]) -> (u32, u32) {
    let before = String::from_utf8_lossy(before);
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count());
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX - 1);
    (number(line) + 1, number(column) + 1)
}

/// What to do about a file that could not be read.
fn hint(code: Code) -> Option<String> {
    let hint = match code {
        Code::FileUnreadable => "let batond's user read it, or take it away",
        Code::NoMainFile => "`batond init` writes a folder to start from",
        Code::FileTooLarge => "split it: files are merged by key",
        Code::TooManyFiles => "is this the configuration folder?",
        Code::NotUtf8 => "save the file as UTF-8",
        Code::NotYaml => "look at the indentation, quotes and brackets just before this place",
        Code::SeveralDocuments => "put it into a file of its own",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// Whether a mistake may come of a file that could not be read, and would only repeat that.
fn needs_all_files(found: &Diagnostic) -> bool {
    let names = [
        Code::UnknownQueue,
        Code::UnknownPerson,
        Code::UnknownTeam,
        Code::UnknownRotation,
        Code::UnknownCalendar,
        Code::UnknownEscalation,
        Code::UnknownSource,
        Code::UnknownRule,
        Code::UnknownRound,
        Code::NeverUsed,
        Code::QueueWithoutRule,
        Code::NoUnmatched,
        Code::NoWeb,
    ];
    names.contains(&found.code) || found.code == Code::MissingKey && found.text.starts_with(desk::NO_SECTION)
}

/// Reads all sections.
fn build(cx: &mut Check<'_>, sections: &Sections<'_>, top: Spot) -> Option<(Policy, Settings)> {
    let desk = desk::desk(cx, sections, top);
    let store = desk::store(cx, sections, top);
    let send = send::send(cx, sections, top, desk.as_ref().map(|(desk, _)| &desk.address));
    let web = desk::web(cx, sections);
    let (called, subscribers) = webhooks::webhooks(cx, sections);
    cx.webhooks = subscribers
        .iter()
        .map(|(name, webhook)| (name.clone(), webhook.url.clone()))
        .collect();
    let (sources, mut listening) = source::sources(cx, sections, top, sections.single("web").is_some());
    listening.extend(
        web.iter()
            .map(|(web, spot)| (super::settings::Listen::Tcp(web.listen), *spot, "`web`".to_owned())),
    );
    let mut targets = Vec::new();
    let mut calendars = calendar::calendars(cx, sections);
    let people = people::people(
        cx,
        sections,
        top,
        &mut calendars,
        desk.as_ref().map_or_else(Budget::default, |(desk, _)| desk.budget),
    );
    let teams = team::teams(cx, sections);
    let rotations = rotation::rotations(cx, sections, &people);
    let ladders = escalation::ladders(cx, sections, &mut targets);
    let mut queues = queue::queues(cx, sections, top, &people, &mut targets);
    let rules = rule::rules(cx, sections, &mut targets);
    let expected = expect::expected(cx, sections, &calendars);
    let mutes = mute::mutes(cx, sections, &calendars);
    let rounds = round::rounds(cx, sections, &calendars, &mut targets);
    let unmatched = desk::unmatched(cx, sections, top);

    whole::addresses(cx, &people);
    whole::own_addresses(cx, desk.as_ref(), &queues, &people, &targets);
    whole::covers(cx, &people);
    whole::prefixes(cx, &queues);
    for (queue, spot) in std::mem::take(&mut cx.working) {
        queues.working.entry(queue).or_insert(spot);
    }
    whole::hours(cx, &queues, &calendars, &ladders);
    whole::listeners(cx, &listening);
    whole::unused(cx);
    advice::queues(cx);
    advice::ladders(cx, &ladders);
    advice::people(cx, &people, &sources);
    if let Some(now) = cx.ahead {
        advice::rotations(cx, &queues, &rotations, &people, &calendars, now);
    }
    advice::proof(cx);

    let unmatched = unmatched?;
    let quarantine = QueueName::from(queue::QUARANTINE);
    if !queues.queues.contains_key(&quarantine) {
        let built_in = queue::quarantine(queues.queues.get(&unmatched)?);
        queues.queues.insert(quarantine.clone(), built_in);
    }
    let policy = Policy {
        revision: Revision::from(""),
        desk: desk?.0,
        calendars,
        people: people
            .iter()
            .map(|(key, somebody)| (key.clone(), somebody.person.clone()))
            .collect::<BTreeMap<_, _>>(),
        teams,
        rotations,
        queues: queues.queues,
        ladders,
        rules: Arc::new(rules),
        trust: std::mem::take(&mut cx.trust),
        silences: std::mem::take(&mut cx.silences),
        expected,
        mutes: Arc::new(mutes),
        webhooks: Arc::new(subscribers),
        rounds: Arc::new(rounds),
        swaps: Vec::new(),
        unmatched,
        quarantine,
    };
    whole::away_covers(cx, &policy, &people);
    let settings = Settings {
        store: store?,
        sources,
        send: send?,
        webhooks: called,
        web: web.map(|(web, _)| web),
    };
    Some((policy, settings))
}

/// The first digits of SHA-256 over all names and bytes, each with its length before it, so that no two configurations look the same.
fn revision(files: &[(String, Vec<u8>)]) -> Revision {
    let mut hash = digest::Context::new(&digest::SHA256);
    for (name, bytes) in files {
        for part in [name.as_bytes(), bytes] {
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    let hex = HEXLOWER.encode(hash.finish().as_ref());
    Revision::from(hex.get(..REVISION_DIGITS).unwrap_or(&hex))
}
