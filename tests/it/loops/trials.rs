//! The trials. Each prints one line a pair.

use jiff::SignedDuration;

use super::robots::{Manner, alias, challenge, list, made_new, unmarked, vacation, written};
use super::{Came, MOST, Mail, Sent, Side, play, start};

/// What a way does to a mail, which is the n-th on it.
type Change = fn(&str, usize) -> String;

const OPS: &str = "ops.example";
const ROBOT: &str = "robot@customer.example";

fn nowhere(_: &Sent) -> Vec<(usize, Mail)> {
    Vec::new()
}

fn first(from: &str, to: &str, subject: &str) -> Vec<(usize, Mail)> {
    vec![(
        0,
        Mail {
            at: start() + SignedDuration::from_mins(1),
            from: Some(from.to_owned()),
            to: to.to_owned(),
            raw: written(from, to, subject, "first@customer.example", "It burns."),
        },
    )]
}

fn show(trial: &str, side: &Side, came: &Came, address: &str) {
    let (sent, caused, got) = (
        Came::of(&came.sent, side.domain, address),
        Came::of(&came.caused, side.domain, address),
        Came::of(&came.got, side.domain, address),
    );
    let says = side.sayings();
    println!(
        "{trial:<58} {sent:>3} to it ({caused} for its own mail), {got:>3} from it, {} items; {}",
        side.items().len(),
        says.last().map_or("nothing was said", String::as_str)
    );
}

fn manners() -> Vec<(String, Manner)> {
    let mut all = Vec::new();
    for (delay, name) in [
        (SignedDuration::from_secs(20), "at once"),
        (SignedDuration::from_hours(1), "after an hour"),
    ] {
        for (threads, how) in [(true, "in the thread"), (false, "as something new")] {
            for (babbles, words) in [(false, "same words"), (true, "other words")] {
                all.push((format!("{name}, {how}, {words}"), Manner { delay, threads, babbles }));
            }
        }
    }
    all
}

/// A requester's vacation program that ignores every header and answers every mail.
#[test]
fn a_requesters_robot() {
    for (name, manner) in manners() {
        let mut sides = [Side::new(OPS)];
        let came = play(
            &mut sides,
            first(ROBOT, "support@ops.example", "Printer on fire"),
            &mut [vacation(ROBOT, "support@ops.example", manner)],
            &mut nowhere,
        );
        show(&format!("vacation robot, {name}"), &sides[0], &came, ROBOT);
        assert!(Came::of(&came.sent, OPS, ROBOT) <= MOST, "{name}");
        assert!(!sides[0].sayings().is_empty(), "{name}: an item says so");
        assert_eq!(sides[0].troubles().len(), usize::from(!manner.threads), "{name}: one item");
    }
}

/// The same in the name of somebody who holds items, and of the owner to whom everything unknown goes.
#[test]
fn our_own_peoples_robots() {
    for (name, manner) in manners() {
        for who in ["ana@ops.example", "olga@ops.example"] {
            let mut sides = [Side::new(OPS)];
            let to = if who.starts_with("olga") {
                "info@ops.example"
            } else {
                "support@ops.example"
            };
            let came = play(
                &mut sides,
                first("kim@customer.example", to, "Printer on fire"),
                &mut [vacation(who, to, manner)],
                &mut nowhere,
            );
            show(&format!("robot of {who}, {name}"), &sides[0], &came, who);
            let items = sides[0].items().len();
            // Words that never come twice cannot be told from a person's; they have an end all the same.
            let bound = if manner.babbles && !manner.threads { 110 } else { 8 };
            assert!(items <= bound, "{who}, {name}: {items} items");
            if !manner.babbles || manner.threads {
                assert!(Came::of(&came.caused, OPS, who) <= MOST, "{who}, {name}");
            }
            assert!(sides[0].troubles().len() <= 1, "{who}, {name}: one item");
        }
    }
}

