//! What teams do over minutes, on short clocks and real mail servers: a change of shift, an absence with a chain of covers, a check-in in three zones.
//! They wait for real minutes, so `make torture` runs them; each prints what it saw.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::super::desk::until;
use super::super::notices::Notice;
use super::super::peers::swaks_sends;
use super::Town;
use super::clients::Client;

const ANA: &str = "ana@ops.example";
const BEN: &str = "ben@ops.example";
const CAT: &str = "cat@ops.example";

/// A queue of the duty's, and its rule.
fn work(assign: &str) -> String {
    format!(
        r#"
queues:
  support:
    prefix: SUP
    purpose: Questions and faults reported by customers.
    owner: cat
    assign: {assign}
    urgent_when: A customer cannot log in.
    handover: Say what the customer was promised.
    accept_within: 4h
    resolve_within: 3d
rules:
  - name: everything for support
    when: {{ to: "support@*" }}
    then: {{ queue: support }}
unmatched: {{ queue: support }}
"#
    )
}

fn asks(town: &Town, subject: &str) {
    let more = ["--header", &format!("Subject: {subject}"), "--body", "It says no."];
    swaks_sends(town.gateway, "dora@customer.example", "support@ops.example", &more).expect("swaks");
}

/// Waits for a notice in somebody's mailbox whose subject has these words, for minutes if it has to be.
fn waits(town: &Town, address: &str, words: &str) -> Notice {
    let end = Timestamp::now() + 4.minutes();
    loop {
        let found = town.mailbox(address).into_iter().find(|mail| mail.mail.subject.contains(words));
        if let Some(found) = found {
            eprintln!("--- to {address}: {}\n{}", found.mail.subject, found.mail.text);
            return found;
        }
        assert!(
            Timestamp::now() < end,
            "no mail with `{words}` for {address}: {:?}",
            town.mailbox(address).iter().map(|mail| &mail.mail.subject).collect::<Vec<_>>()
        );
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
}

/// Who holds each item, in the order of their numbers.
fn holders(town: &Town) -> Vec<String> {
    let ids = (1..=3).map(|n| format!("SUP-{n}"));
    ids.map(|id| town.desk.item(&id)["holder"].as_str().unwrap_or("nobody").to_owned())
        .collect()
}

/// Three items go over to the next at the change of shift in one notice; two are taken, one is declined.
#[test]
#[ignore = "waits for a change of shift: make torture"]
fn a_change_of_shift_with_three_items() {
    let rotation = r#"
rotations:
  desk: { people: [ana, ben], changes: "*/3 * * * *", time_zone: Etc/UTC }
"#;
    let Some(mut town) = Town::start(&format!("{rotation}{}", work("rotation:desk"))) else {
        return;
    };
    // With most of a shift still ahead, so that all three come and are accepted in it.
    let into = Timestamp::now().as_second().rem_euclid(180);
    if into > 60 {
        std::thread::sleep(std::time::Duration::from_secs((181 - into).unsigned_abs()));
    }
    let on_duty = town.desk.json(&["who"])["duty"][0]["on_duty"][0]
        .as_str()
        .expect("somebody")
        .to_owned();
    let (giver, taker) = if on_duty == "ana" { (ANA, BEN) } else { (BEN, ANA) };
    for subject in ["Cannot log in", "Cannot pay", "Cannot print"] {
        asks(&town, subject);
    }
    for count in 1..=3 {
        let asked = town.gets(giver, "assigned", count);
        let words = format!("accept\nnext: call them, {}", asked.item());
        town.answers(Client::Thunderbird, giver, &asked, &words);
        town.desk.reaches(asked.item(), "accepted");
    }
    let handed = waits(&town, taker, "SHIFT-");
    for id in ["SUP-1", "SUP-2", "SUP-3"] {
        assert!(handed.mail.text.contains(id), "{id}");
    }
    let handoffs = town.mailbox(taker).iter().filter(|mail| mail.reason() == "handoff").count();
    assert_eq!(handoffs, 1, "one notice, not one an item");
    town.answers(Client::Mutt, taker, &handed, "accept 1,2 I call them\ndecline 3 not mine");
    let (from, to) = (giver.split('@').next().unwrap(), taker.split('@').next().unwrap());
    until("two are taken", || (holders(&town)[..2] == [to, to]).then_some(()));
    assert_ne!(holders(&town)[2], to);
    eprintln!("given by {from}, held now by {:?}", holders(&town));
    town.desk.stop();
}

/// Ana goes away; her cover is away too, and the cover's cover gets everything in one notice.
#[test]
#[ignore = "belongs to the trials of make torture"]
fn an_absence_with_a_chain_of_covers() {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let people = format!(
        r#"
calendars:
  always: {{ time_zone: Etc/UTC, hours: {{ daily: "00:00-24:00" }} }}
people:
  ana: {{ name: Ana Ruiz, mail: ana@ops.example, calendar: always, cover: ben }}
  ben: {{ name: Ben Okafor, mail: ben@ops.example, calendar: always, cover: cat, away: [{{ from: {today}, until: {} }}] }}
  cat: {{ name: Cat Lim, mail: cat@ops.example, calendar: always }}
"#,
        today.saturating_add(9.days())
    );
    let Some(mut town) = Town::with(Some(&people), &work("ana")) else {
        return;
    };
    for subject in ["Cannot log in", "Cannot pay", "Cannot print"] {
        asks(&town, subject);
    }
    let mut last = None;
    for count in 1..=3 {
        let asked = town.gets(ANA, "assigned", count);
        town.answers(Client::Python, ANA, &asked, "accept");
        town.desk.reaches(asked.item(), "accepted");
        last = Some(asked);
    }
    let words = format!("away until {}", today.saturating_add(5.days()));
    town.answers(Client::Outlook, ANA, &last.expect("three"), &words);
    let handed = waits(&town, CAT, "AWAY-");
    assert!(handed.mail.text.contains("Ana Ruiz"));
    town.answers(Client::Mutt, CAT, &handed, "accept 1,2 I call them\ndecline 3 not mine");
    until("two are taken", || (holders(&town)[..2] == ["cat", "cat"]).then_some(()));
    assert!(town.mailbox(BEN).is_empty(), "who is away is not asked");
    eprintln!("held now by {:?}", holders(&town));
    town.desk.stop();
}

/// Three people are each asked when their own day begins, answer with three programs, and all get one result.
#[test]
#[ignore = "waits for three mornings: make torture"]
fn a_check_in_of_three_people_in_three_zones() {
    let now = Timestamp::now();
    // A round is of one date in everybody's own zone: three zones in which it is the same date now.
    let early = now.to_zoned(TimeZone::UTC).hour() < 12;
    let zones = if early {
        ["Europe/Berlin", "Asia/Kolkata", "Asia/Singapore"]
    } else {
        ["Europe/London", "America/New_York", "America/Los_Angeles"]
    };
    // Everybody's day begins within the next minutes, a minute after one another.
    let mornings = [1, 2, 3].map(|minute| now + minute.minutes());
    let names = [("ana", "Ana Ruiz", ANA), ("ben", "Ben Okafor", BEN), ("cat", "Cat Lim", CAT)];
    let mut people = "people:\n".to_owned();
    for (((key, name, mail), zone), morning) in names.iter().zip(zones).zip(mornings) {
        let [begins, ends] = [morning, morning + 12.hours()].map(|at| at.in_tz(zone).unwrap().strftime("%H:%M").to_string());
        people.push_str(&format!(
            "  {key}: {{ name: {name}, mail: {mail}, time_zone: {zone}, hours: {{ daily: \"{begins}-{ends}\" }} }}\n"
        ));
    }
    people.push_str("teams: { web: [ana, ben, cat] }\n");
    let rounds = r#"
rounds:
  standup:
    kind: check-in
    title: How it goes
    questions: [What did you finish?, What is next?]
    roadblocks: support
    people: team:web
    at: start of day
    close: 1h
    remind: 30m
"#;
    let Some(mut town) = Town::with(Some(&people), &format!("{}{rounds}", work("cat"))) else {
        return;
    };
    let programs = [Client::Thunderbird, Client::Mutt, Client::Outlook];
    for ((name, program), words) in names.iter().zip(programs).zip([
        "The proxy is fixed.\nNext: the log.",
        "Nothing yet.\nroadblock: no access to the log host",
        "All invoices are out.",
    ]) {
        let asked = waits(&town, name.2, "How it goes");
        let late = Timestamp::now().duration_since(now);
        eprintln!("{} was asked {} s after the start", name.0, late.as_secs());
        town.answers(program, name.2, &asked, words);
    }
    let results: Vec<Notice> = names
        .iter()
        .map(|name| {
            until((name.2, "a result"), || {
                town.mailbox(name.2).into_iter().find(|mail| mail.reason() == "round result")
            })
        })
        .collect();
    eprintln!("--- the result\n{}", results[0].mail.text);
    for result in &results {
        for words in ["The proxy is fixed.", "no access to the log host", "All invoices are out."] {
            assert!(result.mail.text.contains(words), "{words}: {}", result.mail.text);
        }
    }
    assert_eq!(town.desk.items().len(), 1, "the roadblock is an item");
    town.desk.stop();
}
