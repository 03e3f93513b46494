//! The verb somebody probably meant. May import nothing of the crate. Looks at short words only, so its cost is bounded.

use super::verb_line::VERBS;

/// Shortest and longest word that is compared, in characters.
const WORD_CHARS: std::ops::RangeInclusive<usize> = 3..=12;

/// The verb nearest to a word: at most one letter wrong, missing, too many or swapped in a word of up to five letters, two in a longer one.
pub(super) fn nearest(word: &str) -> Option<&'static str> {
    let word: Vec<char> = word.to_lowercase().chars().take(WORD_CHARS.end() + 1).collect();
    if !WORD_CHARS.contains(&word.len()) {
        return None;
    }
    let most = if word.len() <= 5 { 1 } else { 2 };
    let known = VERBS.iter().map(|(verb, _)| (distance(&word, verb), *verb));
    known.min().filter(|(distance, _)| *distance <= most).map(|(_, verb)| verb)
}

/// The nearest verb however far it is: for a word that was clearly meant as a verb.
pub(super) fn nearest_of_all(word: &str) -> &'static str {
    let word: Vec<char> = word.to_lowercase().chars().take(*WORD_CHARS.end()).collect();
    let known = VERBS.iter().map(|(verb, _)| (distance(&word, verb), *verb));
    known.min().map_or("help", |(_, verb)| verb)
}

/// How many letters must be changed, put in, left out or swapped with their neighbour (optimal string alignment).
fn distance(word: &[char], verb: &str) -> usize {
    let verb: Vec<char> = verb.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=verb.len()).collect();
    let mut left: Option<char> = None;
    for (row, letter) in word.iter().enumerate() {
        let mut this = vec![row + 1];
        for (column, other) in verb.iter().enumerate() {
            let at = |line: &[usize], place: usize| line.get(place).copied().unwrap_or(usize::MAX / 2);
            let change = at(&last, column) + usize::from(letter != other);
            let mut least = change.min(at(&last, column + 1) + 1).min(at(&this, column) + 1);
            let above = column.checked_sub(1).and_then(|place| verb.get(place));
            if above == Some(letter) && left == Some(*other) {
                least = least.min(at(&before, column - 1) + 1);
            }
            this.push(least);
        }
        left = Some(*letter);
        before = std::mem::replace(&mut last, this);
    }
    last.last().copied().unwrap_or(usize::MAX)
}
