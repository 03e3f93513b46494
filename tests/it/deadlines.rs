//! Thirty worked deadlines, made by the engine, printed in `docs/deadlines.md`, and counted again minute by minute by somebody who knows nothing of it.

use batond::model::{ClockKind, Span};
use batond::simulate::{Step, Table, What, World};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::config::{at, compare};

/// What is promised.
struct Row {
    why: &'static str,
    zone: &'static str,
    /// Days and spans, as the configuration writes them.
    hours: &'static [(&'static str, &'static str)],
    /// Days off.
    off: &'static [&'static str],
    /// Dates and their own hours; `closed` for none.
    exceptions: &'static [(&'static str, &'static str)],
    /// Local time, or an instant where that is not clear.
    from: &'static str,
    within: &'static str,
    /// From and to of each time the item waits for its requester.
    waits: &'static [(&'static str, &'static str)],
}

const OFFICE: &[(&str, &str)] = &[("mon-thu", "09:00-17:30"), ("fri", "09:00-16:00")];
const LUNCH: &[(&str, &str)] = &[("mon-fri", "08:30-12:00 13:00-17:00")];
const ALWAYS: &[(&str, &str)] = &[("mon-sun", "00:00-24:00")];
const SATURDAY_NIGHT: &[(&str, &str)] = &[("sat", "22:00-06:00")];
const PLAIN: &[(&str, &str)] = &[("mon-fri", "09:00-17:00")];

const fn row(
    why: &'static str,
    zone: &'static str,
    hours: &'static [(&'static str, &'static str)],
    from: &'static str,
    within: &'static str,
) -> Row {
    Row {
        why,
        zone,
        hours,
        off: &[],
        exceptions: &[],
        from,
        within,
        waits: &[],
    }
}

