//! Log lines of what belongs together, in one write. May import nothing of the crate. A line is never split, and none is kept back longer than the group lasts.

use std::cell::RefCell;
use std::io::{self, Write};

/// Past this many bytes what has gathered is written before the rest.
const MAX_BYTES: usize = 64 << 10;

thread_local! {
    static GATHERED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Says `tell`'s lines to stderr in as few writes as may be: one for each of the thousands of a busy second costs more than forming them.
pub fn together(tell: impl FnOnce()) {
    // Also when `tell` panics: what led to it is worth most.
    let _written = Written;
    GATHERED.set(Some(Vec::new()));
    tell();
}

struct Written;

impl Drop for Written {
    fn drop(&mut self) {
        if let Some(lines) = GATHERED.take().filter(|lines| !lines.is_empty()) {
            // Where stderr cannot be written there is nowhere to say so.
            let _ = io::stderr().lock().write_all(&lines);
        }
    }
}

/// Stderr, or what gathers for it on this thread.
pub(super) struct Stderr;

impl Write for Stderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        GATHERED.with_borrow_mut(|gathered| match gathered {
            Some(lines) => {
                lines.extend_from_slice(line);
                if lines.len() > MAX_BYTES {
                    io::stderr().lock().write_all(lines)?;
                    lines.clear();
                }
                Ok(line.len())
            }
            None => io::stderr().write(line),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting() -> Option<usize> {
        GATHERED.with_borrow(|gathered| gathered.as_ref().map(Vec::len))
    }

    #[test]
    fn lines_wait_for_the_end_of_their_group_only() {
        assert_eq!(waiting(), None);
        together(|| {
            Stderr.write_all(b"one\n").unwrap();
            Stderr.write_all(b"two\n").unwrap();
            assert_eq!(waiting(), Some(8));
            Stderr.write_all(&[b' '; MAX_BYTES]).unwrap();
            assert_eq!(waiting(), Some(0), "what is much is written before the end");
        });
        assert_eq!(waiting(), None);
    }

    #[test]
    fn a_panic_keeps_nothing_back() {
        let panicked = std::panic::catch_unwind(|| {
            together(|| {
                Stderr.write_all(b"the line before a panic\n").unwrap();
                panic!("on purpose");
            });
        });
        assert!(panicked.is_err());
        assert_eq!(waiting(), None);
    }
}
