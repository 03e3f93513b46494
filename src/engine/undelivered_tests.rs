//! Who hears that a mail about somebody's own duty was not delivered, and how an absence that is covered through somebody is told.

use jiff::Timestamp;

use super::own_undelivered;
use crate::engine::{Command, Context};
use crate::model::{Reader, Reason};
use crate::policy::{Policy, site};

fn policy(away: &str) -> Policy {
    site::policy(&format!(
        r#"calendars:
  berlin: {{ time_zone: Europe/Berlin, hours: {{ mon-fri: "09:00-17:00" }} }}
people:
  ana: {{ name: Ana Ruiz, mail: ana@ops.example, calendar: berlin, cover: ben, away: {{ from: 2026-11-23, until: 2026-11-27 }} }}
  ben: {{ name: Ben Okafor, mail: ben@ops.example, calendar: berlin, cover: cat{away} }}
  cat: {{ name: Cat Lim, mail: cat@ops.example, calendar: berlin }}
queues:
  support: {{ prefix: SUP, purpose: P., owner: cat, urgent_when: U., handover: H., accept_within: 1h, assign: ben }}
  billing: {{ prefix: BIL, purpose: P., owner: ana, urgent_when: U., handover: H., accept_within: 1h, assign: cat }}
rules: [{{ name: all, when: {{ to: "a*" }}, then: {{ queue: billing }} }}]
unmatched: {{ queue: support }}
"#
    ))
}

fn now() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().expect("an instant")
}

#[test]
fn an_owner_hears_who_is_not_its_reader() {
    let policy = policy("");
    let cx = Context::new(&policy, now(), 57);
    let told = |to: &str, reason| match own_undelivered(&Reader::Person(to.into()), reason, "no such mailbox", &cx) {
        Some(Command::Tell(owner, notice)) => Some((owner.to_string(), notice.item.to_string(), notice.facts[2].text.clone())),
        _ => None,
    };
    let cat = |owner: &str| Some((owner.to_owned(), "DUTY-57".to_owned(), "no such mailbox".to_owned()));
    assert_eq!(
        told("ben", Reason::DutyChanged),
        cat("cat"),
        "who answers for the queue he works in"
    );
    assert_eq!(told("cat", Reason::Coverage), cat("ana"), "not herself");
    assert_eq!(told("ben", Reason::DeliveryFailed), None, "word of a word ends here");
}

#[test]
fn whoever_covers_and_is_away_too_is_named() {
    let (alone, both) = (policy(""), policy(", away: { from: 2026-11-24, until: 2026-11-25 }"));
    let said = |policy: &Policy| Context::new(policy, now(), 57).who_is_away(&"ana".into());
    assert_eq!(said(&alone), "who is away");
    assert_eq!(said(&both), "who is away, as is Ben Okafor, who covers");
}
