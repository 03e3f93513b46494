//! Working hours, holidays, adding working time, rotations, crontab to the next instant. May import model. Pure: an instant comes in, an instant goes out.

mod changes;
mod count;
mod crontab;
mod crontab_field;
mod day_off;
mod day_span;
mod feed;
mod hours;
mod ics;
mod ics_series;
mod local;
mod rotation;
mod schedule;
mod sum;
mod turns;
mod zone;

pub use crontab::{Crontab, CrontabError};
pub use day_off::{DayOff, Exception, UNNAMED};
pub use day_span::{DaySpan, HoursError, add_hours, clash_across, clash_within, parse_day, parse_days, parse_time, spans_text, week_text};
pub use feed::{FeedEvent, duty_from_ics};
pub use hours::{Calendar, NoTime, SEARCH_DAYS};
pub use ics::holidays_from_ics;
pub use local::instant;
pub use rotation::{Because, Duty, Rotation, RotationError, Stretch};
pub use schedule::Schedule;
pub use sum::Sum;
pub use turns::{Member, Turns};
pub use zone::{ZoneError, zone};
