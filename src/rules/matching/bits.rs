//! A set of small numbers. May import nothing of the crate. Asking for one past the end is answered with no.

/// A set of numbers below a bound.
#[derive(Debug, Clone, Default)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// An empty set for numbers below `bound`.
    pub(super) fn new(bound: usize) -> Self {
        Self {
            words: vec![0; bound.div_ceil(64)],
        }
    }

    /// Puts a number in.
    pub(super) fn insert(&mut self, n: usize) {
        if let Some(word) = self.words.get_mut(n / 64) {
            *word |= 1 << (n % 64);
        }
    }

    /// Whether a number is in.
    pub(super) fn has(&self, n: usize) -> bool {
        self.words.get(n / 64).is_some_and(|word| word & (1 << (n % 64)) != 0)
    }
}