const ROWS: [Row; 30] = [
    row("within a day", "Europe/Berlin", OFFICE, "2026-11-23T10:00", "2 working hours"),
    row("over an evening", "Europe/Berlin", OFFICE, "2026-11-23T16:30", "4 working hours"),
    row(
        "over a short Friday and a weekend",
        "Europe/Berlin",
        OFFICE,
        "2026-11-27T15:30",
        "4 working hours",
    ),
    row(
        "over with the last second of a day",
        "Europe/Berlin",
        OFFICE,
        "2026-11-23T15:30",
        "2 working hours",
    ),
    row("over lunch", "America/New_York", LUNCH, "2026-11-23T11:00", "2 working hours"),
    row(
        "from within a working day",
        "Europe/Berlin",
        OFFICE,
        "2026-11-25T11:00",
        "2 working days",
    ),
    row(
        "a working day that is longer than the last",
        "Europe/Berlin",
        OFFICE,
        "2026-11-26T17:00",
        "1 working day",
    ),
    row(
        "a working day from outside",
        "Europe/Berlin",
        OFFICE,
        "2026-11-27T18:00",
        "1 working day",
    ),
    Row {
        off: &["2026-12-25", "2026-12-26"],
        ..row("over Christmas", "Europe/Berlin", OFFICE, "2026-12-24T16:30", "4 working hours")
    },
    Row {
        off: &["2026-12-24", "2026-12-25"],
        exceptions: &[("2026-12-24", "09:00-12:00"), ("2026-12-28", "closed")],
        ..row(
            "over a short day and a closed one",
            "Europe/Berlin",
            OFFICE,
            "2026-12-23T16:00",
            "6 working hours",
        )
    },
    Row {
        off: &["2026-11-26"],
        ..row("Thanksgiving", "America/New_York", LUNCH, "2026-11-25T14:00", "1 working day")
    },
    Row {
        off: &["2026-12-24"],
        ..row(
            "a holiday takes the night that begins on it",
            "Europe/Berlin",
            &[("mon-fri", "22:00-06:00")],
            "2026-12-24T03:00",
            "4 working hours",
        )
    },
    row(
        "a working day that is a night",
        "Europe/Berlin",
        &[("mon-fri", "22:00-06:00")],
        "2026-11-28T02:00",
        "1 working day",
    ),
    row(
        "the night on which the clocks go forward",
        "Europe/Berlin",
        SATURDAY_NIGHT,
        "2026-03-28T12:00",
        "8 working hours",
    ),
    row(
        "the night on which the clocks go back",
        "Europe/Berlin",
        SATURDAY_NIGHT,
        "2026-10-24T12:00",
        "9 working hours",
    ),
    row(
        "from within the hour that comes twice",
        "Europe/Berlin",
        ALWAYS,
        "2026-10-25T01:30:00Z",
        "2 working hours",
    ),
    row(
        "a working day of 23 hours",
        "Europe/Berlin",
        ALWAYS,
        "2026-03-29T00:00",
        "1 working day",
    ),
    row(
        "half an hour forward",
        "Australia/Lord_Howe",
        ALWAYS,
        "2026-10-03T20:00",
        "12 working hours",
    ),
    row(
        "half an hour back",
        "Australia/Lord_Howe",
        ALWAYS,
        "2026-04-04T20:00",
        "12 working hours",
    ),
    row(
        "midnight is skipped",
        "America/Santiago",
        &[("sat", "20:00-24:00"), ("sun", "00:00-04:00")],
        "2026-09-05T22:00",
        "4 working hours",
    ),
    row(
        "the hour before midnight comes twice",
        "America/Santiago",
        &[("sat", "20:00-24:00"), ("sun", "00:00-04:00")],
        "2026-04-04T22:00",
        "4 working hours",
    ),
    row(
        "the hour after midnight comes twice",
        "America/Havana",
        ALWAYS,
        "2026-10-31T23:00",
        "3 working hours",
    ),
    row("a day that never was", "Pacific/Apia", PLAIN, "2011-12-29T16:00", "2 working hours"),
    row(
        "a zone that is 45 minutes off",
        "Pacific/Chatham",
        &[("sun", "01:00-05:00")],
        "2026-09-26T12:00",
        "3 working hours",
    ),
    row(
        "time that passes, whatever the hours",
        "America/New_York",
        PLAIN,
        "2026-10-31T12:00",
        "2d",
    ),
    Row {
        waits: &[("2026-11-23T11:00", "2026-11-24T10:00")],
        ..row(
            "a wait for the requester",
            "Europe/Berlin",
            OFFICE,
            "2026-11-23T10:00",
            "4 working hours",
        )
    },
    Row {
        off: &["2026-12-25"],
        waits: &[("2026-12-23T16:00", "2026-12-24T10:00"), ("2026-12-24T12:00", "2026-12-28T09:30")],
        ..row(
            "two waits, one over Christmas",
            "Europe/Berlin",
            OFFICE,
            "2026-12-23T14:00",
            "8 working hours",
        )
    },
    Row {
        waits: &[("2026-10-23T15:00", "2026-10-26T09:00")],
        ..row(
            "a wait over the night on which the clocks go back",
            "Europe/Berlin",
            PLAIN,
            "2026-10-23T14:00",
            "2 working days",
        )
    },
    Row {
        off: &["2026-12-25", "2027-01-01"],
        ..row(
            "a quarter of a year",
            "Europe/Berlin",
            OFFICE,
            "2026-11-23T09:00",
            "500 working hours",
        )
    },
    Row {
        exceptions: &[("2027-03-06", "10:00-18:00"), ("2027-03-07", "10:00-16:00")],
        ..row(
            "a fair: nothing but days of their own",
            "Europe/Berlin",
            &[],
            "2026-11-23T09:00",
            "10 working hours",
        )
    },
];

/// A local time, or an instant.
fn instant(text: &str, zone: &TimeZone) -> Timestamp {
    let local = || {
        text.parse::<DateTime>()
            .expect("a local time")
            .to_zoned(zone.clone())
            .expect("in range")
            .timestamp()
    };
    text.parse().unwrap_or_else(|_| local())
}

