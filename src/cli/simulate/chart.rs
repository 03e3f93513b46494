//! Charts as SVG: hours of the day, the whole time, deadlines. May import simulate. Numbers stand beside every chart; colours come from the page's style.

use std::fmt::Write;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::simulate::summary::{Hours, Kept, NIGHT};

/// The width of every chart, in its own units; a page scales it to its column.
const WIDTH: f64 = 720.0;
/// The height of the bars.
const BARS: f64 = 90.0;
/// What stands above and below them.
const ABOVE: f64 = 14.0;
/// See [`ABOVE`].
const BELOW: f64 = 26.0;
/// A longer time than this, in hours, is drawn by the day.
const MAX_HOURS: i64 = 15 * 24;
/// The most bars of a chart; a longer time is cut at its end, and said.
const MAX_BARS: usize = 400;

/// Bars for the hours of the day, the night shaded.
pub(super) fn of_day(hours: &Hours, what: &str) -> String {
    let counts = hours.of_day();
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let step = WIDTH / 24.0;
    let mut svg = head(&format!("{what} by hour of the day, at most {most} in an hour"));
    for (from, to) in [(0.0, f64::from(NIGHT.1)), (f64::from(NIGHT.0), 24.0)] {
        rect(&mut svg, "night", (from * step, ABOVE), ((to - from) * step, BARS), "");
    }
    for (hour, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = share(*count, most);
        let at = (hour as f64 * step + 2.0, ABOVE + BARS - height);
        let (next, s) = (hour + 1, if *count == 1 { "" } else { "s" });
        rect(
            &mut svg,
            "bar",
            at,
            (step - 4.0, height),
            &format!("{hour}:00 to {next}:00: {count} {what}{s}"),
        );
        let middle = hour as f64 * step + step / 2.0;
        let _ = write!(svg, "<text x='{middle:.1}' y='{:.1}' class='n'>{count}</text>", at.1 - 3.0);
    }
    for hour in [0, 6, 12, 18, 24] {
        tick(&mut svg, f64::from(hour) * step, &format!("{hour}h"));
    }
    axis(&mut svg);
    svg + "</svg>"
}

/// Bars for the whole time, by the hour or by the day, each day begun by a line.
pub(super) fn through_time(counts: &[(Timestamp, u64)], from: Timestamp, to: Timestamp, zone: &TimeZone, what: &str) -> String {
    let hours = from.duration_until(to).as_hours().max(1);
    let by_day = hours > MAX_HOURS;
    let days = days(from, to, zone);
    let last = days.last().copied().unwrap_or(to).min(to);
    let length = from.duration_until(last).as_secs_f64().max(1.0);
    let x = |at: Timestamp| (from.duration_until(at).as_secs_f64() / length * WIDTH).clamp(0.0, WIDTH);
    // What falls into one bar.
    let mut bars: Vec<(Timestamp, Timestamp, u64)> = Vec::new();
    for (at, count) in counts.iter().filter(|(at, _)| *at < last) {
        let end = if by_day {
            days.iter().find(|day| **day > *at).copied().unwrap_or(last)
        } else {
            at.checked_add(1.hour()).unwrap_or(last)
        };
        match bars.last_mut().filter(|bar| bar.1 == end) {
            Some(bar) => bar.2 += count,
            None => bars.push((*at, end, *count)),
        }
    }
    let most = bars.iter().map(|bar| bar.2).max().unwrap_or(0).max(1);
    let mut svg = head(&format!("{what}s through the whole time, at most {most} in one bar"));
    let every = days.len().div_ceil(6).max(1);
    for (number, day) in days.iter().enumerate().filter(|(_, day)| **day < last) {
        let at = x(*day);
        let _ = write!(
            svg,
            "<line x1='{at:.1}' x2='{at:.1}' y1='{ABOVE}' y2='{:.1}' class='day'/>",
            ABOVE + BARS
        );
        if number % every == 0 {
            tick(&mut svg, at, &day.to_zoned(zone.clone()).strftime("%a %-d").to_string());
        }
    }
    for (begin, end, count) in bars {
        let height = share(count, most);
        let width = (x(end) - x(begin) - 0.5).max(1.0);
        let when = begin.to_zoned(zone.clone()).strftime("%a %-d %b %H:%M");
        let said = format!("from {when}: {count}");
        rect(&mut svg, "bar", (x(begin), ABOVE + BARS - height), (width, height), &said);
    }
    axis(&mut svg);
    svg + "</svg>"
}

/// One bar, what was met before what was missed.
pub(super) fn kept(kept: Kept) -> String {
    let all = (kept.met + kept.missed).max(1) as f64;
    let met = kept.met as f64 / all * 100.0;
    format!(
        "<svg class='kept' viewBox='0 0 100 8' preserveAspectRatio='none' role='img' aria-label='{} met, {} missed'><rect class='met' width='{met:.1}' height='8'/><rect class='missed' x='{met:.1}' width='{:.1}' height='8'/></svg>",
        kept.met,
        kept.missed,
        100.0 - met
    )
}

/// Midnights from the first instant on, the last one past the end.
fn days(from: Timestamp, to: Timestamp, zone: &TimeZone) -> Vec<Timestamp> {
    let mut days = vec![from];
    let mut date = from.to_zoned(zone.clone()).date();
    while days.len() <= MAX_BARS && days.last().is_some_and(|day| *day < to) {
        let Ok(next) = date.tomorrow() else { break };
        let Ok(midnight) = next.to_zoned(zone.clone()) else { break };
        date = next;
        days.push(midnight.timestamp());
    }
    days
}

fn share(count: u64, most: u64) -> f64 {
    (count as f64 / most as f64 * BARS).max(1.5)
}

fn head(label: &str) -> String {
    let height = ABOVE + BARS + BELOW;
    format!("<svg class='chart' viewBox='0 0 {WIDTH} {height}' role='img' aria-label='{label}'>")
}

fn rect(svg: &mut String, class: &str, (x, y): (f64, f64), (width, height): (f64, f64), said: &str) {
    let _ = write!(
        svg,
        "<rect class='{class}' x='{x:.1}' y='{y:.1}' width='{width:.1}' height='{height:.1}'>"
    );
    if !said.is_empty() {
        let _ = write!(svg, "<title>{said}</title>");
    }
    svg.push_str("</rect>");
}

fn tick(svg: &mut String, x: f64, said: &str) {
    let anchor = if x < 1.0 {
        "start"
    } else if x > WIDTH - 1.0 {
        "end"
    } else {
        "middle"
    };
    let y = ABOVE + BARS + BELOW - 6.0;
    let _ = write!(svg, "<text x='{x:.1}' y='{y}' text-anchor='{anchor}'>{said}</text>");
}

fn axis(svg: &mut String) {
    let y = ABOVE + BARS;
    let _ = write!(svg, "<line x1='0' x2='{WIDTH}' y1='{y}' y2='{y}' class='axis'/>");
}
