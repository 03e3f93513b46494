//! `digest` of the desk and of people. May import the rest of config.

use super::super::check::Check;
use super::super::code::Code;
use super::super::fields::Fields;
use crate::calendar::Crontab;
use crate::policy::DigestAt;

/// `start of day`, `none`, or a crontab in the reader's zone.
pub(crate) fn digest(cx: &mut Check<'_>, fields: &Fields<'_>) -> Option<DigestAt> {
    let node = fields.get("digest")?;
    let text = cx.text(node)?;
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    match words.as_str() {
        "start of day" => return Some(DigestAt::StartOfDay),
        "none" => return Some(DigestAt::Never),
        _ => {}
    }
    // What has five fields is meant as a crontab: then it says which of them is wrong.
    let why = match Crontab::parse(text) {
        Ok(crontab) => return Some(DigestAt::Crontab(crontab)),
        Err(error) if words.split(' ').count() > 3 => format!("not a crontab: {error}"),
        Err(_) => "not a time at which a digest comes".to_owned(),
    };
    cx.error(Code::BadDigest, node.spot, why)
        .hint("write `start of day`, `none`, or a crontab such as \"30 7 * * mon-fri\", read in the zone of whoever gets it");
    None
}
