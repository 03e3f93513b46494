//! Imports go only downward, and peers do not import each other. Files of unit tests may use more: they are not part of what ships.

use super::source::Source;

/// The layer table of ARCHITECTURE.md, lowest first.
const LAYERS: &[&[&str]] = &[
    &["model"],
    &["calendar", "rules", "reply", "decode"],
    &["policy"],
    &["engine", "notice"],
    &["tls"],
    &["clock", "config", "store", "observe"],
    &["driver", "tokens"],
    &["intake", "outbox", "web"],
    &["daemon", "simulate"],
    &["cli"],
    &["main"],
];

/// The layers of the core.
pub const CORE: usize = 4;

/// The layer of a top-level module.
pub fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|peers| peers.contains(&module))
}

/// Complaints about imports.
pub fn check(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources.iter().filter(|source| !source.is_test() && source.module() != "lib") {
        let own = source.module();
        let Some(own_layer) = layer(own) else {
            complaints.push(format!("{}: module `{own}` has no place in the layer table", source.path));
            continue;
        };
        for (line, other) in imports(source) {
            match layer(&other) {
                _ if other == own => {}
                None => complaints.push(format!("{}:{line}: `crate::{other}` has no place in the layer table", source.path)),
                Some(other_layer) if other_layer >= own_layer => {
                    let what = if other_layer == own_layer { "its peer" } else { "from above" };
                    complaints.push(format!("{}:{line}: `{own}` imports `{other}`, {what}", source.path));
                }
                Some(_) => {}
            }
        }
    }
    complaints
}

/// Every top-level module named after `crate::` or, in `main.rs`, `batond::`, with its line.
fn imports(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for root in ["crate::", "batond::"] {
        for (at, _) in source.code.match_indices(root) {
            let boundary = !source.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
            if boundary {
                let rest = &source.code[at + root.len()..];
                found.extend(heads(rest).into_iter().map(|name| (source.line_of(at), name)));
            }
        }
    }
    found
}

/// The first segments of a path or of a braced group of paths. A name in capitals or with a capital first stands in `lib.rs` itself.
fn heads(rest: &str) -> Vec<String> {
    let word = |text: &str| {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![word(rest)];
    };
    let mut depth = 0;
    let mut heads = vec![word(group)];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(word(&group[at + 1..])),
            _ => {}
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

#[test]
fn upward_and_sideways_imports_are_found() {
    let found = |path: &str, text: &str| check(&[Source::new(path, text)]);
    assert_eq!(
        found("src/model/item.rs", "use crate::engine::Event;"),
        ["src/model/item.rs:1: `model` imports `engine`, from above"]
    );
    assert_eq!(
        found("src/reply/mod.rs", "\nuse crate::rules;"),
        ["src/reply/mod.rs:2: `reply` imports `rules`, its peer"]
    );
    assert_eq!(
        found("src/store/mod.rs", "use crate::{engine::{Change, Past}, config, model};"),
        ["src/store/mod.rs:1: `store` imports `config`, its peer"]
    );
    assert_eq!(found("src/policy/mod.rs", "fn f() -> crate::web::View {}").len(), 1);
    assert_eq!(found("src/model/mod.rs", "use crate::gadget::X;").len(), 1);
    assert_eq!(found("src/gadget/mod.rs", "").len(), 1);
}

#[test]
fn downward_imports_and_comments_are_fine() {
    let text = "//! See `crate::cli`.\nuse crate::model::{Item, State};\nuse crate::store::Store; use crate::driver::Handle;";
    assert!(check(&[Source::new("src/driver/mod.rs", text)]).is_empty());
    assert!(check(&[Source::new("src/reply/verb_tests.rs", "use crate::policy::Policy;")]).is_empty());
}
