//! Time zones by their IANA names, from the system's tzdata. May import nothing of the crate. What is not an IANA name is refused.

use jiff::tz::TimeZone;

/// The name is not that of a zone in the system's IANA database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IANA time zone; write one like Europe/Berlin or UTC")]
pub struct ZoneError(pub String);

/// Longest name that is looked up, in bytes; the longest in the database has 32.
const MAX_NAME_BYTES: usize = 64;

/// The zone of that name, in any case. `TimeZone::iana_name` of the result is the name as IANA writes it.
///
/// # Errors
/// [`ZoneError`] for anything else: offsets, abbreviations that are no zone, POSIX rules, files that are not part of the database.
pub fn zone(name: &str) -> Result<TimeZone, ZoneError> {
    let refuse = || ZoneError(name.chars().take(MAX_NAME_BYTES).collect());
    let plain = |c: char| c.is_ascii_alphanumeric() || "_+-/".contains(c);
    if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.chars().all(plain) {
        return Err(refuse());
    }
    // The system folder also holds copies that count leap seconds (`right/`) and whatever the machine calls local.
    let lower = name.to_ascii_lowercase();
    let foreign = ["right/", "posix/"].iter().any(|prefix| lower.starts_with(prefix));
    if foreign || ["localtime", "posixrules", "factory", "etc/unknown"].contains(&lower.as_str()) {
        return Err(refuse());
    }
    let zone = TimeZone::get(name).map_err(|_| refuse())?;
    if zone.is_unknown() || zone.iana_name().is_none() {
        return Err(refuse());
    }
    Ok(zone)
}
