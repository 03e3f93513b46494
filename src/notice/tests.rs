//! What is written, as people get it: one snapshot for each reason and voice, and what must hold for every letter.

use super::reasons::REASONS;
use super::samples::{address, at, held, now, person, plain, policy, requester, sample};
use super::*;
use crate::model::{Bundle, HeldFor, Letter, Notice, Reader, Reason};
use crate::reply::KeyRing;

fn keys() -> KeyRing {
    KeyRing::new(&[b"a secret for tests only".to_vec().into()]).expect("a key ring")
}

pub(super) fn write(notice: &Notice) -> Letter {
    render(std::slice::from_ref(notice), &notice.to, None, &policy(), &keys(), now())
}

pub(super) fn write_held() -> Letter {
    render(
        &held(),
        &person("ben"),
        Some(bundle(4, 0, HeldFor::WorkingHours)),
        &policy(),
        &keys(),
        at("2026-11-24T14:00:00Z"),
    )
}

fn bundle(number: u32, more: u32, held_for: HeldFor) -> Bundle {
    Bundle { number, more, held_for }
}

/// What came past the budget: two are named, the others counted.
pub(super) fn write_storm() -> Letter {
    let mut storm = vec![sample(Reason::Assigned), sample(Reason::Escalation)];
    for (notice, (seq, time)) in storm.iter_mut().zip([(57, "09:02"), (61, "09:04")]) {
        notice.to = person("ana");
        notice.id.seq = seq;
        notice.at = at(&format!("2026-11-24T{time}:00Z"));
    }
    let bundle = Some(bundle(5, 49_496, HeldFor::Budget));
    render(&storm, &person("ana"), bundle, &policy(), &keys(), now())
}

#[test]
fn a_storm_is_counted() {
    let letter = write_storm();
    insta::assert_snapshot!("storm.txt", shown(&letter));
    insta::assert_snapshot!("storm.html", without_key(&letter.html));
}

/// The key differs with the key ring's secrets: it is replaced by `KEY`.
fn without_key(text: &str) -> String {
    let key = regex::Regex::new(r"(?P<joint>joint-\S+)|desk\+[^@\s]*@ops\.example|[a-z0-9-]*\.(\d+)@ops\.example").expect("a pattern");
    key.replace_all(text, |found: &regex::Captures<'_>| match found.get(2) {
        _ if found.name("joint").is_some() => found[0].to_owned(),
        Some(number) => format!("KEY.{}@ops.example", number.as_str()),
        None => "desk+KEY@ops.example".to_owned(),
    })
    .into_owned()
}

/// The letter as a mail program shows it, with the headers that matter.
pub(super) fn shown(letter: &Letter) -> String {
    let mailbox = |name: &Option<String>, address: &dyn std::fmt::Display| match name {
        Some(name) => format!("{name} <{address}>"),
        None => address.to_string(),
    };
    let mut lines = vec![
        format!("From: {}", mailbox(&letter.from_name, &letter.from)),
        format!("To: {}", mailbox(&letter.to_name, &letter.to)),
        format!("Subject: {}", letter.subject),
        format!("Message-ID: {}", letter.message_id),
    ];
    lines.extend(letter.in_reply_to.as_ref().map(|id| format!("In-Reply-To: {id}")));
    lines.extend((!letter.references.is_empty()).then(|| format!("References: {}", letter.references.join(" "))));
    lines.extend(letter.reply_to.as_ref().map(|to| format!("Reply-To: {to}")));
    lines.extend(letter.null_return_path.then(|| "(null return path)".to_owned()));
    lines.extend(letter.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    without_key(&format!("{}\n\n{}", lines.join("\n"), letter.text))
}

fn header<'a>(letter: &'a Letter, name: &str) -> Option<&'a str> {
    letter.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
}

#[test]
fn every_reason_is_written() {
    for reason in REASONS {
        let letter = write(&sample(reason));
        let name = reason.as_str().replace(' ', "-");
        insta::assert_snapshot!(format!("{name}.txt"), shown(&letter));
        insta::assert_snapshot!(format!("{name}.html"), without_key(&letter.html));
    }
}

#[test]
fn a_digest_holds_what_waited() {
    let mut digest = sample(Reason::Digest);
    digest.facts.clear();
    let mut all = vec![digest];
    all.extend(held().into_iter().take(2));
    all.iter_mut().for_each(|notice| notice.to = person("ana"));
    let letter = render(
        &all,
        &person("ana"),
        Some(bundle(4, 0, HeldFor::WorkingHours)),
        &policy(),
        &keys(),
        now(),
    );
    insta::assert_snapshot!("digest-with-held.txt", shown(&letter));
    insta::assert_snapshot!("digest-with-held.html", without_key(&letter.html));
    assert!(letter.subject.starts_with("Tue 24 Nov: "), "{}", letter.subject);
}

