//! Which replies act and which are only text. Names known to `pass`: ben, Ben Okafor, support, team:support.

use jiff::civil::time;
use jiff::tz::TimeZone;

use super::{ReadContext, read};
use crate::reply::{Said, Verb, WhenContext};

fn context() -> ReadContext<'static> {
    ReadContext {
        when: WhenContext {
            now: "2026-11-24T09:15:00Z".parse().expect("instant"),
            zone: TimeZone::get("Europe/Berlin").expect("zone"),
            day_start: time(9, 0, 0, 0),
            day_end: time(17, 30, 0, 0),
        },
        is_party: &|name| ["ben", "ben okafor", "support", "team:support"].contains(&name.to_lowercase().as_str()),
    }
}

/// What was read, one short line for each.
fn shown(text: &str, subject: &str) -> Vec<String> {
    let one = |said: Said| match said {
        Said::Verb(Verb::Note(text)) => format!("note {text:?}"),
        Said::Verb(Verb::Reply(text)) => format!("reply {text:?}"),
        Said::Verb(verb) => format!("{verb:?}"),
        Said::Unclear(why) => format!("? {why}"),
    };
    read(text, subject, &context()).into_iter().map(|line| one(line.said)).collect()
}

#[track_caller]
fn check(table: &[(&str, &[&str])]) {
    for (text, expected) in table {
        assert_eq!(shown(text, "Re: SUP-142 Printer on fire"), *expected, "{text}");
    }
}

