//! Any bytes as a command line and as the text of a mail: no panic, and a mail is the same in whatever pieces it comes.
#![no_main]

use batond::intake::{Command, Dots, Fed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: (u8, &[u8])| {
    let (pieces, bytes) = data;
    let mut line: Vec<u8> = bytes.iter().copied().filter(|b| *b != b'\n').take(1_000).collect();
    line.extend_from_slice(b"\r\n");
    if let Ok(Command::Mail { from: Some(path), .. } | Command::Rcpt(path)) = Command::read(&line) {
        assert!(!path.chars().any(char::is_control), "{path:?}");
    }
    let whole = taken(bytes, bytes.len().max(1));
    assert_eq!(whole, taken(bytes, usize::from(pieces).max(1)));
});

/// What belongs to the mail, and how much of the input it took with its end.
fn taken(bytes: &[u8], piece: usize) -> (Vec<u8>, Option<usize>) {
    let (mut dots, mut mail, mut before) = (Dots::new(), Vec::new(), 0);
    for piece in bytes.chunks(piece) {
        match dots.feed(piece, |part| mail.extend_from_slice(part)) {
            Fed::More => before += piece.len(),
            Fed::Ended(used) => return (mail, Some(before + used)),
        }
    }
    (mail, None)
}