/// The deadline as the engine promises it on an item, with everything that happens to it.
fn engine(row: &Row, zone: &TimeZone) -> Timestamp {
    let quoted = |spans: &str| match spans {
        "closed" => "closed".to_owned(),
        spans => format!(
            "[{}]",
            spans.split(' ').map(|span| format!("\"{span}\"")).collect::<Vec<_>>().join(", ")
        ),
    };
    let map = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(key, spans)| format!("{key}: {}", quoted(spans)));
        format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
    };
    let text = format!(
        "calendars:
  worked: {{ time_zone: {}, hours: {}, holidays: [{}], exceptions: {} }}
people:
  ana: {{ name: Ana Ruiz, mail: ana@ops.example, time_zone: UTC, hours: {{ daily: \"00:00-24:00\" }} }}
queues:
  support:
    prefix: SUP
    purpose: Questions of customers.
    owner: ana
    urgent_when: Never.
    handover: Nothing.
    calendar: worked
    accept_within: 300d
    resolve_within: {}
    tell_requester: [received]
    follow_up: {{ first: 300d, again: 300d, times: 1, then: close }}
rules:
  - name: support
    when: {{ to: \"support@*\" }}
    then: {{ queue: support }}
unmatched: {{ queue: support }}
",
        row.zone,
        map(row.hours),
        row.off.join(", "),
        map(row.exceptions),
        row.within
    );
    let policy = crate::site::site(&text);

    let mail = What::Mail {
        from: "kim@customer.example".to_owned(),
        to: "support@ops.example".to_owned(),
        subject: "A question".to_owned(),
        headers: Vec::new(),
        text: "When?".to_owned(),
    };
    let reply = |who: &str, text: &str| What::Reply {
        who: who.to_owned(),
        item: None,
        text: text.to_owned(),
    };
    let mut steps = vec![(instant(row.from, zone), mail)];
    for (from, to) in row.waits {
        steps.push((instant(from, zone), reply("ana", "wait")));
        steps.push((instant(to, zone), reply("requester", "Here it is.")));
    }
    let mut world = World::new(policy, steps[0].0);
    let mut table = Table::new(zone.clone());
    for (at, what) in steps {
        world.advance(at, &mut table).expect("time passes");
        world.play(&Step { line: 1, at, what }, &mut table).expect("a step");
    }
    let items = world.store().items(false).expect("items");
    let clock = items[0].clock(ClockKind::Resolve).expect("a deadline");
    assert!(clock.paused.is_none(), "{}: it stands still", row.why);
    clock.deadline
}

/// The same, counted on the clock on the wall, one minute after another.
struct Oracle<'r> {
    row: &'r Row,
    zone: &'r TimeZone,
}

impl Oracle<'_> {
    /// Spans that begin on a date, in minutes of the day; beyond 1,440 they are on the next.
    fn spans(&self, date: Date) -> Vec<(i64, i64)> {
        let written = date.to_string();
        let read = |spans: &str| {
            let minutes = |clock: &str| {
                clock
                    .split_once(':')
                    .map(|(h, m)| h.parse::<i64>().expect("hour") * 60 + m.parse::<i64>().expect("minute"))
            };
            let span = |span: &str| {
                let (from, to) = span.split_once('-').expect("a span");
                let (from, to) = (minutes(from).expect("a time"), minutes(to).expect("a time"));
                (from, if to <= from { to + 1_440 } else { to })
            };
            spans.split(' ').filter(|span| *span != "closed").map(span).collect::<Vec<_>>()
        };
        if let Some((_, spans)) = self.row.exceptions.iter().find(|(day, _)| *day == written) {
            return read(spans);
        }
        if self.row.off.contains(&written.as_str()) {
            return Vec::new();
        }
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let today = usize::try_from(date.weekday().to_monday_zero_offset()).expect("weekday");
        let holds = |days: &str| {
            let (first, last) = days.split_once('-').unwrap_or((days, days));
            let at = |day: &str| names.iter().position(|name| *name == day).expect("a day");
            (at(first)..=at(last)).contains(&today)
        };
        self.row
            .hours
            .iter()
            .filter(|(days, _)| holds(days))
            .flat_map(|(_, spans)| read(spans))
            .collect()
    }

    /// Every minute from a day before `from` on, with the day whose hours are open in it.
    fn minutes(&self, from: Timestamp) -> impl Iterator<Item = (Timestamp, Option<Date>)> {
        let mut highest = DateTime::MIN;
        (-26 * 60_i64..).map(move |minute| {
            let now = from + minute.minutes();
            // What the clock has shown already does not come again.
            highest = highest.max(self.zone.to_datetime(now));
            let minute_of = |day: Date| {
                i64::from(highest.date().since(day).expect("days").get_days()) * 1_440
                    + i64::from(highest.hour()) * 60
                    + i64::from(highest.minute())
            };
            let open = |day: &Date| {
                self.spans(*day)
                    .iter()
                    .any(|(start, end)| (*start..*end).contains(&minute_of(*day)))
            };
            let days = [highest.date(), highest.date().yesterday().expect("a day before")];
            (now, days.into_iter().find(open))
        })
    }

    /// When `minutes` of open time from `from` on are over.
    fn worked(&self, from: Timestamp, minutes: usize) -> Timestamp {
        let open = self.minutes(from).filter(|(now, day)| *now >= from && day.is_some());
        open.map(|(now, _)| now).nth(minutes - 1).expect("enough") + 1.minute()
    }

    /// When so many working days are over.
    fn worked_days(&self, from: Timestamp, days: usize) -> Timestamp {
        let open = self.minutes(from).filter_map(|(now, day)| Some((now, day?)));
        // Four weeks hold every row.
        let open: Vec<(Timestamp, Date)> = open.take_while(|(now, _)| *now < from + (28 * 24).hours()).collect();
        let mut ahead: Vec<Date> = open.iter().filter(|(now, _)| *now >= from).map(|(_, day)| *day).collect();
        ahead.dedup();
        let gone = open.iter().filter(|(now, day)| *now < from && *day == ahead[0]).count();
        let last = ahead[if gone > 0 { days } else { days - 1 }];
        let of_last: Vec<Timestamp> = open.iter().filter(|(_, day)| *day == last).map(|(now, _)| *now).collect();
        let index = if gone > 0 { gone.min(of_last.len()) } else { of_last.len() };
        of_last[index - 1] + 1.minute()
    }

    fn deadline(&self) -> Timestamp {
        let from = instant(self.row.from, self.zone);
        let mut deadline = match self.row.within.parse().expect("a span") {
            Span::Elapsed(seconds) => return from + seconds.seconds(),
            Span::Working(seconds) => self.worked(from, usize::try_from(seconds / 60).expect("minutes")),
            Span::WorkingDays(days) => self.worked_days(from, usize::try_from(days).expect("days")),
        };
        for (stands, goes_on) in self.row.waits {
            let stands = instant(stands, self.zone);
            let rest = self.minutes(stands).take_while(|(now, _)| *now < deadline);
            let left = rest.filter(|(now, day)| *now >= stands && day.is_some()).count();
            deadline = self.worked(instant(goes_on, self.zone), left);
        }
        deadline
    }
}

#[test]
fn thirty_deadlines_are_what_a_count_by_the_minute_gives() {
    let mut text = String::from(HEAD);
    for (number, row) in (1..).zip(&ROWS) {
        let zone = TimeZone::get(row.zone).expect("a zone");
        let shown = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%a %Y-%m-%d %H:%M %:z").to_string();
        let promised = engine(row, &zone);
        let counted = Oracle { row, zone: &zone }.deadline();
        assert_eq!(shown(promised), shown(counted), "{}", row.why);
        let hours: Vec<String> = row.hours.iter().map(|(days, spans)| format!("{days} {spans}")).collect();
        let days = row.off.iter().filter(|day| !row.exceptions.iter().any(|(other, _)| other == *day));
        let days = days.map(|day| format!("{day} off"));
        let days: Vec<String> = days
            .chain(row.exceptions.iter().map(|(day, spans)| format!("{day} {spans}")))
            .collect();
        let waits: Vec<String> = row
            .waits
            .iter()
            .map(|(from, to)| format!("{} to {}", from.replace('T', " "), to.replace('T', " ")))
            .collect();
        text.push_str(&format!(
            "| {number} | {} | {} | {} | {} | {} | {} | {} | **{}** |\n",
            row.why,
            row.zone,
            hours.join("; "),
            days.join("; "),
            shown(instant(row.from, &zone)),
            row.within,
            waits.join("; "),
            shown(promised),
        ));
    }
    compare(&at("docs/deadlines.md"), &text).unwrap_or_else(|why| panic!("{why}\nBATOND_UPDATE=1 writes what is actual"));
}

const HEAD: &str = "\
# Thirty deadlines

Each row is a promise as batond makes it on an item, with the waits that its clock stood still for. The table is written by a test from the engine
itself, and each deadline is counted again minute by minute on the clock on the wall. How it is counted: [calendars.md](calendars.md).

| | | zone | hours | days | starts | within | waits | due |
|---|---|---|---|---|---|---|---|---|
";
