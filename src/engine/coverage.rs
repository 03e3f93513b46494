//! What is not covered in the weeks ahead, told to the owners of queues once a week. May import model, policy. Nothing to say, nothing sent; never twice for the same week.

use jiff::{SignedDuration, Timestamp};

use super::swap::{day, span};
use super::work::{Head, Say};
use super::{Context, Decision, Effect, Event, PersonEvent, facts};
use crate::model::{DutyPlan, ItemId, PersonKey, PersonState, QueueName, Reader, Reason, Remark, Section, Stint, Uncovered};
use crate::policy::{COVERAGE_AHEAD, Finding, Weakness};

/// So much later than promised it says that it is late.
const LATE_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// So many stretches of one finding are named; of more the number is said.
const MAX_TIMES: usize = 4;
/// So many findings of a kind are named; of more the number is said.
const MAX_NAMED: usize = 8;

/// The kinds in the order in which they are read: what one of is called, what several are, and the heading.
const KINDS: [(Weakness, &str, &str, &str); 7] = [
    (Weakness::Gap, "gap", "gaps", "Nobody is on duty"),
    (Weakness::Away, "absence", "absences", "Away, and nobody covers"),
    (Weakness::Holiday, "holiday", "holidays", "On duty and off: holidays"),
    (
        Weakness::OffHours,
        "turn off hours",
        "turns off hours",
        "On duty and off: their hours",
    ),
    (Weakness::Single, "single point", "single points", "All depends on one person"),
    (Weakness::Address, "dead address", "dead addresses", "No mail reaches them"),
    (
        Weakness::Clocks,
        "clock change",
        "clock changes",
        "Nights in which the clocks change",
    ),
];

/// Arms the next one as the policy says now. One that is due stays so; one of this week that the policy moved into the past is due now.
pub(super) fn plan(state: &PersonState, cx: &Context<'_>) -> Option<PersonEvent> {
    let (policy, key, armed) = (cx.policy, &state.key, state.coverage);
    let next = policy.next_coverage(key, cx.now, state.covered);
    if next.is_some() && armed.is_some_and(|armed| armed <= cx.now) {
        return None;
    }
    let this_week = |at: Option<Timestamp>| at.is_some_and(|at| policy.same_week(key, at, cx.now));
    let had = this_week(state.covered.filter(|last| *last <= cx.now));
    let lost = !had && this_week(armed) && next.is_some() && !this_week(next);
    let next = if lost { Some(cx.now) } else { next };
    (next != armed).then_some(PersonEvent::Coverage {
        looked: None,
        next,
        uncovered: Vec::new(),
    })
}

/// The time has come: looks, and tells what there is to tell. For an owner who is away whoever stands in reads it; where nobody does, nobody.
pub(super) fn look(state: &PersonState, cx: &Context<'_>) -> Decision {
    let Some(due) = state.coverage.filter(|due| *due <= cx.now) else {
        return Decision::default();
    };
    let owner = &state.key;
    let next = cx.policy.next_coverage(owner, cx.now, Some(cx.now));
    let mut decision = Decision::default();
    let looked = |uncovered| {
        Event::Person(PersonEvent::Coverage {
            looked: Some(cx.now),
            next,
            uncovered,
        })
    };
    let Some(reader) = cx.stands_in(owner).filter(|_| next.is_some()) else {
        decision.events.push(looked(Vec::new()));
        return decision;
    };
    let found = cx.policy.coverage_for(cx.standing(), owner, cx.now);
    let uncovered = stretches(&found);
    let telling = Telling {
        owner,
        reader: &reader,
        found: &found,
        gone: gone(&state.uncovered, &uncovered, cx.now),
        late_since: Some(due).filter(|due| cx.now.duration_since(*due) > LATE_AFTER),
        cx,
    };
    decision.events.push(looked(uncovered));
    decision.effects.extend(telling.effect());
    decision
}

/// What nobody who is there has, the soonest first.
fn stretches(found: &[Finding]) -> Vec<Uncovered> {
    let timed = found.iter().filter(|finding| is_open(finding.weakness));
    let each = timed.flat_map(|finding| {
        let queue = finding.queue.clone();
        let of = move |(from, until): &(Timestamp, Timestamp)| {
            Some(Uncovered {
                queue: queue.clone()?,
                from: *from,
                until: *until,
            })
        };
        finding.when.iter().filter_map(of)
    });
    let mut all: Vec<Uncovered> = each.collect();
    all.sort_by_key(|one| (one.from, one.until, one.queue.clone()));
    all.dedup();
    all.truncate(Uncovered::MAX);
    all
}

