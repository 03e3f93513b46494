//! `batond simulate --against`: the same messages under two configurations, and only what differs. May import simulate. For people, programs and browsers.

use std::fmt::Write;

use serde_json::{Value, json};

use super::super::screen::{cut, plain};
use super::html::{self, escape};
use super::words::count;
use super::{Shown, json as whole};
use crate::simulate::summary::is_night;
use crate::simulate::{Changed, Difference, SumChange, Told, sum_changes};

/// How many changed messages are printed for people.
const MAX_MESSAGES: usize = 200;

/// Two simulations and what differs.
pub(super) struct Both {
    before: Shown,
    now: Shown,
    /// How the first was named.
    name: String,
    difference: Difference,
    sums: Vec<SumChange>,
}

impl Both {
    /// Compares them.
    pub(super) fn of(before: Shown, now: Shown, name: &str) -> Self {
        Self {
            difference: Difference::of(&before.week, &now.week),
            sums: sum_changes(&before.week.tally, &now.week.tally),
            name: name.to_owned(),
            before,
            now,
        }
    }

    /// For people at a terminal.
    pub(super) fn human(&self, columns: Option<usize>) -> String {
        let mut text = String::new();
        let mut line = |said: &str| {
            let said = columns.map_or_else(|| said.to_owned(), |columns| cut(said, columns));
            text.push_str(said.trim_end());
            text.push('\n');
        };
        self.head().iter().for_each(|said| line(said));
        for changed in self.difference.messages.iter().take(MAX_MESSAGES) {
            line("");
            line(&format!("{}  {}", self.now.at(changed.at), plain(&changed.headline)));
            self.rows(changed)
                .iter()
                .for_each(|(label, said)| line(&format!("  {label:<8} {}", plain(said))));
        }
        if self.difference.messages.len() > MAX_MESSAGES {
            let left = self.difference.messages.len() - MAX_MESSAGES;
            line(&format!("\n… and {left} more messages; --format json has all"));
        }
        for (name, before) in &self.difference.only_one {
            line(&format!("\nOnly {}: {}", if *before { "before" } else { "now" }, plain(name)));
        }
        if !self.sums.is_empty() {
            line(&format!("\n{:<34} {:>8} {:>8}", "Sums that differ", "before", "now"));
        }
        let mut of = "";
        for sum in &self.sums {
            if of != sum.of {
                line(&format!("  {}", sum.of));
                of = &sum.of;
            }
            line(&format!("    {:<30} {:>8} {:>8}", sum.what, sum.before, sum.now));
        }
        text
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let side =
            |shown: &Shown| json!({ "policy": shown.policy.revision, "queues": whole::queues(shown), "people": whole::people(shown) });
        let told = |told: &Told| json!({ "at": told.at, "to": told.to.to_string(), "reason": told.reason });
        let message = |changed: &Changed| {
            let deadlines = changed.deadlines.iter();
            let deadlines = deadlines.map(|(kind, before, now)| json!({ "clock": kind, "before": before, "now": now }));
            json!({
                "file": changed.name,
                "at": changed.at,
                "what": changed.headline,
                "went": changed.went.as_ref().map(|(before, now)| json!({ "before": before, "now": now })),
                "deadlines": deadlines.collect::<Vec<_>>(),
                "told_less": changed.fewer.iter().map(told).collect::<Vec<_>>(),
                "told_more": changed.more.iter().map(told).collect::<Vec<_>>(),
            })
        };
        let only = |wanted: bool| {
            let names = self.difference.only_one.iter().filter(move |(_, before)| *before == wanted);
            names.map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        let sums = self.sums.iter();
        let sums = sums.map(|sum| json!({ "of": sum.of, "what": sum.what, "before": sum.before, "now": sum.now }));
        json!({
            "from": self.now.from,
            "to": self.now.to,
            "time_zone": self.now.zone_name,
            "against": self.name,
            "before": side(&self.before),
            "now": side(&self.now),
            "compared": self.difference.compared,
            "messages": self.difference.messages.iter().map(message).collect::<Vec<_>>(),
            "only_before": only(true),
            "only_now": only(false),
            "sums": sums.collect::<Vec<_>>(),
        })
    }

    /// For browsers.
    pub(super) fn page(&self) -> String {
        let mut body = "<h1>What would be otherwise</h1>".to_owned();
        for said in self.head() {
            let _ = write!(body, "<p>{}</p>", escape(&said));
        }
        if !self.sums.is_empty() {
            body.push_str("<h2>Sums that differ</h2><table><tr><th></th><th></th><th>before</th><th>now</th></tr>");
        }
        for sum in &self.sums {
            let (of, what) = (escape(&sum.of), escape(&sum.what));
            let _ = write!(
                body,
                "<tr><td>{of}</td><td>{what}</td><td>{}</td><td>{}</td></tr>",
                sum.before, sum.now
            );
        }
        if !self.sums.is_empty() {
            body.push_str("</table>");
        }
        for changed in self.difference.messages.iter().take(MAX_MESSAGES) {
            let at = escape(&self.now.at(changed.at));
            let _ = write!(body, "<section><h3>{}</h3><p class='soft'>{at}</p><dl>", escape(&changed.headline));
            for (label, said) in self.rows(changed) {
                let class = match label {
                    "less" => "less",
                    "more" => "more",
                    _ => "",
                };
                let _ = write!(body, "<dt>{label}</dt><dd class='{class}'>{}</dd>", escape(&said));
            }
            body.push_str("</dl></section>");
        }
        html::more(&mut body, self.difference.messages.len(), MAX_MESSAGES);
        for (name, before) in self.difference.only_one.iter().take(MAX_MESSAGES) {
            let _ = write!(body, "<p>Only {}: {}</p>", if *before { "before" } else { "now" }, escape(name));
        }
        html::whole("What would be otherwise", &body)
    }

    fn head(&self) -> Vec<String> {
        let (now, difference) = (&self.now, &self.difference);
        let differ = if difference.is_empty() && self.sums.is_empty() {
            "nothing differs.".to_owned()
        } else {
            let went = difference.messages.iter().filter(|changed| changed.went.is_some()).count();
            let promised = difference.messages.iter().filter(|changed| !changed.deadlines.is_empty()).count();
            format!(
                "{} with another outcome: {went} routed otherwise, {promised} promised otherwise.",
                difference.messages.len()
            )
        };
        vec![
            format!("From {} to {}; times in {}.", now.at(now.from), now.at(now.to), now.zone_name),
            format!(
                "Before: {}, policy {}. Now: policy {}.",
                self.name, self.before.policy.revision, now.policy.revision
            ),
            now.answers(),
            format!("{} compared; {differ}", count(difference.compared as u64, "message")),
        ]
    }

    /// What differs of a message: a word, and what there is to say.
    fn rows(&self, changed: &Changed) -> Vec<(&'static str, String)> {
        let at = |at: Option<jiff::Timestamp>| at.map_or_else(|| "none".to_owned(), |at| self.now.at(at));
        let mut rows = Vec::new();
        if let Some((before, now)) = &changed.went {
            rows.push(("before", before.clone()));
            rows.push(("now", now.clone()));
        }
        for (kind, before, now) in &changed.deadlines {
            rows.push((kind.as_str(), format!("{} before, {} now", at(*before), at(*now))));
        }
        rows.extend(changed.fewer.iter().map(|told| ("less", self.told(told, &self.before))));
        rows.extend(changed.more.iter().map(|told| ("more", self.told(told, &self.now))));
        rows
    }

    fn told(&self, told: &Told, side: &Shown) -> String {
        let calendar = told.to.person().and_then(|person| side.policy.calendar_of(person));
        let night = calendar.is_some_and(|calendar| is_night(told.at, &calendar.zone));
        let night = if night { ", at night" } else { "" };
        format!("{} to {}: {}{night}", self.now.at(told.at), told.to, told.reason)
    }
}