/// Two robots at once: the requester's and the holder's, and the owner's too.
#[test]
fn several_robots_at_once() {
    for (name, manner) in manners().into_iter().filter(|(_, manner)| !manner.babbles) {
        let mut sides = [Side::new(OPS)];
        let mut robots = [
            vacation(ROBOT, "support@ops.example", manner),
            vacation("ana@ops.example", "support@ops.example", manner),
            vacation("olga@ops.example", "info@ops.example", manner),
        ];
        let came = play(
            &mut sides,
            first(ROBOT, "support@ops.example", "Printer on fire"),
            &mut robots,
            &mut nowhere,
        );
        for who in [ROBOT, "ana@ops.example", "olga@ops.example"] {
            show(&format!("three robots, {name}: {who}"), &sides[0], &came, who);
            assert!(Came::of(&came.caused, OPS, who) <= MOST, "{who}, {name}");
        }
        assert!(Came::of(&came.sent, OPS, ROBOT) <= MOST, "{name}");
    }
}

/// Notices to ana are sent on to the queue by an alias: as they were, without the signs of a machine, and as if they were new.
#[test]
fn own_notices_that_come_round() {
    let ways: [(&str, Change); 3] = [
        ("as it was", |raw, _| raw.to_owned()),
        ("without the signs of a machine", |raw, _| unmarked(raw)),
        ("as if it were new", made_new),
    ];
    for (name, change) in ways {
        let mut sides = [Side::new(OPS)];
        let came = play(
            &mut sides,
            first("kim@customer.example", "support@ops.example", "Printer on fire"),
            &mut [alias("ana@ops.example", "support@ops.example", change)],
            &mut nowhere,
        );
        show(&format!("own notice, {name}"), &sides[0], &came, "ana@ops.example");
        assert!(Came::of(&came.caused, OPS, "ana@ops.example") <= MOST, "{name}");
        assert_eq!(sides[0].troubles().len(), 1, "{name}: one item says so");
        let opened = sides[0].items().len() - sides[0].troubles().len();
        assert!(opened <= MOST, "{name}: {opened} items");
    }
}

/// What is stopped stays so over a restart, ends after a day, and sooner by a person's word.
#[test]
fn the_breaker_is_durable_and_has_an_end() {
    let manner = Manner {
        delay: SignedDuration::from_secs(20),
        threads: false,
        babbles: false,
    };
    let mut sides = [Side::new(OPS)];
    let mail = first(ROBOT, "support@ops.example", "Printer on fire");
    let came = play(
        &mut sides,
        mail,
        &mut [vacation(ROBOT, "support@ops.example", manner)],
        &mut nowhere,
    );
    assert_eq!(Came::of(&came.sent, OPS, ROBOT), MOST);
    let side = &mut sides[0];
    let trouble = side.troubles().pop().expect("an item says so");
    for needed in [
        "3 automatic answers",
        "<away-1@robot.example>",
        "Out of reach 3",
        "`done`",
        "batond addresses works",
    ] {
        assert!(trouble.summary.contains(needed), "{needed} is in\n{}", trouble.summary);
    }
    println!("--- {}\n{}", trouble.title, trouble.summary);

    let answered = |side: &mut Side, number: usize| {
        let raw = written(
            ROBOT,
            "support@ops.example",
            &format!("Again {number}"),
            &format!("again-{number}@robot.example"),
            "Well?",
        );
        side.receive(&Mail {
            at: side.world.now(),
            from: Some(ROBOT.to_owned()),
            to: "support@ops.example".to_owned(),
            raw,
        });
        side.sent().iter().filter(|sent| sent.letter.to.folded() == ROBOT).count()
    };
    // The day of the trial ends a minute before what was stopped goes on.
    assert_eq!(answered(side, 1), 0, "it is stopped");
    let now = side.world.now();
    side.world.restart_at(now, &mut side.table).unwrap();
    assert_eq!(answered(side, 2), 0, "also after a restart");
    side.world.advance(now + SignedDuration::from_mins(10), &mut side.table).unwrap();
    assert_eq!(answered(side, 3), 1, "a day later it goes on by itself");
}

