//! `batond calendar`: working days, and where each day off came from. May import config, calendar. Reads the configuration; needs no daemon and no secrets.

mod days;
mod list;

use std::path::Path;

use clap::Args;
use jiff::ToSpan;
use jiff::civil::Date;

use super::screen::Screen;
use crate::calendar::Calendar;
use crate::config;
use crate::daemon::{Exit, Failure};
use crate::model::{CalendarName, PersonKey};
use crate::policy::Policy;

/// How many days are shown where no end is given.
const SHOWN_DAYS: i64 = 28;
/// The most days that are shown.
const MAX_DAYS: i64 = 3_660;

/// `calendar`
#[derive(Debug, Args)]
pub struct Show {
    /// A calendar, or a person; without one, all calendars are listed
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// The first day, such as 2026-12-21 [default: today]
    #[arg(long, value_name = "DATE", requires = "name")]
    from: Option<Date>,
    /// The last day [default: four weeks from the first]
    #[arg(long, value_name = "DATE", requires = "name")]
    to: Option<Date>,
}

impl Show {
    /// Reads the configuration and prints.
    pub fn run(&self, path: &Path, screen: &Screen) -> Result<(), Failure> {
        let loaded = config::load_without_secrets(path);
        let Some(config) = &loaded.config else {
            eprint!("{}", config::render_text(&loaded, screen.colour));
            return Err(Failure::silent(Exit::Config));
        };
        let policy = &config.policy;
        let Some(name) = &self.name else {
            let listed = list::list(policy, screen.now);
            return screen.show(&list::json(&listed), || Ok(list::human(&listed)));
        };
        let calendar = find(policy, name)?;
        let (from, to) = self.range(screen.now.to_zoned(calendar.zone.clone()).date())?;
        let shown = days::Days::of(calendar, from, to);
        screen.show(&shown.json(), || Ok(shown.human()))
    }

    fn range(&self, today: Date) -> Result<(Date, Date), Failure> {
        let from = self.from.or(self.to.filter(|to| *to < today)).unwrap_or(today);
        let to = self.to.unwrap_or_else(|| from.saturating_add((SHOWN_DAYS - 1).days()));
        if to < from {
            return Err(Failure::new(Exit::Usage, format!("--to {to} is before --from {from}")));
        }
        let days = from.until(to).map_or(MAX_DAYS, |span| i64::from(span.get_days()));
        if days >= MAX_DAYS {
            return Err(Failure::new(
                Exit::Usage,
                format!("at most {MAX_DAYS} days are shown; from {from} to {to} are more"),
            ));
        }
        Ok((from, to))
    }
}

/// A calendar by its name, or a person's by theirs.
fn find<'p>(policy: &'p Policy, name: &str) -> Result<&'p Calendar, Failure> {
    let own = || policy.people.get(&PersonKey::from(name)).map(|person| &person.calendar);
    let named = policy.calendars.get(&CalendarName::from(name));
    named.or_else(|| policy.calendars.get(own()?)).ok_or_else(|| {
        Failure::new(
            Exit::NotFound,
            format!("there is no calendar and no person `{name}`; `batond calendar` lists the calendars"),
        )
    })
}