/// Whether it leaves a stretch of time without anybody.
fn is_open(weakness: Weakness) -> bool {
    matches!(weakness, Weakness::Gap | Weakness::Away | Weakness::Holiday | Weakness::OffHours)
}

/// What was told last, lies ahead still, and is covered now.
fn gone<'a>(told: &'a [Uncovered], uncovered: &[Uncovered], now: Timestamp) -> Vec<&'a Uncovered> {
    let stands = |told: &Uncovered| {
        let meets = |one: &Uncovered| one.queue == told.queue && one.from < told.until && told.from < one.until;
        uncovered.iter().any(meets)
    };
    told.iter().filter(|told| told.from > now && !stands(told)).collect()
}

/// What is told to whom.
struct Telling<'a> {
    owner: &'a PersonKey,
    reader: &'a PersonKey,
    found: &'a [Finding],
    gone: Vec<&'a Uncovered>,
    late_since: Option<Timestamp>,
    cx: &'a Context<'a>,
}

impl Telling<'_> {
    /// The notice, if there is anything to say.
    fn effect(&self) -> Option<Effect> {
        if self.found.is_empty() {
            return None;
        }
        let cx = self.cx;
        let asks = self.found.iter().any(|finding| finding.weakness != Weakness::Clocks);
        let why_you = match self.reader == self.owner {
            true => format!("you answer for {}", self.queues()),
            false => format!(
                "you stand in for {}, who is away and answers for {}",
                cx.policy.name(self.owner),
                self.queues()
            ),
        };
        let say = Say {
            ask: if asks { "please see to these".to_owned() } else { String::new() },
            why_you,
            facts: self
                .late_since
                .map(|due| facts::fact_at("Late", "it was to come", due))
                .into_iter()
                .collect(),
            sections: self.sections(),
            answers: ["swap WHEN with PERSON", "away until WHEN cover PERSON"]
                .map(str::to_owned)
                .to_vec(),
            ..Say::default()
        };
        let head = Head {
            reason: Reason::Coverage,
            to: Reader::Person(self.reader.clone()),
            item: ItemId::new(DutyPlan::PREFIX, cx.seq),
            number: 1,
            first: true,
            queue: self.owned().next().unwrap_or(&cx.policy.unmatched).clone(),
            title: self.title(),
            opened: cx.now,
        };
        Some(Effect::Notify(Box::new(say.about(head, cx))))
    }

    fn owned(&self) -> impl Iterator<Item = &QueueName> {
        self.cx.policy.owned(self.owner).map(|queue| &queue.name)
    }

    fn queues(&self) -> String {
        self.owned().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    /// `2 gaps, 1 holiday until Mon 18 Jan`.
    fn title(&self) -> String {
        let counts = KINDS.iter().filter_map(|(weakness, one, several, _)| {
            let of = self.found.iter().filter(|finding| finding.weakness == *weakness);
            match of.map(|finding| finding.when.len().max(1)).sum::<usize>() {
                0 => None,
                1 => Some(format!("1 {one}")),
                n => Some(format!("{n} {several}")),
            }
        });
        let until = self.cx.now.checked_add(COVERAGE_AHEAD).unwrap_or(Timestamp::MAX);
        let counts = counts.collect::<Vec<_>>().join(", ");
        format!("{counts} until {}", day(until, self.reader, self.cx.policy))
    }

    fn sections(&self) -> Vec<Section> {
        let mut sections = Vec::new();
        for (weakness, _, _, title) in KINDS {
            let of: Vec<&Finding> = self.found.iter().filter(|finding| finding.weakness == weakness).collect();
            let mut remarks: Vec<Remark> = of.iter().take(MAX_NAMED).map(|finding| self.remark(finding)).collect();
            let more = of.len().saturating_sub(MAX_NAMED);
            if more > 0 {
                remarks.push(Remark {
                    head: format!("And {more} more"),
                    lines: vec!["`batond coverage` lists them all".to_owned()],
                });
            }
            sections.extend(section(title, remarks));
        }
        let covered = self.gone.iter().take(MAX_NAMED).map(|told| Remark {
            head: told.queue.to_string(),
            lines: vec![self.span((told.from, told.until))],
        });
        sections.extend(section("Told last week, covered now", covered.collect()));
        sections
    }

    /// Where, what and when; and what to do about it.
    fn remark(&self, finding: &Finding) -> Remark {
        let place = match (&finding.queue, &finding.rotation) {
            (Some(queue), Some(rotation)) => format!("{queue}, by {rotation}: "),
            (Some(queue), None) => format!("{queue}: "),
            (None, Some(rotation)) => format!("{rotation}: "),
            (None, None) => String::new(),
        };
        let moment = |(from, until): &(Timestamp, Timestamp)| match from < until {
            true => self.span((*from, *until)),
            false => super::swap::moment(*from, self.reader, self.cx.policy),
        };
        let mut lines: Vec<String> = finding.when.iter().take(MAX_TIMES).map(moment).collect();
        let more = finding.when.len().saturating_sub(MAX_TIMES);
        if more > 0 {
            lines.push(format!("and {more} more times: `batond coverage --format json` lists each"));
        }
        lines.extend(self.to_do(finding));
        Remark {
            head: format!("{place}{}", finding.text),
            lines,
        }
    }

    fn span(&self, (from, until): (Timestamp, Timestamp)) -> String {
        span(Stint { from, until }, self.reader, self.cx.policy)
    }

    /// What helps, and where it is written.
    fn to_do(&self, finding: &Finding) -> Vec<String> {
        let who = finding.person.as_ref().map_or("NAME", PersonKey::as_str);
        let first = match finding.weakness {
            Weakness::Gap | Weakness::OffHours => return self.fill(finding, "To do: write under"),
            Weakness::Away => format!("To do: write `cover: NAME` under `people: {who}`"),
            // Whoever takes all turns has nobody to swap with.
            Weakness::Holiday if !self.has_others(finding) => return self.fill(finding, "To do: write under"),
            Weakness::Holiday if finding.person.as_ref() == Some(self.reader) => {
                format!("To do: answer `swap {} with NAME`", self.date(finding))
            }
            Weakness::Holiday => format!(
                "To do: ask {who} to answer any mail from here with `swap {} with NAME`",
                self.date(finding)
            ),
            Weakness::Single => {
                let place = self.assigned(finding);
                return vec![format!(
                    "To do: write `cover: NAME` under `people: {who}`, or put a second person under {place}"
                )];
            }
            Weakness::Address => return vec![format!("To do: correct `mail` under `people: {who}`")],
            Weakness::Clocks => return vec!["To do: nothing, if that suits whoever has it; else a swap, as for any turn".to_owned()],
        };
        std::iter::once(first).chain(self.fill(finding, "or write under")).collect()
    }

    /// What stands under the rotation to fill the first stretch, in the rotation's zone.
    fn fill(&self, finding: &Finding, write: &str) -> Vec<String> {
        let rotation = finding.rotation.as_ref().and_then(|name| self.cx.policy.rotations.get(name));
        let (Some(rotation), Some((from, until))) = (rotation, finding.when.first()) else {
            return Vec::new();
        };
        let local = |at: &Timestamp| at.to_zoned(rotation.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
        vec![
            format!("{write} `overrides` of {}, times of {}:", rotation.name, rotation.zone_name),
            format!("- {{ from: \"{}\", until: \"{}\", person: NAME }}", local(from), local(until)),
        ]
    }

    fn has_others(&self, finding: &Finding) -> bool {
        let rotation = finding.rotation.as_ref().and_then(|name| self.cx.policy.rotations.get(name));
        rotation.is_some_and(|rotation| rotation.members(self.cx.now).len() > 1)
    }

    /// The local day on which a finding begins, as `swap` reads it.
    fn date(&self, finding: &Finding) -> String {
        let zone = finding.person.as_ref().and_then(|person| self.cx.policy.calendar_of(person));
        let at = finding.when.first().map_or(self.cx.now, |(from, _)| *from);
        let zone = zone.map_or(jiff::tz::TimeZone::UTC, |calendar| calendar.zone.clone());
        at.to_zoned(zone).date().to_string()
    }

    fn assigned(&self, finding: &Finding) -> String {
        match (&finding.rotation, &finding.queue) {
            (Some(rotation), _) => format!("`rotations: {rotation}`"),
            (None, Some(queue)) => format!("`assign` of {queue}"),
            (None, None) => "`assign`".to_owned(),
        }
    }
}

fn section(title: &str, remarks: Vec<Remark>) -> Option<Section> {
    (!remarks.is_empty()).then(|| Section {
        title: title.to_owned(),
        entries: Vec::new(),
        more: 0,
        told_below: false,
        remarks,
    })
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
