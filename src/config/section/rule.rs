//! `rules`: YAML into definitions that `RuleSet::compile` takes. May import the rest of config. Faults of compiling come back as diagnostics.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::diagnostic::{Diagnostic, Severity};
use super::super::fields::{Fields, key};
use super::super::sections::{Sections, one_line_name};
use super::super::texts::Spot;
use super::super::yaml::{Entry, Node, Value};
use super::action::{actions, is_identifier, not_a_field};
use super::condition;
use super::escalation::start;
use super::field::field;
use super::key_forms;
use super::once;
use super::party::Targets;
use crate::model::{Place, RuleName};
use crate::rules::{Cond, ExtractDef, ExtractFrom, RuleDef, RuleFault, RuleFaultKind, RuleSet, Text};

/// The longest name of a rule, in characters.
const MAX_NAME_CHARS: usize = 120;

/// Reads and compiles all rules.
pub(crate) fn rules(cx: &mut Check<'_>, sections: &Sections<'_>, targets: &mut Targets) -> RuleSet {
    let mut names: HashMap<&str, Spot> = HashMap::with_capacity(sections.rules.len());
    let mut defs = Vec::with_capacity(sections.rules.len());
    for node in &sections.rules {
        defs.extend(rule(cx, node, &mut names, targets));
    }
    once::settle(cx, &defs);
    let ends = OnceCell::new();
    let end = |cx: &Check<'_>, place: &Place| {
        let ends = ends.get_or_init(|| ends_of(cx, &sections.rules));
        ends.get(place).copied().unwrap_or((place.line, place.column))
    };
    let fights = key_forms::fights(&defs, |place| end(cx, place));
    cx.found.extend(fights);
    let (set, faults) = RuleSet::compile(defs);
    for fault in faults {
        let end = end(cx, &fault.place);
        report(cx, fault, end);
    }
    set
}

fn rule<'n>(cx: &mut Check<'_>, node: &'n Node, names: &mut HashMap<&'n str, Spot>, targets: &mut Targets) -> Option<RuleDef> {
    let head = start(node);
    let known = ["name", "when", "each", "extract", "then", "continue"];
    let written = match &node.value {
        Value::Map(entries) => entries
            .iter()
            .find(|entry| entry.key.as_deref() == Some("name"))
            .map(|entry| &entry.value.value),
        _ => None,
    };
    let what = match written {
        Some(Value::Text(name)) => format!("rule `{}`", shown(name)),
        _ => "this rule".to_owned(),
    };
    let fields = Fields::open(cx, head, node, &what, &known, &["within", "mute", "unless"])?;
    let name = fields.require(cx, "name", "a few words that `why` and notes can say, such as `payment trouble`");
    let name = name.and_then(|node| one_line_name(cx, node, names, "rule", MAX_NAME_CHARS));
    let when = fields
        .get("when")
        .map_or(Some(Cond::All(Vec::new())), |node| condition::all(cx, node));
    let each = fields.get("each").map(|node| each(cx, node));
    let extract = fields.get("extract").map(|node| extracts(cx, node)).unwrap_or_default();
    let continues = fields.get("continue").map_or(Some(false), |node| match node.value {
        Value::Bool(b) => Some(b),
        _ => {
            cx.wrong_type(node, "`true` or `false`");
            None
        }
    });
    let then = match fields.entry("then") {
        Some(entry) => actions(cx, entry, &what, targets),
        None => {
            fields.require(cx, "then", "say what follows: `then: { queue: NAME }`");
            None
        }
    };
    if matches!(each, Some(None)) {
        return None;
    }
    Some(RuleDef {
        name: RuleName::from(name?),
        place: cx.place(head),
        when: when?,
        each: each.flatten(),
        extract,
        then: then?,
        continues: continues?,
    })
}

/// `each: json.alerts`
fn each(cx: &mut Check<'_>, node: &Node) -> Option<Text> {
    let text = cx.full_text(node)?;
    if text.strip_prefix("json.").is_none_or(str::is_empty) {
        cx.error(
            Code::BadJsonPath,
            node.spot,
            format!("`{}` is not a list in a webhook's JSON", shown(text)),
        )
        .hint("write `json.` and the path of a list, such as json.alerts");
        return None;
    }
    Some(Text {
        text: text.to_owned(),
        place: cx.place(node.spot),
    })
}

