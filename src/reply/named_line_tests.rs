//! `move`, `merge`, `invite` as people write them.

use super::{read_invite, read_merge, read_move, read_send};
use crate::reply::Verb;
use crate::reply::verb_line::{Reading, Standing};

const ALONE: Standing = Standing {
    forced: false,
    alone: true,
};
const AMONG: Standing = Standing {
    forced: false,
    alone: false,
};

#[test]
fn a_queue_is_one_word_before_its_note() {
    let moved = |name: &str, note: Option<&str>| Reading::Command(Verb::Move(name.to_owned(), note.map(str::to_owned)));
    assert_eq!(read_move("alerts", AMONG), moved("alerts", None));
    assert_eq!(read_move("to alerts.", AMONG), moved("alerts", None));
    assert_eq!(
        read_move("alerts, it is a machine", AMONG),
        moved("alerts", Some("it is a machine"))
    );
    assert_eq!(read_move("the meeting to friday", ALONE), Reading::Text);
    assert!(matches!(read_move("", ALONE), Reading::Unclear(_)));
}

#[test]
fn what_goes_on_is_an_id() {
    let merged = |id: &str| Reading::Command(Verb::Merge(id.parse().expect("an id")));
    assert_eq!(read_merge("SUP-1", AMONG), merged("SUP-1"));
    assert_eq!(read_merge("into sup-1.", AMONG), merged("SUP-1"));
    assert_eq!(read_merge("the branches when you can", ALONE), Reading::Text);
    assert!(matches!(read_merge("those", ALONE), Reading::Unclear(_)));
}

#[test]
fn a_guest_is_an_address_with_words() {
    let invited = |words: Option<&str>| {
        let address = "lee@partner.example".parse().expect("an address");
        Reading::Command(Verb::Invite(address, words.map(str::to_owned)))
    };
    assert_eq!(read_invite("lee@partner.example", AMONG), invited(None));
    assert_eq!(
        read_invite("<lee@partner.example>: could you look?", AMONG),
        invited(Some("could you look?"))
    );
    assert_eq!(read_invite("lee@partner.example please look", AMONG), invited(Some("please look")));
    assert_eq!(read_invite("everybody to the party", ALONE), Reading::Text);
    assert!(matches!(read_invite("nobody", ALONE), Reading::Unclear(_)));
}

#[test]
fn files_are_named_by_number() {
    let sent = |numbers: &[u32]| Reading::Command(Verb::Send(numbers.to_vec()));
    for text in ["", "all", "files", "attachments."] {
        assert_eq!(read_send(text, AMONG), sent(&[]), "{text}");
    }
    assert_eq!(read_send("1,2", AMONG), sent(&[1, 2]));
    assert_eq!(read_send("files 1 and 3", AMONG), sent(&[1, 3]));
    assert_eq!(read_send("me the log please", ALONE), Reading::Text);
    assert!(matches!(
        read_send("it", Standing { forced: true, alone: true }),
        Reading::Unclear(_)
    ));
}
