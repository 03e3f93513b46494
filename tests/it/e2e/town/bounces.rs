//! Postfix refuses mail of ours to a mailbox that is not there: its holder hears why, and after three the address is marked.

use super::super::desk::{SUPPORT, until};
use super::super::peers::swaks_sends;
use super::Town;

/// Nobody has this mailbox; the domain is the people's server's own.
const GONE: &str = "gone@customer.example";

/// Somebody asks; answers the item's id once it is there.
fn asked_by(town: &Town, address: &str, items: usize) -> String {
    let more = [
        "--header",
        &format!("Subject: Cannot log in, says {address}"),
        "--body",
        "It says no.",
    ];
    swaks_sends(town.gateway, address, "support@ops.example", &more).expect("swaks");
    until("the item", || {
        let found = town.desk.items();
        let newest = found
            .iter()
            .find(|item| item["title"].as_str().is_some_and(|title| title.contains(address)));
        newest
            .filter(|_| found.len() >= items)
            .map(|item| item["id"].as_str().expect("an id").to_owned())
    })
}

fn dead(town: &Town) -> Vec<serde_json::Value> {
    let listed = town.desk.json(&["outbox", "list"]);
    let all = listed["deliveries"].as_array().unwrap().clone();
    all.into_iter().filter(|one| one["state"] == "dead").collect()
}

/// The relay itself refuses the address, three times.
#[test]
fn three_refusals_by_postfix_mark_the_address() {
    let Some(mut town) = Town::start(SUPPORT) else { return };
    let more = ["--header", "Subject: Cannot log in", "--body", "It says no."];
    swaks_sends(town.gateway, GONE, "support@ops.example", &more).expect("swaks");
    let id = until("one item", || {
        town.desk.items().first().map(|item| item["id"].as_str().expect("an id").to_owned())
    });
    for number in 1..=3 {
        let said = town.desk.ask(&["do", &id, "--as", "ana", &format!("reply: which one, {number}?")]);
        assert!(said.status.success(), "{said:?}");
        let told = town.gets("ana@ops.example", "delivery failed", number);
        assert!(told.mail.text.contains(GONE), "{}", told.mail.text);
        assert!(
            told.mail.text.contains("5.1.1"),
            "why, in the other side's words: {}",
            told.mail.text
        );
    }
    let dead = town.desk.json(&["outbox", "list"]);
    let dead: Vec<_> = dead["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["state"] == "dead")
        .collect();
    assert_eq!(dead.len(), 3, "{dead:#?}");
    println!("refused by Postfix at once: {}", dead[0]["last_error"]);

    let listed = until("the address is marked", || {
        let listed = town.desk.json(&["addresses"]);
        (listed["addresses"][0]["state"] == "marked").then_some(listed)
    });
    assert_eq!(listed["addresses"][0]["address"], GONE);
    let trouble = listed["addresses"][0]["item"].as_str().expect("an item says so").to_owned();
    let item = town.desk.item(&trouble);
    assert!(item["title"].as_str().unwrap().contains(GONE), "{item}");

    // What would go there waits, and goes once somebody says so.
    let parked = |town: &Town| {
        let listed = town.desk.json(&["outbox", "list"]);
        listed["deliveries"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["state"] == "parked")
            .count()
    };
    assert!(town.desk.ask(&["do", &id, "--as", "ana", "reply: are you there?"]).status.success());
    assert_eq!(parked(&town), 1);
    println!("{}", String::from_utf8_lossy(&town.desk.ask(&["addresses"]).stdout));
    println!("{}", String::from_utf8_lossy(&town.desk.ask(&["show", &trouble]).stdout));
    let done = town.desk.ask(&["addresses", "works", GONE]);
    assert!(done.status.success(), "{done:?}");
    println!("{}", String::from_utf8_lossy(&done.stdout));
    assert_eq!(parked(&town), 0);
    town.gets("ana@ops.example", "delivery failed", 4);
    town.desk.stop();
}
