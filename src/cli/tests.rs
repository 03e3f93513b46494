//! What people see: tables, timelines, sums, and how commands end.

use clap::{CommandFactory, Parser};
use jiff::tz::TimeZone;

use super::screen::{Screen, cut, length, plain};
use super::table::table;
use super::{Cli, Command, Format};
use crate::engine::ItemEvent;
use crate::model::{ClockKind, Item, State, SumInterval};
use crate::web::view::{ItemView, WhyView, history, tests as made_up};

pub(super) fn screen(columns: Option<usize>) -> Screen {
    Screen {
        format: Format::Human,
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        zone_name: "Europe/Berlin".into(),
        now: "2026-11-23T08:30:00Z".parse().unwrap(),
        columns,
        colour: false,
        seconds: false,
    }
}

fn overdue() -> Item {
    let mut item = made_up::item();
    item.id = "SUP-2".parse().unwrap();
    item.title = "A title from a stranger\u{202e} with \u{1b}[31mcolours".into();
    item.clocks[0].overdue = true;
    item.clocks[0].deadline = "2025-12-30T10:00:00Z".parse().unwrap();
    item
}

fn listed(columns: Option<usize>) -> String {
    let items = [made_up::item(), overdue()];
    let views: Vec<ItemView> = items.iter().map(Into::into).collect();
    super::list::human(&views, &screen(columns))
}

fn check(actual: &str, expected: &str) {
    let expected: String = expected
        .trim_start_matches('\n')
        .lines()
        .map(|line| line.strip_prefix("        ").unwrap_or(line).to_owned() + "\n")
        .collect();
    assert_eq!(actual.trim_end(), expected.trim_end(), "\n{actual}");
}

