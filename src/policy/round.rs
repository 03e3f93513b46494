//! Rounds as the configuration says them: what is asked, whom, when. May import model, calendar. Times are the next after an instant; what came of one is state.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Policy;
use crate::calendar::{Crontab, instant};
use crate::model::{Address, CalendarName, Party, PersonKey, Place, Question, Reader, RoundName};

/// So far before an instant a local time can lie that is asked at after it: the furthest west, and the whole of a day until hours begin.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(48);
/// So many times are tried before one is found that lies ahead for everybody: more than come in the hours between the zones.
const MAX_TRIED: usize = 4_000;

/// One entry of `rounds`.
#[derive(Debug, Clone)]
pub struct RoundDef {
    /// Its name.
    pub name: RoundName,
    /// What is asked.
    pub question: Question,
    /// Who is asked; at least one.
    pub people: Vec<Party>,
    /// Who hears the result; nobody here means those who are asked.
    pub tell: Vec<Party>,
    /// When it begins by itself.
    pub start: Option<RoundStart>,
    /// In which working time is counted.
    pub calendar: Option<CalendarName>,
    /// Where it is written.
    pub place: Place,
}

/// When a round begins by itself.
#[derive(Debug, Clone)]
pub struct RoundStart {
    /// The times.
    pub crontab: Crontab,
    /// By which clock.
    pub clock: StartClock,
    /// All of that as it is written, in one form.
    pub written: String,
}

/// By which clock a round begins.
#[derive(Debug, Clone)]
pub enum StartClock {
    /// One for all.
    Zone(TimeZone),
    /// Each person's own: they are asked in the morning of their own day.
    Personal,
}

/// A time at which a round begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// When the first of them can be asked.
    pub at: Timestamp,
    /// What the clocks on their walls show, where each has their own.
    pub local: Option<DateTime>,
}

impl RoundStart {
    /// The first occurrence after `at`, and of personal ones after the local time `beyond`. `first` says when the first person is asked at such a
    /// local time; a day on which nobody works is none.
    #[must_use]
    pub fn next_after(&self, at: Timestamp, beyond: Option<DateTime>, first: impl Fn(DateTime) -> Option<Timestamp>) -> Option<Occurrence> {
        if let StartClock::Zone(zone) = &self.clock {
            let at = self.crontab.next_after(at, zone)?;
            return Some(Occurrence { at, local: None });
        }
        let mut wall = at.checked_sub(LOOK_BACK).ok()?;
        for _ in 0..MAX_TRIED {
            wall = self.crontab.next_after(wall, &TimeZone::UTC)?;
            let local = TimeZone::UTC.to_datetime(wall);
            let ahead = first(local).filter(|first| *first > at && beyond.is_none_or(|beyond| local > beyond));
            if let Some(at) = ahead {
                return Some(Occurrence { at, local: Some(local) });
            }
        }
        None
    }
}

impl Policy {
    /// Who is asked in a round that begins at `at`, each once.
    #[must_use]
    pub fn round_people(&self, def: &RoundDef, at: Timestamp) -> Vec<PersonKey> {
        let (people, _) = self.meant(&def.people, at);
        people
    }

    /// Who hears its result: the people in `asked` if it names nobody.
    #[must_use]
    pub fn round_readers(&self, def: &RoundDef, asked: &[PersonKey], at: Timestamp) -> Vec<Reader> {
        if def.tell.is_empty() {
            return asked.iter().cloned().map(Reader::Person).collect();
        }
        let (people, addresses) = self.meant(&def.tell, at);
        let addresses = addresses.into_iter().map(Reader::Address);
        people.into_iter().map(Reader::Person).chain(addresses).collect()
    }

    /// The next time a round begins by itself.
    #[must_use]
    pub fn round_next(&self, def: &RoundDef, after: Timestamp, beyond: Option<DateTime>) -> Option<Occurrence> {
        let people = self.round_candidates(def, after);
        let first = |local| people.iter().filter_map(|person| self.asked_at(person, local)).min();
        def.start.as_ref()?.next_after(after, beyond, first)
    }

    /// When somebody is asked on a day of their own: at that local time, or when their hours begin after it. `None` if they do not work then.
    #[must_use]
    pub fn asked_at(&self, person: &PersonKey, local: DateTime) -> Option<Timestamp> {
        let Some(calendar) = self.calendar_of(person).filter(|calendar| calendar.has_hours()) else {
            let zone = self.calendar_of(person).map_or(TimeZone::UTC, |calendar| calendar.zone.clone());
            return Some(instant(local, &zone));
        };
        let at = instant(local, &calendar.zone);
        let open = calendar.open_on(local.date()).into_iter().find(|open| open.to > at);
        open.map(|open| open.from.max(at))
    }

    /// Everybody who can be asked: of a rotation all who take turns.
    fn round_candidates(&self, def: &RoundDef, at: Timestamp) -> Vec<PersonKey> {
        let mut people = self.round_people(def, at);
        for party in &def.people {
            if let Party::Rotation(name) = party {
                let turns = self.rotations.get(name);
                people.extend(turns.into_iter().flat_map(|rotation| rotation.people()).cloned());
            }
        }
        people
    }

    fn meant(&self, parties: &[Party], at: Timestamp) -> (Vec<PersonKey>, Vec<Address>) {
        let (mut people, mut addresses) = (Vec::new(), Vec::new());
        let nobody = PersonKey::from("");
        for party in parties {
            let found = self.candidates(party, None, &nobody, at);
            for person in found.people {
                if !people.contains(&person) {
                    people.push(person);
                }
            }
            addresses.extend(found.addresses);
        }
        (people, addresses)
    }
}
