//! `batond mute`: what is muted, or muting an item, a queue, a key; `batond unmute` ends one. May import control, views.

use clap::Args;
use serde::Deserialize;

use super::client::{Client, typed};
use super::screen::{Screen, plain};
use super::table::table;
use crate::daemon::{Exit, Failure};
use crate::model::PersonKey;
use crate::web::control::Ask;
use crate::web::view::MuteView;

/// `mute`
#[derive(Debug, Args)]
pub struct Mute {
    /// An item such as SUP-142, a queue, or key:KEY; without it, what is muted is listed
    target: Option<String>,
    /// When it ends: 2h, 3d, tomorrow 9:00, fri 14:00, 2026-12-01
    #[arg(long, value_name = "WHEN", requires = "target")]
    until: Option<String>,
    /// Why, as those concerned read it at the end
    #[arg(long, value_name = "TEXT", requires = "target")]
    why: Option<String>,
    /// Who mutes it; whoever answers for it if nobody is named
    #[arg(long = "as", value_name = "PERSON", requires = "target")]
    person: Option<String>,
    /// Tell what is urgent all the same
    #[arg(long, requires = "target")]
    except_urgent: bool,
}

/// `unmute`
#[derive(Debug, Args)]
pub struct Unmute {
    /// The mute, as `batond mute` names it
    name: String,
    /// Who ends it; whoever set it if nobody is named
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<String>,
}

#[derive(Deserialize)]
struct Mutes {
    mutes: Vec<MuteView>,
}

#[derive(Deserialize)]
struct Done {
    lines: Vec<String>,
}

impl Mute {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        let Some(target) = self.target.clone() else {
            let value = client.ask(&Ask::Mutes)?;
            return screen.show(&value, || Ok(human(&typed::<Mutes>(&value)?.mutes, screen)));
        };
        let (Some(until), Some(why)) = (self.until.clone(), self.why.clone()) else {
            let text = format!("no mute lasts for ever, and each says why: batond mute {target} --until 3d --why \"the vendor knows\"");
            return Err(Failure::new(Exit::Usage, text));
        };
        let ask = Ask::Mute {
            target,
            until,
            why,
            person: self.person.as_deref().map(PersonKey::from),
            except_urgent: self.except_urgent,
        };
        done(&mut client, &ask, screen)
    }
}

impl Unmute {
    /// Asks and prints.
    pub fn run(&self, mut client: Client, screen: &Screen) -> Result<(), Failure> {
        let ask = Ask::Unmute {
            name: self.name.clone(),
            person: self.person.as_deref().map(PersonKey::from),
        };
        done(&mut client, &ask, screen)
    }
}

fn done(client: &mut Client, ask: &Ask, screen: &Screen) -> Result<(), Failure> {
    let value = client.ask(ask)?;
    screen.show(&value, || {
        let done: Done = typed(&value)?;
        Ok(done.lines.iter().map(|line| plain(line) + "\n").collect())
    })
}

/// A table, what ends first first.
pub fn human(mutes: &[MuteView], screen: &Screen) -> String {
    if mutes.is_empty() {
        return "Nothing is muted.\n".into();
    }
    let row = |mute: &MuteView| {
        let by = match (&mute.by, &mute.place) {
            (Some(by), _) => by.to_string(),
            (None, Some(place)) => plain(place),
            (None, None) => "-".into(),
        };
        let open = u32::try_from(mute.open.len()).unwrap_or(u32::MAX).saturating_add(mute.more);
        let until = match mute.state.as_str() {
            "ended" => "ended".into(),
            _ => screen.at(mute.until),
        };
        [
            plain(mute.name.as_str()),
            until,
            format!("{}/{}/{open}", mute.messages, mute.closed),
            by,
            plain(&mute.why),
        ]
    };
    let rows: Vec<[String; 5]> = mutes.iter().map(row).collect();
    let mut text = table(["NAME", "UNTIL", "CAME/CLOSED/OPEN", "BY", "WHY"], &rows, screen.columns);
    text.push_str(&format!(
        "\nmessages that came, items closed and still muted; times in {}\n",
        screen.zone_name
    ));
    text
}