#[test]
fn held_notices_are_written_as_one() {
    let letter = write_held();
    insta::assert_snapshot!("joint.txt", shown(&letter));
    insta::assert_snapshot!("joint.html", without_key(&letter.html));
}

#[test]
fn the_order_is_asked_when_why_facts_text_answers() {
    for reason in REASONS {
        let notice = sample(reason);
        if notice.ask.is_empty() || words::is_outward(&notice) || notice.text.is_empty() {
            continue;
        }
        for body in [write(&notice).text, write(&notice).html] {
            let asked = notice.ask.get(1..).expect("an ask");
            let text = notice.text.lines().next().expect("a text").split('"').next().expect("a start");
            let answer = notice.answers.first().expect("an answer");
            let parts = [
                asked,
                notice.title.as_str(),
                notice.why_you.as_str(),
                notice.facts[0].label.as_str(),
                text,
            ];
            let mut from = 0;
            for part in parts {
                let found = body.get(from..).and_then(|rest| rest.find(part));
                from += found.unwrap_or_else(|| panic!("{reason}: `{part}` does not come next in\n{body}"));
            }
            assert!(
                body[from..].contains(answer.as_str()),
                "{reason}: `{answer}` does not come last in\n{body}"
            );
        }
    }
}

#[test]
fn a_shift_is_handed_over_in_one_notice() {
    let letter = write(&super::samples_shift::shift());
    insta::assert_snapshot!("shift.txt", shown(&letter));
    insta::assert_snapshot!("shift.html", without_key(&letter.html));
}

#[test]
fn what_somebody_leaves_is_handed_over_in_one_notice() {
    let letter = write(&super::samples_away::left());
    insta::assert_snapshot!("left.txt", shown(&letter));
    insta::assert_snapshot!("left.html", without_key(&letter.html));
}

#[test]
fn a_check_in_is_asked_and_gathered() {
    for (name, notice) in [
        ("check-in", super::round_samples::check_in()),
        ("gathered", super::round_samples::gathered()),
    ] {
        let letter = write(&notice);
        insta::assert_snapshot!(format!("{name}.txt"), shown(&letter));
        insta::assert_snapshot!(format!("{name}.html"), without_key(&letter.html));
    }
}

#[test]
fn a_handoff_has_its_five_parts_in_order() {
    let letter = write(&sample(Reason::Handoff));
    for body in [letter.text.to_lowercase(), letter.html.to_lowercase()] {
        let mut from = 0;
        for part in [
            "please accept",
            "ana ruiz, who answers for it",
            ">how urgent<|how urgent\n",
            "why you",
            ">what it is<|what it is\n",
            "it fails with both cards",
            ">to do<|to do\n",
            "offer dora an invoice",
            ">watch for<|watch for\n",
            "cancelled by itself",
            ">accept<|accept\n",
            "decline why",
        ] {
            let found = part.split('|').filter_map(|part| body.get(from..)?.find(part)).min();
            from += found.unwrap_or_else(|| panic!("`{part}` does not come next in\n{body}"));
        }
    }
    let long = letter.text.lines().filter(|line| line.chars().count() > 80);
    assert_eq!(long.collect::<Vec<_>>(), Vec::<&str>::new(), "lines fit a phone");
}

#[test]
fn a_requester_reads_nothing_of_the_inside() {
    for reason in [Reason::Received, Reason::Reply, Reason::FollowUp, Reason::Done] {
        let mut notice = sample(reason);
        notice.answers = vec!["accept".to_owned(), "decline WHY".to_owned()];
        let letter = write(&notice);
        for body in [letter.text.to_lowercase(), letter.html.to_lowercase()] {
            for word in [
                "batond",
                "queue",
                "holder",
                "ticket",
                "accept",
                "decline",
                "mailto:",
                "urgent",
                "first line",
            ] {
                assert!(!body.contains(word), "{reason} says `{word}`:\n{body}");
            }
        }
        assert_eq!(letter.from, address("support@ops.example"));
        assert!(letter.reply_to.is_some());
    }
}

#[test]
fn done_speaks_to_requesters_and_to_colleagues() {
    let mut notice = sample(Reason::Done);
    notice.to = person("ben");
    notice.in_reply_to = None;
    let letter = write(&notice);
    assert!(letter.subject.starts_with("SUP-142 Cannot pay"), "{}", letter.subject);
    assert!(letter.text.contains("support: Questions"), "{}", letter.text);
    assert_eq!(letter.from, address("desk@ops.example"));
}

