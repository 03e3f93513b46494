//! Documentation cites files and symbols that exist. Only what stands in backticks outside of fenced blocks counts as a citation.

use std::collections::BTreeSet;

use super::source::Source;

/// Endings that make a text in backticks a file name.
const ENDINGS: &[&str] = &[".rs", ".md", ".toml", ".sh", ".service", ".conf", ".py"];

/// What can be cited.
pub struct Tree {
    files: Vec<String>,
    words: BTreeSet<String>,
}

impl Tree {
    /// From the paths of all files and the code of `src`.
    pub fn new(files: Vec<String>, sources: &[Source]) -> Self {
        let inside = |c: char| c.is_alphanumeric() || c == '_';
        let words = sources
            .iter()
            .flat_map(|s| s.code.split(|c| !inside(c)))
            .filter(|word| !word.is_empty());
        Self {
            files,
            words: words.map(str::to_owned).collect(),
        }
    }

    /// Whether a path exists: from the checkout, from `src`, from the folder of the document, or as the end of some file's path.
    fn has_file(&self, document: &str, cited: &str) -> bool {
        let folder = document.rsplit_once('/').map_or("", |(folder, _)| folder);
        let below = |base: &str| format!("{base}{}", cited.trim_start_matches("./"));
        [below(""), below("src/"), below(&format!("{folder}/"))].iter().any(|path| {
            self.files.iter().any(|file| match path.strip_suffix('/') {
                Some(folder) => file.starts_with(&format!("{folder}/")),
                None => file == path || file.starts_with(&format!("{path}/")),
            })
        }) || (!cited.ends_with('/') && self.files.iter().any(|file| file.ends_with(&format!("/{cited}"))))
    }

    fn is_top(&self, name: &str) -> bool {
        self.files
            .iter()
            .any(|file| file.starts_with(&format!("{name}/")) || file.starts_with(&format!("src/{name}/")))
    }
}

/// Complaints about one document.
pub fn check(path: &str, text: &str, tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let cited = line.split('`').skip(1).step_by(2);
            let wrong = cited.filter_map(|cited| wrong(path, cited, tree));
            complaints.extend(wrong.map(|why| format!("{path}:{}: {why}", index + 1)));
        }
    }
    complaints
}

/// What is wrong with one citation, if anything is.
fn wrong(document: &str, cited: &str, tree: &Tree) -> Option<String> {
    let plain = cited.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:()".contains(c));
    if !plain || cited.starts_with('/') || cited.starts_with('-') || cited.starts_with('.') || cited.contains("//") {
        return None;
    }
    let top = cited.split_once('/').is_some_and(|(top, _)| tree.is_top(top));
    if top || cited.ends_with('/') || ENDINGS.iter().any(|ending| cited.ends_with(ending)) {
        return (!tree.has_file(document, cited)).then(|| format!("no file `{cited}`"));
    }
    let parts: Vec<&str> = cited.trim_end_matches("()").split("::").collect();
    let identifier = |part: &&str| part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && part.contains(char::is_alphabetic);
    let symbol = parts.iter().all(identifier) && (parts.len() > 1 || cited.ends_with("()") || is_type(cited));
    let missing = parts.iter().find(|part| !tree.words.contains(**part))?;
    symbol.then(|| format!("no symbol `{missing}` in src, cited as `{cited}`"))
}

/// Whether a word looks like a type, such as `ItemClock`: a capital, then small letters, no second word.
fn is_type(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.contains(|c: char| c.is_ascii_lowercase())
        && word.chars().all(char::is_alphanumeric)
}

#[test]
fn stale_citations_are_found() {
    let source = Source::new("src/engine/past.rs", "pub trait Past { fn item(&self); } // Ghost");
    let tree = Tree::new(vec!["src/engine/past.rs".into(), "docs/a.md".into(), "Makefile".into()], &[source]);
    let found = |text: &str| check("docs/a.md", text, &tree);
    assert_eq!(found("see `engine/future.rs`"), ["docs/a.md:1: no file `engine/future.rs`"]);
    assert_eq!(found("\nsee `Ghost`"), ["docs/a.md:2: no symbol `Ghost` in src, cited as `Ghost`"]);
    assert_eq!(found("`Past::gone` `gone()` `ghosts/` `gone.rs`").len(), 4);
    assert!(found("`Past` `Past::item` `item()` `engine/past.rs` `past.rs` `engine/` `src/engine` `a.md`").is_empty());
    assert!(found("`Europe/Berlin` `/etc/batond` `make test` `SUP-142` `4 working hours`\n```\n`Ghost`\n```").is_empty());
}
