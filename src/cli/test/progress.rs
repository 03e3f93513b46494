//! How far a long run has come, on a terminal's stderr. May import nothing of the crate but the stopwatch. Says nothing where nobody looks.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use crate::observe::Stopwatch;

/// A run that is over sooner needs no word.
const QUIET: Duration = Duration::from_millis(700);
/// Between two words.
const PAUSE: Duration = Duration::from_millis(200);

/// The word on stderr.
pub struct Progress {
    all: usize,
    done: usize,
    shown: bool,
    watched: bool,
    since_start: Stopwatch,
    since_word: Stopwatch,
}

impl Progress {
    /// Of so many cases; silent if stderr is no terminal.
    pub fn here(all: usize) -> Self {
        Self {
            all,
            done: 0,
            shown: false,
            watched: io::stderr().is_terminal(),
            since_start: Stopwatch::start(),
            since_word: Stopwatch::start(),
        }
    }

    /// One more is done.
    pub fn another(&mut self) {
        self.done += 1;
        if self.watched && self.since_start.elapsed() > QUIET && self.since_word.elapsed() > PAUSE {
            self.since_word = Stopwatch::start();
            self.shown = true;
            eprint!("\r{} of {} cases", self.done, self.all);
            // A terminal that cannot be written to shows nothing; the data still goes out.
            drop(io::stderr().flush());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            eprint!("\r\x1b[K");
        }
    }
}
