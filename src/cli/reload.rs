//! `batond reload`: as SIGHUP, with the answer. May import control.

use super::client::Client;
use super::screen::Screen;
use crate::daemon::Failure;
use crate::web::control::Ask;

/// Asks and prints what came of it.
pub fn run(mut client: Client, screen: &Screen) -> Result<(), Failure> {
    let value = client.ask(&Ask::Reload)?;
    let text = || value.get("text").and_then(|text| text.as_str()).unwrap_or_default().to_owned() + "\n";
    screen.show(&value, || Ok(text()))
}