#[test]
fn outside_text_is_never_a_template_never_markup_never_a_header() {
    let nasty = "{{ 7*7 }}{% for x in y %}</div><script>alert(1)</script>\r\nBcc: x@y.example\u{0}\u{202e}";
    for reason in REASONS {
        let mut notice = sample(reason);
        for field in [&mut notice.title, &mut notice.ask, &mut notice.why_you, &mut notice.text] {
            *field = nasty.to_owned();
        }
        notice.facts[..].iter_mut().for_each(|fact| fact.text = nasty.to_owned());
        for handed in &mut notice.handed {
            handed.title = nasty.to_owned();
            let lists = [
                &mut handed.urgent,
                &mut handed.what,
                &mut handed.said,
                &mut handed.next,
                &mut handed.watch,
            ];
            for fact in lists.into_iter().flatten() {
                (fact.label, fact.text) = (nasty.to_owned(), nasty.to_owned());
            }
        }
        for section in &mut notice.sections {
            section.title = nasty.to_owned();
            for remark in &mut section.remarks {
                remark.head = nasty.to_owned();
                remark.lines.iter_mut().for_each(|line| *line = nasty.to_owned());
            }
            for entry in &mut section.entries {
                (entry.title, entry.state) = (nasty.to_owned(), nasty.to_owned());
                entry.deadline.iter_mut().for_each(|fact| fact.label = nasty.to_owned());
                entry.answers = vec![nasty.to_owned()];
            }
        }
        notice.answers = vec![nasty.to_owned()];
        let letter = write(&notice);
        assert!(!letter.html.contains("<script"), "{reason}");
        assert!(
            !letter.text.contains("49") && letter.text.contains("{{ 7*7 }}"),
            "{reason}\n{}",
            letter.text
        );
        assert!(!letter.subject.chars().any(char::is_control), "{reason}");
        for text in [&letter.text, &letter.html] {
            assert!(!text.contains(['\r', '\u{0}', '\u{202e}']), "{reason}");
        }
        for line in letter.text.lines() {
            assert!(
                !line.starts_with("Bcc") || matches!(reason, Reason::Reply | Reason::AutoReply | Reason::Merged),
                "{reason}\n{}",
                letter.text
            );
        }
    }
}

