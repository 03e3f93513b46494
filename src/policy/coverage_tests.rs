//! What is found in the weeks around Christmas.

use super::Standing;
use crate::policy::{Policy, site};

fn policy() -> Policy {
    site::policy(
        r#"calendars:
  berlin: { time_zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" }, holidays: [{ 2026-10-28: Founding day }] }
  open: { time_zone: Europe/Berlin, hours: { mon-fri: "09:00-17:00" } }
people:
  ana: { name: Ana, mail: ana@ops.example, calendar: berlin, away: { from: 2026-11-02, until: 2026-11-03 } }
  ben: { name: Ben, mail: ben@ops.invalid, calendar: berlin }
rotations:
  duty:
    people: [ana, ben]
    changes: mon 09:00
    starts: 2026-10-19 09:00
    time_zone: Europe/Berlin
  days: { time_zone: Europe/Berlin, shifts: [{ people: [ana], hours: { mon-thu: "09:00-17:00" } }] }
queues:
  support: { prefix: SUP, purpose: P., owner: ana, urgent_when: U., handover: H., accept_within: 1h, assign: rotation:duty, calendar: open }
  desk: { prefix: DSK, purpose: P., owner: ana, urgent_when: U., handover: H., accept_within: 1h, assign: rotation:days, calendar: open }
rules: [{ name: all, when: { to: "a*" }, then: { queue: support } }, { name: rest, when: { to: "b*" }, then: { queue: desk } }]
unmatched: { queue: support }
"#,
    )
}

#[test]
fn weaknesses_are_told_with_their_times() {
    let policy = policy();
    let (from, to) = (
        "2026-10-19T07:00:00Z".parse().expect("an instant"),
        "2026-11-09T08:00:00Z".parse().expect("an instant"),
    );
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone");
    let local = |at: jiff::Timestamp| at.to_zoned(zone.clone()).strftime("%m-%d %H:%M").to_string();
    let found = policy.coverage(&Standing::default(), from, to);
    let lines: Vec<String> = found
        .iter()
        .map(|finding| {
            let queue = finding.queue.as_ref().map_or("-", |queue| queue.as_str());
            let when: Vec<String> = finding
                .when
                .iter()
                .map(|(from, until)| format!("{}/{}", local(*from), local(*until)))
                .collect();
            format!("{} {queue}: {} [{}]", finding.weakness.as_str(), finding.text, when.join(" "))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "gap desk: nobody is on duty while the queue works [10-22 17:00/10-26 09:00 10-29 17:00/11-02 09:00 11-05 17:00/11-09 09:00]",
            "away desk: ana is on duty and away, and nobody covers [11-02 09:00/11-02 17:00 11-03 09:00/11-03 17:00]",
            "away support: ana is on duty and away, and nobody covers [11-02 09:00/11-04 00:00]",
            "holiday desk: ana is on duty and off: Founding day [10-28 09:00/10-28 17:00]",
            "holiday support: ben is on duty and off: Founding day [10-28 00:00/10-29 00:00]",
            "single desk: all of it goes to ana, who owns it too, without a cover []",
            "address -: no mail reaches ben@ops.invalid: `.invalid` is not on the internet []",
            "clocks -: the clocks of Europe/Berlin go back by 60 min: nobody is on duty [10-25 02:00/10-25 02:00]",
            "clocks -: the clocks of Europe/Berlin go back by 60 min: the turn of ana is that much longer [10-25 02:00/10-25 02:00]",
        ]
    );
}