#[test]
fn commands() {
    check(&[
        ("accept", &["Accept(None)"]),
        ("Accept.", &["Accept(None)"]),
        ("ACCEPT!", &["Accept(None)"]),
        ("accept, will look at the proxy", &[r#"Accept(Some("will look at the proxy"))"#]),
        ("Accept: will look at the proxy", &[r#"Accept(Some("will look at the proxy"))"#]),
        ("accept - will look", &[r#"Accept(Some("will look"))"#]),
        ("accept — will look", &[r#"Accept(Some("will look"))"#]),
        ("done", &["Done(None)"]),
        ("done, fixed the proxy", &[r#"Done(Some("fixed the proxy"))"#]),
        ("Done: fixed the proxy", &[r#"Done(Some("fixed the proxy"))"#]),
        ("Done. Fixed the proxy.", &[r#"Done(Some("Fixed the proxy."))"#]),
        ("decline: on holiday", &[r#"Decline("on holiday")"#]),
        ("decline on holiday until Monday", &[r#"Decline("on holiday until Monday")"#]),
        ("decline not my area", &[r#"Decline("not my area")"#]),
        ("block waiting for parts", &[r#"Block("waiting for parts")"#]),
        ("block, no access", &[r#"Block("no access")"#]),
        ("unblock", &["Unblock"]),
        ("drop duplicate of SUP-12", &[r#"Drop("duplicate of SUP-12")"#]),
        ("drop: the customer withdrew", &[r#"Drop("the customer withdrew")"#]),
        ("reopen", &["Reopen(None)"]),
        ("reopen, it burns again", &[r#"Reopen(Some("it burns again"))"#]),
        ("note: the key is under the mat", &["note \"the key is under the mat\""]),
        ("why", &["Why"]),
        ("why?", &["Why"]),
        ("Show", &["Show"]),
        ("help!", &["Help"]),
        ("priority high", &["Priority(High)"]),
        ("Priority: urgent.", &["Priority(Urgent)"]),
        ("priority to low", &["Priority(Low)"]),
        ("pass ben", &[r#"Pass("ben", None)"#]),
        ("Pass to Ben.", &[r#"Pass("Ben", None)"#]),
        ("pass Ben Okafor", &[r#"Pass("Ben Okafor", None)"#]),
        ("pass team:support", &[r#"Pass("team:support", None)"#]),
        ("pass ben, he knows the proxy", &[r#"Pass("ben", Some("he knows the proxy"))"#]),
        (
            "pass ben: he knows the proxy, I think",
            &[r#"Pass("ben", Some("he knows the proxy, I think"))"#],
        ),
        ("pass team:support - too many", &[r#"Pass("team:support", Some("too many"))"#]),
        ("snooze 2h", &["Snooze(2026-11-24T11:15:00Z)"]),
        ("snooze until fri 14:00", &["Snooze(2026-11-27T13:00:00Z)"]),
        ("Snooze: tomorrow.", &["Snooze(2026-11-25T08:00:00Z)"]),
        ("wait", &["Wait(None, None)"]),
        ("wait 3d", &["Wait(Some(2026-11-27T09:15:00Z), None)"]),
        ("wait for 3d", &["Wait(Some(2026-11-27T09:15:00Z), None)"]),
        ("wait for the supplier", &[r#"Wait(None, Some("the supplier"))"#]),
        (
            "wait until friday for the supplier",
            &[r#"Wait(Some(2026-11-27T08:00:00Z), Some("the supplier"))"#],
        ),
        (
            "wait for cat@supplier.example until friday",
            &[r#"Wait(Some(2026-11-27T08:00:00Z), Some("cat@supplier.example"))"#],
        ),
        ("reply: We look at it.", &["reply \"We look at it.\""]),
        ("reply Could you send the log?", &["reply \"Could you send the log?\""]),
        ("Reply:\nDear Cat,\n\ndone\nsoon.", &["reply \"Dear Cat,\\n\\ndone\\nsoon.\""]),
        ("reply\nThank you.", &["reply \"Thank you.\""]),
    ]);
}

#[test]
fn prose_is_a_note() {
    for text in [
        "I am done with lunch",
        "I accept",
        "Note that the proxy restarts at night",
        "Show me what you did yesterday and I will check",
        "Why is this mine?",
        "Why me",
        "Done is better than perfect, so let us go",
        "Done?",
        "Done, or is there more?",
        "accept?",
        "Pass the salt",
        "Pass the salt to ben",
        "Pass on what you know, please",
        "Wait, I think there is more to it",
        "Wait. There is more to it than that",
        "Wait for me, I am nearly there",
        "Wait for it to finish before you restart the whole thing",
        "Accept my apologies for the late answer",
        "Help is on the way",
        "Help me with this one please",
        "Drop me a line when you know more\nBen",
        "Block the door and call\nBen",
        "Decline of sales in the north\nas you see",
        "Reply to him when you can\nBen",
        "Priority is what the customer wants",
        "Snooze is not what I need right now",
        "Reopen the window if it gets too hot",
        "Unblock the drain, then call me",
        "done-ish",
        "done.txt has the list",
        "don't",
        "acceptance is near for all of us",
        "Thanks, I will look",
        "1. accept",
        "- done",
        "\"done\"",
        "(accept)",
        "http://wiki.example/done",
    ] {
        let said = shown(text, "");
        assert_eq!(said, [format!("note {text:?}")], "{text}");
    }
}

#[test]
fn commands_are_the_first_lines() {
    check(&[
        (
            "accept\nsnooze 2h\n\nI will look after lunch.\ndone\n",
            &[
                "Accept(None)",
                "Snooze(2026-11-24T11:15:00Z)",
                "note \"I will look after lunch.\\ndone\"",
            ],
        ),
        ("Hello,\ndone", &["note \"Hello,\\ndone\""]),
        ("It answers again.\n\nDone.\n\n", &["note \"It answers again.\"", "Done(None)"]),
        (
            "accept\nI look.\n\n/pass ben, please",
            &["Accept(None)", "note \"I look.\"", "Pass(\"ben\", Some(\"please\"))"],
        ),
        ("Is it\n\ndone?", &["note \"Is it\\n\\ndone?\""]),
        ("I wait.\n\npass ben", &["note \"I wait.\\n\\npass ben\""]),
        ("A path\n\n/var/log", &["note \"A path\\n\\n/var/log\""]),
        (
            "note: first\npriority high\nreply: We know.\npass ben",
            &["note \"first\"", "Priority(High)", "reply \"We know.\\npass ben\""],
        ),
        ("\n\n  done  \r\n", &["Done(None)"]),
        ("\u{200b}done :)\u{feff}\n\u{200b}\nThanks", &["Done(None)", "note \"Thanks\""]),
    ]);
    let many = "accept\n".repeat(30);
    let said = shown(&many, "");
    assert_eq!(said.len(), 21);
    assert!(said.last().is_some_and(|last| last.starts_with("note")));
}

#[test]
fn what_is_unclear_names_the_form() {
    check(&[
        (
            "/frobnicate",
            &["? `/frobnicate` is no command I know; did you mean `done, NOTE`? Write `help` for all of them"],
        ),
        (
            "/acept",
            &["? `/acept` is no command I know; did you mean `accept, WHAT YOU WILL DO`? Write `help` for all of them"],
        ),
        ("/done fixed the proxy", &[r#"Done(Some("fixed the proxy"))"#]),
        ("/accept my apologies", &[r#"Accept(Some("my apologies"))"#]),
        ("/pass zoe", &["? nobody here is called `zoe`; write `pass NAME, NOTE`"]),
        (
            "/home/ben is full\nof logs",
            &[
                "? `/home` is no command I know; did you mean `done, NOTE`? Write `help` for all of them",
                "note \"of logs\"",
            ],
        ),
        ("acept", &["? did you mean `accept`? Then write `accept, WHAT YOU WILL DO`"]),
        ("doen", &["? did you mean `done`? Then write `done, NOTE`"]),
        ("snoze 2h", &["? did you mean `snooze`? Then write `snooze 2h`"]),
        ("decline", &["? `decline` needs a reason; write `decline: WHY`"]),
        (
            "drop me a line",
            &["? this reads like a sentence, not like `drop` with a reason; write `drop: WHY`"],
        ),
        ("pass", &["? `pass` needs a name; write `pass NAME, NOTE`"]),
        ("pass zoe", &["? nobody here is called `zoe`; write `pass NAME, NOTE`"]),
        ("pass ben he knows it", &[r#"Pass("ben", Some("he knows it"))"#]),
        (
            "priority",
            &["? `priority` needs a word; write `priority low, normal, high or urgent`"],
        ),
        ("due", &["? `due` needs a time; write `due friday`"]),
        ("due to the storm", &[r#"note "due to the storm""#]),
        (
            "escalate this to the vendor today",
            &[r#"note "escalate this to the vendor today""#],
        ),
        (
            "escalate, the customer called twice",
            &[r#"Escalate(Some("the customer called twice"))"#],
        ),
        ("update: half way", &[r#"note "half way""#]),
        (
            "priority huge",
            &["? `huge` is no priority; write `priority low, normal, high or urgent`"],
        ),
        ("snooze", &["? `snooze` needs a time; write `snooze 2h`"]),
        (
            "snooze yesterday",
            &[
                "? `yesterday` is not a time I can read; write 2h, 3d, tomorrow 9:00, friday, fri 14:00, 1 Dec, 2026-12-01, end of day or next week",
            ],
        ),
        (
            "snooze today 9:00",
            &["? `today 9:00` is already past; write a time that is still to come"],
        ),
        ("reply", &["? the answer to send is missing; write `reply: TEXT`"]),
        (
            "done deal",
            &["? a comma belongs between `done` and what you add; write `done, NOTE`"],
        ),
        // Two lines are not a near miss, and three words are prose.
        ("acept\nBen", &["note \"acept\\nBen\""]),
        ("acept it now", &["note \"acept it now\""]),
        ("Thanks!", &["note \"Thanks!\""]),
        ("ok", &["note \"ok\""]),
    ]);
}

#[test]
fn the_subject_counts_only_for_one_tap_answers() {
    for (subject, expected) in [
        ("accept SUP-142", Some("Accept(None)")),
        ("SUP-142 accept", Some("Accept(None)")),
        ("sup-142: done", Some("Done(None)")),
        ("pass ben SUP-142", Some(r#"Pass("ben", None)"#)),
        ("snooze 2h SUP-142", Some("Snooze(2026-11-24T11:15:00Z)")),
        ("decline: on holiday SUP-142", Some(r#"Decline("on holiday")"#)),
        ("Re: accept SUP-142", None),
        ("Re: SUP-142 Printer on fire: please accept", None),
        ("SUP-142 Printer on fire", None),
        ("accept", None),
        ("SUP-142", None),
        ("", None),
        ("done is lunch SUP-142", None),
    ] {
        assert_eq!(shown("", subject), expected.into_iter().collect::<Vec<_>>(), "{subject}");
        assert_eq!(shown(" \n\u{200b} ", subject).len(), usize::from(expected.is_some()), "{subject}");
        assert_eq!(shown("hello there all", subject), ["note \"hello there all\""], "{subject}");
    }
}

#[test]
fn lines_show_what_was_written() {
    let lines = read(&format!("accept, {}\nA note\nof two lines", "x".repeat(900)), "", &context());
    assert_eq!(lines[0].text.chars().count(), 500);
    assert_eq!(lines[1].text, "A note");
    assert_eq!(lines[1].said, Said::Verb(Verb::Note("A note\nof two lines".to_owned())));
}

#[test]
fn nothing_hostile_panics_or_takes_long() {
    let start = std::time::Instant::now();
    for text in [
        "wait for ".repeat(100_000),
        "pass ben".to_owned() + &", ".repeat(100_000),
        "/".repeat(100_000),
        "é".repeat(50_000),
        "reply \u{301}\n".repeat(50_000),
        "accept\n".repeat(50_000),
        "\u{0}".repeat(100),
        "/é".to_owned(),
        "done,".repeat(50_000),
        "İİİ".to_owned(),
        "/ done".to_owned(),
        "wait until for".to_owned(),
    ] {
        assert!(!read(&text, &text, &context()).is_empty());
        let _ = read("", &text, &context());
    }
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

    /// Whatever is written, it is read: nothing of it is lost, and what is no command is a note.
    #[test]
    fn any_text_is_read(
        words in proptest::collection::vec("(?s)(/?(accept|done|pass|wait|snooze|for|until|reply|note|why|drop) ?|[,:.!?\n-] ?|ben |2h |fri |14:00 |On 3 May |> |\\PC{0,6})", 0..14),
        subject in "\\PC{0,20}",
    ) {
        let text = words.concat();
        let lines = read(&text, &subject, &context());
        proptest::prop_assert!(super::visible(&text).is_empty() || !lines.is_empty());
        let mail = crate::model::Mail { text: text.clone(), ..Default::default() };
        let new = crate::reply::new_text(&mail);
        proptest::prop_assert!(new.lines().all(|line| text.contains(line.trim())));
        let _ = crate::reply::parse_when(&text, &context().when);
        let _ = crate::reply::parse_item(&text);
    }
}

#[test]
fn what_is_asked_and_about_no_item() {
    check(&[
        ("list", &["List"]),
        ("Who?", &["Who"]),
        ("queue support", &[r#"Queue("support")"#]),
        ("/queue support.", &[r#"Queue("support")"#]),
        ("queue", &["? `queue` needs a name; write `queue NAME`"]),
        ("list of things to do", &[r#"note "list of things to do""#]),
        ("who did this", &[r#"note "who did this""#]),
        ("queue up for tickets tomorrow", &[r#"note "queue up for tickets tomorrow""#]),
    ]);
}