#[test]
fn list_is_a_table_with_the_most_pressing_first() {
    check(
        &listed(None),
        "
        ID     STATE    PRIORITY  HOLDER  DUE                     QUEUE    TITLE
        SUP-2  offered  high      ana     Tue 30 Dec 2025 11:00 *  support  A title from a stranger with  [31mcolours
        SUP-1  offered  high      ana     Mon 23 Nov 11:00        support  Printer on fire

        2 open of 2 shown; times in Europe/Berlin; * overdue"
            .replace("DUE                     QUEUE", "DUE                      QUEUE")
            .replace("Mon 23 Nov 11:00        support", "Mon 23 Nov 11:00         support")
            .as_str(),
    );
    assert_eq!(super::list::human(&[], &screen(None)), "Nothing is open.\n");
}

#[test]
fn a_narrow_terminal_gets_two_lines_a_row() {
    let text = listed(Some(60));
    assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
    assert!(text.contains("\n  Printer on fire\n"), "{text}");
    let wide = listed(Some(100));
    assert!(
        wide.lines().all(|line| line.chars().count() <= 100) && wide.contains("A title from a stranger with  […"),
        "{wide}"
    );
    let rows = [["a".to_owned(), "b".to_owned()]];
    assert_eq!(table(["X", "LONGER"], &rows, Some(10)), "X\n  LONGER\na\n  b\n");
}

#[test]
fn show_has_header_clocks_and_timeline() {
    let item = made_up::item();
    let history = history(&item.id, &made_up::records());
    check(
        &super::show::human(&(&item).into(), &history, &screen(None)),
        "
        SUP-1  Printer on fire

        State       offered
        Queue       support, priority high
        Holder      ana
        Accountable cat
        Offered to  team:desk
        Labels      print
        Key         printer
        Rule        printers (batond.yaml:40:5)
        Opened      Mon 23 Nov 09:00 by inbox

        Clocks
          accept      due Mon 23 Nov 11:00, warning Mon 23 Nov 10:30

        Timeline
          Mon 23 Nov 09:00  joe@home.example: opened in support by rule printers, came by inbox
              | It burns.
              | Help.
          Mon 23 Nov 09:00  batond: offered to team:desk: the queue says so
          Mon 23 Nov 09:20  ben: says, by reply (key, From)
              | accept
          Mon 23 Nov 09:20  ben: accepted by ben
              | on it
          Mon 23 Nov 09:20  ben: note
              | bring water

        Times in Europe/Berlin.",
    );
}

#[test]
fn why_prints_rule_sum_and_next() {
    let mut item = made_up::item();
    let interval = |from: &str, to: &str| SumInterval {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
    };
    item.clocks[0].sum = vec![
        interval("2026-11-23T08:00:00Z", "2026-11-23T09:30:00Z"),
        interval("2026-11-24T08:00:00Z", "2026-11-24T08:30:00Z"),
    ];
    item.clocks[0].sum_omitted = 1;
    item.clocks[0].holidays = vec!["2026-11-23 Founders' Day".into()];
    check(
        &super::why::human(&WhyView::of(&item, &made_up::policy()), &screen(None)),
        "
        SUP-1 is here because of rule `printers`, written at batond.yaml:40:5.
        cat answers for it now.

        accept: Mon 23 Nov 11:00 (Europe/Berlin)
          promised 2 working hours, counted in calendar always, policy r1
          started Mon 23 Nov 09:00
            Mon 23 Nov 09:00–10:30  1 h 30 min
            … 1 more …
            Tue 24 Nov 09:00–09:30  30 min
            no work on 2026-11-23 Founders' Day

        Next, Mon 23 Nov 10:30 (Europe/Berlin): warning: three quarters of the time for accept have passed; tells ana, ben.
        Why: accept was promised within 2 working hours.",
    );
    item.state = State::Done;
    item.clocks.clear();
    let closed = super::why::human(&WhyView::of(&item, &made_up::policy()), &screen(None));
    assert!(closed.contains("it is closed"), "{closed}");
}

#[test]
fn a_long_message_is_cut_in_the_timeline() {
    let mut records = made_up::records();
    if let crate::engine::Step::Item(_, events) = &mut records[1].steps[1] {
        events.push(ItemEvent::Noted {
            by: None,
            text: "x\n".repeat(50),
        });
    }
    let item = made_up::item();
    let text = super::show::human(&(&item).into(), &history(&item.id, &records), &screen(None));
    assert!(text.contains("      | … 30 lines more, see --format json"), "{text}");
    assert!(
        !text.contains(ClockKind::Accept.as_str().to_owned().as_str()) || !text.contains("clock starts"),
        "{text}"
    );
}

#[test]
fn small_words() {
    assert_eq!(
        [0, 45, 3_600, 5_400, 7_201].map(length),
        ["0 s", "45 s", "1 h", "1 h 30 min", "2 h 1 s"]
    );
    assert_eq!(plain("a\r\nb\u{202e}c\u{7}"), "a  bc");
    assert_eq!((cut("abcdef", 4).as_str(), cut("abcd", 4).as_str()), ("abc…", "abcd"));
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
    let parsed = Cli::try_parse_from(["batond", "do", "SUP-1", "--as", "ben", "note", "--all", "wet"]).unwrap();
    assert!(matches!(parsed.command, Command::Do(_)), "{parsed:?}");
    assert_eq!(Cli::try_parse_from(["batond", "show", "nonsense"]).unwrap_err().exit_code(), 2);
    let help = Cli::command().render_help().to_string();
    for code in ["0 ", "1 ", "2 ", "3 ", "69", "70", "74", "75", "78"] {
        assert!(
            help.lines().any(|line| line.trim_start().starts_with(code)),
            "exit code {code} is not documented in\n{help}"
        );
    }
}

#[test]
fn who_says_until_when_and_who_is_next() {
    let view = |name: &str, kind: &str, people: &[&str]| crate::web::view::DutyView {
        name: name.into(),
        kind: kind.into(),
        rotation: Some("round".into()),
        at: "2026-11-23T08:30:00Z".parse().unwrap(),
        time_zone: Some("UTC".into()),
        on_duty: people.iter().map(|person| (*person).into()).collect(),
        away: Vec::new(),
        because: "their turn in europe".into(),
        until: Some("2026-11-23T15:00:00Z".parse().unwrap()),
        next: Some(Vec::new()),
        owner: Some("olga".into()),
        fallback: None,
    };
    let gap = crate::web::view::DutyView {
        because: "nobody is on duty: items are parked, the owner is told".into(),
        until: None,
        next: None,
        ..view("support", "queue", &[])
    };
    check(
        &super::who::human(&[view("round", "rotation", &["ana"]), gap], &screen(None)),
        "
        NAME     ON DUTY  UNTIL             NEXT    WHY
        round    ana      Mon 23 Nov 16:00  nobody  their turn in europe
        support  nobody   -                 -       rotation:round, nobody is on duty: items are parked, the owner is told (olga)

        at Mon 23 Nov 09:30; times in Europe/Berlin",
    );
    assert!(super::who::human(&[], &screen(None)).starts_with("There is no rotation."));
}
