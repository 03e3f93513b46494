//! Rules as sites have them, any number of them and always the same: sender, words, globs, headers, JSON, lists, and a few regexes.

use std::sync::Arc;

use batond::model::Place;
use batond::rules::{Actions, Bound, Cond, Field, Order, RuleDef, Test, Text};

/// What fails and is asked for.
pub const THINGS: [&str; 12] = [
    "printer",
    "gateway",
    "database",
    "laptop",
    "mailbox",
    "invoice",
    "backup",
    "certificate",
    "router",
    "licence",
    "badge",
    "projector",
];
/// Companies that write.
pub const COMPANIES: [&str; 8] = ["harbour", "meadow", "cedar", "granite", "lantern", "orchard", "pebble", "willow"];
/// How many senders stand in a long list.
const LISTED: usize = 1_000;

/// Which of a hundred kinds the `n`th rule is: ten rules are a mix as ten thousand are.
pub fn kind(n: usize) -> usize {
    n * 37 % 100
}

/// Whether the `n`th rule looks for one sender.
pub fn is_by_sender(n: usize) -> bool {
    (30..44).contains(&kind(n))
}

/// The `n`th rule. The shares are those of a site that routes by sender and words: of 100 rules seven have a regex, one of them with nothing it could be found by.
pub fn rule(n: usize) -> RuleDef {
    let thing = THINGS[n % THINGS.len()];
    let company = COMPANIES[n % COMPANIES.len()];
    let conds = match kind(n) {
        0..30 => vec![when(Field::Subject, vec![glob(format!("*{thing} {n:05}*"))])],
        30..44 => vec![when(Field::From, vec![Test::Is(sender(n))])],
        44..54 => vec![
            when(Field::From, vec![glob(format!("*@{company}-{n:05}.example"))]),
            when(Field::Subject, vec![glob("*invoice*"), glob("*bill*"), glob("*payment reminder*")]),
        ],
        54..64 => vec![
            when(Field::To, vec![glob(format!("team-{n:05}@*"))]),
            Cond::Not(Box::new(when(Field::Subject, vec![glob("*out of office*")]))),
        ],
        64..74 => vec![
            when(Field::Source, vec![Test::Is("inbox".into())]),
            Cond::Any(vec![
                when(Field::Body, vec![Test::Contains(format!("host {thing}-{n:05}"))]),
                when(Field::Subject, vec![glob(format!("*down*{thing}-{n:05}*"))]),
            ]),
        ],
        74..82 => vec![when(Field::Header("x-project".into()), vec![Test::Is(format!("{company}/{n}"))])],
        82..92 => vec![
            when(Field::Json("status".into()), vec![Test::Is("firing".into())]),
            when(Field::Json("labels.service".into()), vec![Test::Is(format!("{thing}-{n}"))]),
        ],
        92..95 => vec![when(Field::Subject, vec![Test::Regex(format!("{thing} order #{n:05}-[0-9]+"))])],
        95..97 => vec![when(
            Field::Body,
            vec![Test::Regex(format!(
                "({thing}|{company}) {n:05} (failed|is late) after [0-9]+ minutes"
            ))],
        )],
        97 => vec![
            when(Field::From, vec![glob(format!("*@partner-{n:05}.example"))]),
            when(Field::Subject, vec![Test::Regex("^[A-Z][A-Z]+-[0-9]+$".into())]),
        ],
        98 => vec![when(Field::Subject, vec![Test::Regex(pattern(n / 100))])],
        _ if n % 1_000 < 100 => vec![when(Field::From, (0..LISTED).map(|at| Test::Is(listed(n, at))).collect())],
        _ => vec![
            when(Field::Size, vec![Test::Compare(Order::Above, Bound::Number((1 << 20) as f64))]),
            when(Field::Subject, vec![Test::StartsWith(format!("[{company}-{n}]"))]),
        ],
    };
    named(n, conds)
}

/// A sender a rule names.
pub fn sender(n: usize) -> String {
    format!("sender{n:05}@{}.example", COMPANIES[n % COMPANIES.len()])
}

/// One of a long list of senders.
fn listed(n: usize, at: usize) -> String {
    format!("member{at:04}@list{n:05}.example")
}

/// A regex without any text that must be there: digits in groups, as in numbers of orders and parcels.
fn pattern(n: usize) -> String {
    format!(
        "^[0-9]{{{}}}[-/][0-9]{{{}}}[-/][A-Z]{{{}}}$",
        3 + n % 10,
        2 + n / 10 % 5,
        1 + n / 50
    )
}

/// The queue the `n`th rule fills: by it one sees in any filter which rule matched.
pub fn queue(n: usize) -> String {
    format!("q{n:05}")
}

fn named(n: usize, conds: Vec<Cond>) -> RuleDef {
    RuleDef {
        name: format!("rule {n}").into(),
        place: place(n),
        when: Cond::All(conds),
        each: None,
        extract: Vec::new(),
        then: Actions {
            queue: Some(queue(n).as_str().into()),
            title: Some(Text {
                text: "{{ subject }}".into(),
                place: place(n),
            }),
            ..Actions::default()
        },
        continues: false,
    }
}

fn when(field: Field, tests: Vec<Test>) -> Cond {
    Cond::Field {
        field,
        tests,
        place: place(1),
    }
}

fn glob(text: impl Into<String>) -> Test {
    Test::Glob(text.into())
}

fn place(n: usize) -> Place {
    Place {
        file: Arc::from("rules.yaml"),
        line: u32::try_from(n).unwrap_or(u32::MAX),
        column: 1,
    }
}
