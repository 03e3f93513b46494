use super::*;

#[test]
fn one_line_holds_no_break_and_no_control() {
    assert_eq!(one_line("  a\r\nBcc: b\u{0}\u{1b}[31m  c\u{2028}d ", 80), "a Bcc: b [31m c d");
}

#[test]
fn one_line_drops_what_turns_the_direction() {
    assert_eq!(one_line("invoice\u{202e}fdp.exe\u{feff}", 80), "invoicefdp.exe");
}

#[test]
fn one_line_is_cut_at_a_word_and_never_too_long() {
    let cut = one_line("The printer on the third floor is on fire again", 30);
    assert_eq!(cut, "The printer on the third…");
    let solid = one_line(&"x".repeat(500), 30);
    assert_eq!(solid.chars().count(), 30);
    assert!(solid.ends_with('…'));
    assert_eq!(one_line("exactly ten", 11), "exactly ten");
    assert_eq!(one_line("äöüäöüäöü", 4), "äöü…");
    assert_eq!(one_line("abc", 0), "…");
}

#[test]
fn a_block_keeps_lines_but_not_gaps() {
    let found = block("\n\na\t1  \r\n\n\n\nb\u{7}\n\n", 100, 10);
    assert_eq!(found.lines, ["a 1", "", "b"]);
    assert_eq!(found.omitted, 0);
}

#[test]
fn a_block_is_cut_by_characters_and_by_lines_and_says_so() {
    let found = block(&"x".repeat(50), 20, 10);
    assert_eq!((found.lines.len(), found.lines[0].len(), found.omitted), (1, 20, 30));
    let found = block("a\nb\nc\nd", 100, 2);
    assert_eq!((found.lines, found.omitted), (vec!["a".to_owned(), "b".to_owned()], 3));
}