/// A list of which the queue is a member writes to us: its word that we have its mail comes back to us by way of the list.
#[test]
fn a_list_that_holds_the_desk() {
    let ways: [(&str, Change); 3] = [
        ("as it was", |raw, _| raw.to_owned()),
        ("without the signs of a machine", |raw, _| unmarked(raw)),
        ("as if it were new", made_new),
    ];
    for (name, change) in ways {
        let mut sides = [Side::new(OPS)];
        let came = play(
            &mut sides,
            first("all@lists.example", "support@ops.example", "Minutes of Monday"),
            &mut [list("all@lists.example", "support@ops.example", change)],
            &mut nowhere,
        );
        show(&format!("mailing list, {name}"), &sides[0], &came, "all@lists.example");
        assert!(Came::of(&came.sent, OPS, "all@lists.example") <= MOST, "{name}");
        assert!(!sides[0].sayings().is_empty(), "{name}: an item says so");
    }
}

/// A robot that wants to be answered before it lets anything through.
#[test]
fn a_challenge_robot() {
    for delay in [SignedDuration::from_secs(3), SignedDuration::from_mins(30)] {
        let mut sides = [Side::new(OPS)];
        let came = play(
            &mut sides,
            first(ROBOT, "support@ops.example", "Printer on fire"),
            &mut [challenge(ROBOT, delay)],
            &mut nowhere,
        );
        show(&format!("challenge robot, after {delay:#}"), &sides[0], &came, ROBOT);
        assert!(Came::of(&came.sent, OPS, ROBOT) <= MOST);
        let kept = sides[0].items().iter().any(|item| item.title.contains("Are you a person?"));
        assert!(kept || !sides[0].sayings().is_empty(), "an item says so");
    }
}

/// Two daemons, each of which takes the other's queue for a correspondent.
#[test]
fn two_daemons() {
    const PARTNER: &str = "partner.example";
    let ways: [(&str, Change); 3] = [
        ("as they write", |raw, _| raw.to_owned()),
        ("a gateway takes the signs away", |raw, _| unmarked(raw)),
        ("a gateway makes each mail new", made_new),
    ];
    for (name, change) in ways {
        let mut sides = [Side::new(OPS), Side::new(PARTNER)];
        let mut number = 0;
        let mut post = |sent: &Sent| {
            let to = sent.letter.to.folded().to_owned();
            let side = match to.rsplit_once('@') {
                Some(("support", OPS)) => 0,
                Some(("support", PARTNER)) => 1,
                _ => return Vec::new(),
            };
            number += 1;
            // The other side knows the queue, not the desk: a gateway writes every From so.
            let own = if side == 0 { PARTNER } else { OPS };
            let raw = change(&sent.raw, number);
            let raw = raw.replace(&format!("<desk@{own}>"), &format!("<support@{own}>"));
            vec![(
                side,
                Mail {
                    at: sent.at + SignedDuration::from_secs(2),
                    from: sent
                        .from
                        .clone()
                        .or_else(|| (number > 0 && name != "as they write").then(|| format!("support@{own}"))),
                    to,
                    raw,
                },
            )]
        };
        let came = play(
            &mut sides,
            first("support@partner.example", "support@ops.example", "Printer on fire"),
            &mut [],
            &mut post,
        );
        show(&format!("two daemons, {name}: ops"), &sides[0], &came, "support@partner.example");
        show(&format!("two daemons, {name}: partner"), &sides[1], &came, "support@ops.example");
        let both = Came::of(&came.sent, OPS, "support@partner.example") + Came::of(&came.sent, PARTNER, "support@ops.example");
        assert!(both <= MOST, "{name}: {both} mails between them");
        let says = sides.iter().any(|side| !side.sayings().is_empty());
        assert!(says, "{name}: an item says so");
    }
}
