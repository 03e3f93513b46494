//! `swap WHEN with NAME [for WHEN] [in ROTATION]`. May import nothing of the crate but its peers. Days and times are read as `away` reads them.

use super::away_line::{Stretch, Trouble, stretch};
use super::read::ReadContext;

/// A swap as somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwapWords {
    /// When the writer's own duty is that they want to give.
    pub when: Stretch,
    /// Who is asked to take it, as written.
    pub with: String,
    /// When the other's duty is that they would take in return.
    pub back: Option<Stretch>,
    /// The rotation, as written.
    pub rotation: Option<String>,
}

/// Reads `2026-12-24 with ben`, `thursday with ben for friday`, `24 Dec until 26 Dec with ben in support-duty`: what stands after `swap`.
pub(super) fn read_swap(text: &str, context: &ReadContext<'_>) -> Result<SwapWords, Trouble> {
    let text = text.trim().trim_end_matches(['.', '!']).replace(',', " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let place = |name: &str| words.iter().position(|word| word.eq_ignore_ascii_case(name));
    let Some(with_at) = place("with") else {
        return Err("it does not say with whom".to_owned());
    };
    let (before, after) = words.split_at(with_at);
    if before.is_empty() {
        return Err("it does not say when".to_owned());
    }
    let after = after.get(1..).unwrap_or_default();
    // `in ROTATION` and `for WHEN` can stand in either order.
    let mark = |from: usize| {
        let here = |word: &&str| word.eq_ignore_ascii_case("in") || word.eq_ignore_ascii_case("for");
        after.get(from..).unwrap_or_default().iter().position(here).map(|at| at + from)
    };
    let first = mark(0);
    let (name, mut tail) = after.split_at(first.unwrap_or(after.len()));
    let (mut back, mut rotation) = (None, None);
    while let Some((word, rest)) = tail.split_first() {
        let next = rest
            .iter()
            .position(|w| w.eq_ignore_ascii_case("in") || w.eq_ignore_ascii_case("for"));
        // `for 2h` and the like hold no further mark; what follows the next one is its own.
        let (own, more) = rest.split_at(next.unwrap_or(rest.len()));
        if word.eq_ignore_ascii_case("in") {
            rotation = Some(own.join(" "));
        } else {
            back = Some(stretch(own, &context.when)?);
        }
        tail = more;
    }
    let name = name.join(" ");
    if name.is_empty() {
        return Err("it does not say with whom".to_owned());
    }
    if !(context.is_party)(&name) {
        return Err(format!("nobody here is called `{}`", name.chars().take(40).collect::<String>()));
    }
    if rotation.as_deref() == Some("") {
        return Err("it does not say in which rotation".to_owned());
    }
    Ok(SwapWords {
        when: stretch(before, &context.when)?,
        with: name,
        back,
        rotation,
    })
}

#[cfg(test)]
#[path = "swap_line_tests.rs"]
mod tests;
