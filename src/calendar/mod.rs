//! Working hours, holidays, adding working time, rotations, crontab to the next instant. May import model. Pure: an instant comes in, an instant goes out.

mod hours;
mod rotation;

pub use hours::{Calendar, DaySpan, NoTime, Sum};
pub use rotation::Rotation;
