//! People who never see a page: an item from notice to close, a swap of duty, an absence with its end. Each with a mail program of their own.

use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::super::desk::{SUPPORT, until};
use super::super::peers::swaks_sends;
use super::Town;
use super::clients::Client;

const ANA: &str = "ana@ops.example";
const BEN: &str = "ben@ops.example";
const DORA: &str = "dora@customer.example";

/// Ana has the mornings, Ben the afternoons, so that both have a duty on every day.
const ROTATION: &str = r#"
rotations:
  desk:
    time_zone: Etc/UTC
    shifts:
      - { name: morning, people: [ana], hours: { daily: "00:00-12:00" } }
      - { name: afternoon, people: [ben], hours: { daily: "12:00-24:00" } }
"#;

fn town() -> Option<Town> {
    Town::start(&format!("{ROTATION}{SUPPORT}"))
}

fn the_only_item(town: &Town) -> String {
    until("one item", || {
        let items = town.desk.items();
        items.first().map(|item| item["id"].as_str().expect("an id").to_owned())
    })
}

fn asks(town: &Town, subject: &str) {
    let more = ["--header", &format!("Subject: {subject}"), "--body", "It says no."];
    swaks_sends(town.gateway, DORA, "support@ops.example", &more).expect("swaks");
}

/// A requester's question on its whole way, every answer by another mail program, the requester's too.
#[test]
fn an_item_from_notice_to_close() {
    let Some(mut town) = town() else { return };
    asks(&town, "Cannot log in");
    let id = the_only_item(&town);
    let asked = town.gets(ANA, "assigned", 1);
    town.answers(Client::Mutt, ANA, &asked, "accept, I will look at it");
    town.desk.reaches(&id, "accepted");

    let receipt = town.gets(ANA, "receipt", 1);
    town.answers(
        Client::Thunderbird,
        ANA,
        &receipt,
        "reply Please try it again now.\nIt was the proxy.",
    );
    let answer = until("an answer for Dora", || town.mailbox(DORA).pop());
    let words = answer.mail.text.replace('\n', " ");
    assert!(words.contains("Please try it again now. It was the proxy."), "{words}");
    assert!(!words.contains("My name, my house"), "her signature is hers: {words}");

    town.answers(Client::Outlook, DORA, &answer, "It works, thank you.");
    let told = town.gets(ANA, "answer", 1);
    assert!(told.mail.text.contains("It works, thank you."), "{}", told.mail.text);
    town.answers(Client::Python, ANA, &told, "done, it was the proxy");
    let item = town.desk.reaches(&id, "done");
    assert_eq!(town.desk.items().len(), 1, "every answer found its item: {item}");
    town.desk.stop();
}

/// Duty is exchanged between two people by two mails.
#[test]
fn a_swap_of_duty() {
    let Some(mut town) = town() else { return };
    asks(&town, "Cannot log in");
    let asked = town.gets(ANA, "assigned", 1);
    let day = Timestamp::now().to_zoned(TimeZone::UTC).date().saturating_add(3.days());
    let at = format!("{day} 06:00");
    let on_duty = |town: &Town| town.desk.json(&["who", "--at", &at])["duty"][0]["on_duty"][0].clone();
    assert_eq!(on_duty(&town), "ana");
    town.answers(Client::Thunderbird, ANA, &asked, &format!("swap {day} with ben in desk"));
    let offered = town.gets(BEN, "swap asked", 1);
    town.answers(Client::Mutt, BEN, &offered, "accept, enjoy the theatre");
    until("Ben has it", || (on_duty(&town) == "ben").then_some(()));
    let changed = town.gets(ANA, "swap answered", 1);
    assert!(changed.mail.text.contains("enjoy the theatre"), "{}", changed.mail.text);
    town.desk.stop();
}

/// Somebody goes away, the cover has what was theirs, and they come back.
#[test]
fn away_and_back() {
    let Some(mut town) = town() else { return };
    asks(&town, "Cannot log in");
    let id = the_only_item(&town);
    let asked = town.gets(ANA, "assigned", 1);
    town.answers(Client::Python, ANA, &asked, "accept");
    town.desk.reaches(&id, "accepted");
    let receipt = town.gets(ANA, "receipt", 1);
    let until_when = Timestamp::now().to_zoned(TimeZone::UTC).date().saturating_add(5.days());
    town.answers(Client::Outlook, ANA, &receipt, &format!("away until {until_when} cover ben"));
    let handed = town.gets(BEN, "handoff", 1);
    assert!(handed.mail.text.contains(&id), "{}", handed.mail.text);
    town.answers(Client::Mutt, BEN, &handed, "accept 1");
    until("Ben holds it", || (town.desk.item(&id)["holder"] == "ben").then_some(()));
    town.answers(Client::Thunderbird, ANA, &receipt, "back");
    until("Ana is back", || {
        let who = town.desk.json(&["who"]);
        who["away"].as_array().is_some_and(Vec::is_empty).then_some(())
    });
    town.desk.stop();
}
