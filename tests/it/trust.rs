//! Who is obeyed: forged mail, forwarded notices, one-time codes. By the writer itself, over memory. Figures are printed.

use std::path::Path;
use std::sync::Arc;

use batond::driver::{Arrival, ArrivalKind, Core, Reading};
use batond::model::{Address, Delivery, Envelope, Item, ItemId, Reason, State};
use batond::reply::KeyRing;
use batond::store::MemoryStore;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

const START: &str = "2026-11-23T09:00:00Z";

struct Desk {
    core: Core,
    now: Timestamp,
    mails: u32,
}

impl Desk {
    /// A desk at which nothing proves who writes, with SUP-1 accepted by ana.
    fn unproven() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/timeline/unproven.yaml");
        let policy = batond::config::load(&file).config.expect("it is in order").policy;
        let keys = KeyRing::new(&[vec![7; 32].into()]).unwrap();
        let mut core = Core::new(Box::new(MemoryStore::new()), Arc::new(policy), keys);
        let now: Timestamp = START.parse().unwrap();
        core.begin(now).unwrap();
        core.commit().unwrap();
        let mut desk = Self { core, now, mails: 0 };
        desk.mail(
            "kim@customer.example",
            "support@ops.example",
            "Subject: Printer on fire\r\n",
            "It burns.",
        );
        let to = desk.answer_to("SUP-1");
        desk.mail("ana@ops.example", &to, "Subject: Re: it\r\n", "accept");
        assert_eq!((desk.item().state, desk.item().holder.unwrap().as_str()), (State::Accepted, "ana"));
        desk
    }

    fn mail(&mut self, from: &str, to: &str, headers: &str, text: &str) {
        self.mails += 1;
        let id = format!("m{}@sender.example", self.mails);
        self.raw(
            from,
            to,
            &format!("From: <{from}>\r\nTo: <{to}>\r\nMessage-ID: <{id}>\r\n{headers}\r\n{text}\r\n"),
        );
    }

    fn raw(&mut self, from: &str, to: &str, raw: &str) {
        self.now += SignedDuration::from_secs(1);
        let arrival = Arrival {
            source: "inbox".into(),
            received: self.now,
            raw: Bytes::from(raw.to_owned().into_bytes()),
            kind: ArrivalKind::Mail(Envelope {
                from: Some(from.to_owned()),
                to: vec![to.to_owned()],
                ..Envelope::default()
            }),
        };
        let reading = Reading::read(arrival, self.core.policy());
        self.core.receive(&reading, self.now).unwrap();
        self.core.commit().unwrap();
    }

    fn item(&self) -> Item {
        self.core.store().item(&ItemId::new("SUP", 1)).unwrap().expect("it is there")
    }

    fn mails(&self) -> Vec<Delivery> {
        let end = self.now + SignedDuration::from_hours(1);
        self.core.store().outbox_due(end, 9_999).unwrap()
    }

    fn of(&self, reason: Reason) -> Vec<Delivery> {
        let is = |delivery: &Delivery| delivery.notices.iter().any(|(_, other, _)| *other == reason);
        self.mails().into_iter().filter(is).collect()
    }

    /// Where an answer to the last mail about something goes.
    fn answer_to(&self, id: &str) -> String {
        let about =
            |delivery: &Delivery| delivery.notices.iter().any(|(_, _, item)| item.to_string() == id) && delivery.reader.person().is_some();
        let last = self
            .mails()
            .into_iter()
            .rfind(about)
            .unwrap_or_else(|| panic!("nobody was told of {id}"));
        last.letter.reply_to.as_ref().map(Address::to_string).expect("it can be answered")
    }
}

/// What somebody must not be able to change.
fn standing(item: &Item) -> String {
    format!(
        "{:?}",
        (
            item.state,
            &item.holder,
            &item.accountable,
            item.priority,
            &item.offered_to,
            &item.clocks,
            &item.plan,
            &item.labels
        )
    )
}

#[test]
fn c1_a_thousand_forged_mails_change_nothing() {
    let mut desk = Desk::unproven();
    let before = standing(&desk.item());
    let mut sent = 0;
    for number in 0..1_000 {
        let words = ["done", "pass ben", "drop it is nothing"][number % 3];
        let headers = match number % 2 {
            // In the thread of whoever asked, which anybody who is copied knows.
            0 => "Subject: Re: SUP-1 Printer on fire\r\nIn-Reply-To: <m1@sender.example>\r\nReferences: <m1@sender.example>\r\n".to_owned(),
            _ => format!("Subject: Re: SUP-1 Printer on fire: please accept {number}\r\n"),
        };
        desk.mail("ana@ops.example", "desk@ops.example", &headers, words);
        sent += 1;
    }
    let asked = desk.of(Reason::Confirm);
    println!("C1: {sent} forged mails, 0 state changes, {} mails that ask ana", asked.len());
    assert_eq!(standing(&desk.item()), before);
    assert!(asked.len() <= 3, "{} mails ask ana back", asked.len());
    assert!(asked.iter().all(|mail| mail.letter.to.to_string() == "ana@ops.example"));
}