#[test]
fn html_fetches_nothing_and_changes_nothing() {
    let links = regex::Regex::new(r#"href="([^"]*)""#).expect("a pattern");
    let bodies = REASONS.map(|reason| write(&sample(reason)).html);
    for html in bodies.into_iter().chain([write_held().html]) {
        for word in ["http:", "https:", "src=", "<img", "url(", "<style", "<link", "<form", "@import"] {
            assert!(!html.contains(word), "{word} in\n{html}");
        }
        assert!(links.captures_iter(&html).all(|link| link[1].starts_with("mailto:")), "{html}");
    }
}

#[test]
fn a_subject_says_what_is_asked_however_long_the_title() {
    let mut notice = sample(Reason::Assigned);
    assert_eq!(
        write(&notice).subject,
        "SUP-142 Cannot pay with order #9313: please accept by Tue 12:12"
    );
    notice.title = "The quick brown fox jumps over the lazy dog and then over everything else ".repeat(9);
    let subject = write(&notice).subject;
    assert!(subject.ends_with("…: please accept by Tue 12:12"), "{subject}");
    assert!(subject.chars().count() <= subject::MAX_SUBJECT_CHARS, "{subject}");
    notice.title = " \r\n\t".to_owned();
    assert_eq!(write(&notice).subject, "SUP-142: please accept by Tue 12:12");
}

#[test]
fn a_requester_keeps_their_own_subject() {
    let subject = |title: &str| {
        let mut notice = sample(Reason::Received);
        notice.title = title.to_owned();
        write(&notice).subject
    };
    assert_eq!(subject("Invoice"), "Re: Invoice [SUP-142]");
    assert_eq!(subject("AW: Re: RE: Invoice"), "Re: Invoice [SUP-142]");
    assert_eq!(subject("Re: Invoice [SUP-142]"), "Re: Invoice [SUP-142]");
    assert_eq!(subject(""), "Re: your message [SUP-142]");
    assert_eq!(subject("ÄÖ: ü"), "Re: ÄÖ: ü [SUP-142]");
}

#[test]
fn a_thread_begins_with_the_first_notice_and_later_ones_refer_to_it() {
    let mut notice = plain(Reason::Reminder);
    notice.first = true;
    let first = write(&notice);
    assert_eq!((&first.in_reply_to, first.references.len()), (&None, 0));
    notice.first = false;
    let later = write(&notice);
    assert_ne!(later.message_id, first.message_id);
    assert_eq!(later.in_reply_to.as_ref(), Some(&first.message_id));
    assert_eq!(later.references, std::slice::from_ref(&first.message_id));
    notice.in_reply_to = Some("theirs@customer.example".to_owned());
    let answer = write(&notice);
    assert_eq!(answer.in_reply_to.as_deref(), Some("theirs@customer.example"));
    assert_eq!(answer.references, [first.message_id.as_str(), "theirs@customer.example"]);
    notice.in_reply_to = Some("bad id>\r\nBcc: x".to_owned());
    assert_eq!(write(&notice).references, [first.message_id]);
}

#[test]
fn the_kind_of_mail_is_said_to_machines() {
    let assigned = write(&sample(Reason::Assigned));
    assert_eq!(header(&assigned, "Auto-Submitted"), Some("auto-generated"));
    assert!(!assigned.null_return_path);
    for reason in [Reason::Receipt, Reason::Received] {
        let letter = write(&sample(reason));
        assert_eq!(header(&letter, "Auto-Submitted"), Some("auto-replied"));
        assert!(letter.null_return_path);
    }
    let joint = write_held();
    assert_eq!(header(&joint, "Precedence"), Some("bulk"));
    assert_eq!(header(&assigned, "Precedence"), None);
    assert_eq!(header(&joint, "X-Batond-Item"), Some("SUP-142, SUP-150, SUP-151"));
    assert!(joint.reply_to.is_none(), "an answer to the whole must reach none of the items");
}

#[test]
fn a_long_text_is_cut_and_says_so_but_an_answer_is_whole() {
    let long = "word ".repeat(4_000);
    let mut notice = sample(Reason::Answer);
    notice.text.clone_from(&long);
    let letter = write(&notice);
    assert!(
        letter.text.contains("(the other 15999 characters are on the item)"),
        "{}",
        letter.text
    );
    let mut reply = sample(Reason::Reply);
    reply.text = format!("{long}end");
    let letter = write(&reply);
    assert!(letter.text.contains("word end\n") && letter.html.contains("word end"));
}

#[test]
fn many_held_notices_are_all_named() {
    let notices: Vec<Notice> = (1..=130)
        .map(|number| Notice {
            item: crate::model::ItemId::new("SUP", number),
            ..sample(Reason::Answer)
        })
        .collect();
    let letter = render(
        &notices,
        &person("ana"),
        Some(bundle(1, 0, HeldFor::WorkingHours)),
        &policy(),
        &keys(),
        now(),
    );
    assert!(
        letter
            .text
            .starts_with("-- reply above this line --\n\n130 notices were held for your working hours")
    );
    for notice in &notices {
        assert!(letter.text.contains(&format!("\n{} Cannot", notice.item)), "{}", notice.item);
        assert!(letter.html.contains(&notice.item.to_string()));
    }
}

#[test]
fn times_are_in_the_readers_zone() {
    let mut notice = sample(Reason::Assigned);
    assert!(
        write(&notice)
            .text
            .contains("Please accept by Tue 24 Nov 12:12 (Europe/Berlin), in 1 h 32 min.")
    );
    notice.to = person("cat");
    assert!(write(&notice).text.contains("by Tue 24 Nov 19:12 (Asia/Singapore), in 1 h 32 min."));
    assert!(write(&notice).text.contains("> Tue 24 Nov 16:12\n"));
    notice.to = Reader::Address(address("head@ops.example"));
    assert!(
        write(&notice).text.contains("12:12 (Europe/Berlin)"),
        "the queue's zone for an outside address"
    );
}

#[test]
fn a_reader_who_is_gone_is_stood_in_for() {
    let mut notice = sample(Reason::Reminder);
    notice.to = person("zoe");
    let letter = write(&notice);
    assert_eq!(letter.to, address("ana@ops.example"));
    assert!(letter.text.contains("Meant for: zoe, who is no longer configured"));
    let mut empty = policy();
    empty.people.clear();
    let letter = render(&[notice.clone()], &notice.to, None, &empty, &keys(), now());
    assert_eq!(letter.to, address("desk@ops.example"));
    let nothing = render(&[], &requester(), None, &policy(), &keys(), now());
    assert!(nothing.text.contains("0 notices"));
}

#[test]
fn the_same_notice_gives_the_same_letter() {
    for reason in REASONS {
        assert_eq!(write(&sample(reason)), write(&sample(reason)));
    }
}

/// Measured, not judged: rendering is in the single writer's path.
#[test]
fn rendering_is_quick() {
    const TIMES: u32 = 2_000;
    let (policy, keys, notice) = (policy(), keys(), sample(Reason::Assigned));
    let once = || render(std::slice::from_ref(&notice), &notice.to, None, &policy, &keys, now());
    assert!(!once().text.is_empty());
    let began = std::time::Instant::now();
    for _ in 0..TIMES {
        std::hint::black_box(once());
    }
    let each = began.elapsed() / TIMES;
    println!(
        "rendering a notice: {each:?}{}",
        if cfg!(debug_assertions) { " (debug build)" } else { "" }
    );
    assert!(each < std::time::Duration::from_millis(20), "{each:?}");
}