fn extracts(cx: &mut Check<'_>, node: &Node) -> Vec<ExtractDef> {
    let Value::Map(entries) = &node.value else {
        cx.wrong_type(node, "a mapping from names to where they are taken from")
            .hint("write `{ order: { from: subject, regex: '#(\\d+)' } }`");
        return Vec::new();
    };
    let mut found: Vec<ExtractDef> = Vec::new();
    for entry in entries {
        if let Some(def) = extract(cx, entry) {
            if found.iter().any(|other| other.name == def.name) {
                cx.error(Code::DefinedTwice, entry.spot, format!("`{}` is extracted twice", def.name))
                    .hint("rename or remove one of the two");
            }
            found.push(def);
        }
    }
    found
}

fn extract(cx: &mut Check<'_>, entry: &Entry) -> Option<ExtractDef> {
    let name = key(cx, entry)?;
    if !is_identifier(name) {
        not_a_field(cx, entry.spot, name);
        return None;
    }
    let what = format!("extract `{name}`");
    let fields = Fields::open(cx, entry.spot, &entry.value, &what, &["from", "regex", "default"], &["expr"])?;
    let from = fields.require(cx, "from", "where it is taken from, such as `subject`");
    let from = from.and_then(|node| {
        let text = cx.full_text(node)?;
        if text == "each" {
            return Some(ExtractFrom::Element(None));
        }
        match text.strip_prefix("each.") {
            Some(path) => Some(ExtractFrom::Element(Some(path.to_owned()))),
            None => field(cx, text, node.spot, Code::BadField).map(ExtractFrom::Field),
        }
    });
    let regex = fields.get("regex").map(|node| {
        let text = cx.full_text(node)?.to_owned();
        Some(Text {
            text,
            place: cx.place(node.spot),
        })
    });
    let default = fields.get("default").map(|node| match &node.value {
        Value::Number(_, text) => Some(text.clone()),
        _ => cx.text(node).map(str::to_owned),
    });
    if matches!(regex, Some(None)) || matches!(default, Some(None)) {
        return None;
    }
    Some(ExtractDef {
        name: name.to_owned(),
        from: from?,
        regex: regex.flatten(),
        default: default.flatten(),
        place: cx.place(entry.spot),
    })
}

/// Reports what is wrong with conditions that stand elsewhere than in rules.
pub(crate) fn report_all(cx: &mut Check<'_>, faults: Vec<RuleFault>, nodes: &[&Node]) {
    if faults.is_empty() {
        return;
    }
    let ends = ends_of(cx, nodes);
    for fault in faults {
        let end = ends.get(&fault.place).copied().unwrap_or((fault.place.line, fault.place.column));
        report(cx, fault, end);
    }
}

type Ends = HashMap<Place, (u32, u32)>;

/// The end of everything that begins at a place, for faults that know their beginning only.
fn ends_of(cx: &Check<'_>, nodes: &[&Node]) -> Ends {
    let mut ends = Ends::new();
    let mut open: Vec<&Node> = nodes.to_vec();
    let mut add = |spot: Spot| {
        // The shortest of those that begin here: the key, not the mapping.
        let end = ends.entry(cx.place(spot)).or_insert((spot.end_line, spot.end_column));
        *end = (*end).min((spot.end_line, spot.end_column));
    };
    while let Some(node) = open.pop() {
        add(node.spot);
        match &node.value {
            Value::List(list) => open.extend(list),
            Value::Map(entries) => {
                for entry in entries {
                    add(entry.spot);
                    open.push(&entry.value);
                }
            }
            _ => {}
        }
    }
    ends
}

fn report(cx: &mut Check<'_>, fault: RuleFault, end: (u32, u32)) {
    let code = match fault.kind {
        RuleFaultKind::Glob => Code::BadGlob,
        RuleFaultKind::Regex => Code::BadRegex,
        RuleFaultKind::Template => Code::BadTemplate,
        RuleFaultKind::Expr => Code::BadExpr,
        RuleFaultKind::JsonPath => Code::BadJsonPath,
        RuleFaultKind::Due => Code::BadDue,
        RuleFaultKind::Unreachable => Code::Unreachable,
        RuleFaultKind::Shadowed => Code::Shadowed,
    };
    cx.found.push(Diagnostic {
        severity: if code == Code::Shadowed {
            Severity::Warning
        } else {
            Severity::Error
        },
        code,
        place: fault.place,
        end,
        text: fault.text,
        hint: fault.hint,
        related: Vec::new(),
    });
}