#[test]
fn c1_the_same_forged_mail_a_thousand_times_asks_once() {
    let mut desk = Desk::unproven();
    let before = standing(&desk.item());
    let to = desk.answer_to("SUP-1");
    for _ in 0..1_000 {
        desk.mail("mallory@elsewhere.example", &to, "Subject: Re: it\r\n", "done");
    }
    assert_eq!(standing(&desk.item()), before);
    let asked = desk.of(Reason::Confirm).len();
    println!("C1: 1000 commands with a key from elsewhere, 0 state changes, {asked} mail that asks ana");
    assert_eq!(asked, 1);
    assert_eq!(desk.of(Reason::Receipt).len(), 1, "only of ana's own words");
}

#[test]
fn c5_a_forwarded_notice_asks_the_right_person() {
    let mut desk = Desk::unproven();
    let before = standing(&desk.item());
    let to = desk.answer_to("SUP-1");
    for verb in [
        "done, all good",
        "accept",
        "snooze 2h",
        "reply we are sorry",
        "note hello",
        "priority low",
        "why",
    ] {
        desk.mail("mallory@elsewhere.example", &to, "Subject: Re: it\r\n", verb);
    }
    assert_eq!(standing(&desk.item()), before);
    assert_eq!(desk.of(Reason::Reply).len(), 0, "nothing went to the requester");
    let asked = desk.of(Reason::Confirm);
    println!(
        "C5: 7 answers by a third party, 0 effects, {} mails to ana, 0 to mallory",
        asked.len()
    );
    assert_eq!(asked.len(), 3);
    assert!(
        desk.mails()
            .iter()
            .all(|mail| mail.letter.to.to_string() != "mallory@elsewhere.example")
    );
    let text = &asked[0].letter.text;
    assert!(
        text.contains("mallory@elsewhere.example") && text.contains("done, all good"),
        "{text}"
    );
    // Whoever has a notice has no code; ana has it, and it works once, from her address, unchanged.
    let code = asked[0].letter.reply_to.as_ref().unwrap().to_string();
    desk.mail("mallory@elsewhere.example", &code, "Subject: Re: it\r\n", "yes");
    let (local, domain) = code.split_once('@').unwrap();
    let last = if local.ends_with('0') { '1' } else { '0' };
    desk.mail(
        "ana@ops.example",
        &format!("{}{last}@{domain}", &local[..local.len() - 1]),
        "Subject: Re: it\r\n",
        "yes",
    );
    desk.mail(
        "ana@ops.example",
        &code,
        "Subject: Re: it\r\nAuto-Submitted: auto-replied\r\n",
        "yes",
    );
    assert_eq!(desk.item().state, State::Accepted);
    desk.mail("ana@ops.example", &code, "Subject: Re: it\r\n", "yes");
    assert_eq!(desk.item().state, State::Done);
    let to = desk.answer_to("SUP-1");
    desk.mail("ana@ops.example", &code, "Subject: Re: it\r\n", "yes please");
    assert_eq!(desk.item().state, State::Done);
    assert_eq!(to, desk.answer_to("SUP-1"), "the second yes came to nothing");
}

#[test]
fn what_is_confirmed_late_is_judged_as_it_stands_then() {
    let mut desk = Desk::unproven();
    let to = desk.answer_to("SUP-1");
    desk.mail("ana@ops.example", &to, "Subject: Re: it\r\n", "pass ben");
    let code = desk.answer_to("CODE-1");
    // Meanwhile it is closed at the command line.
    let lines = vec![batond::reply::Line {
        text: "done".to_owned(),
        said: batond::reply::Said::Verb(batond::reply::Verb::Done(None)),
    }];
    let actor = batond::engine::Actor {
        reader: batond::model::Reader::Person("ana".into()),
        evidence: batond::engine::Evidence::Local,
        address: None,
        proof: None,
    };
    desk.core.act(ItemId::new("SUP", 1), actor, lines, desk.now).unwrap();
    desk.core.commit().unwrap();
    desk.mail("ana@ops.example", &code, "Subject: Re: it\r\n", "yes");
    assert_eq!(desk.item().state, State::Done);
    let receipts = desk.of(Reason::Receipt);
    let text = &receipts.last().unwrap().letter.text;
    assert!(text.contains("it is done already"), "{text}");
}
