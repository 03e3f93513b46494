//! `batond hooks try`: a sample, signed as its source wants it, posted to the running daemon. May import config, web's proofs, simulate's samples. It is a real delivery.

mod door;
mod post;
mod sample;
mod tried;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use url::Url;

use super::screen::Screen;
use crate::daemon::{Exit, Failure};
use crate::web::prove;

/// `hooks`
#[derive(Debug, Args)]
pub struct Hooks {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Sign a sample as the source's sender would, and post it to the running daemon: a real delivery, which opens items and tells people
    Try(Try),
}

/// `hooks try`
#[derive(Debug, Args)]
struct Try {
    /// The webhook source
    source: String,
    /// The sample: a body, or an object with `headers` and `body`; headers may lie beside it in FILE.headers; `-` for standard input
    file: PathBuf,
    /// A header to send, such as "X-GitHub-Event: issues"; as often as needed. It replaces what would be sent otherwise
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Where to post it instead of `web.listen`: the whole address, as the sender has it
    #[arg(long, value_name = "URL", value_parser = address)]
    url: Option<Url>,
}

impl Hooks {
    /// Posts and prints.
    pub fn run(&self, config: &Path, screen: &Screen) -> Result<(), Failure> {
        match &self.command {
            Command::Try(this) => this.run(config, screen),
        }
    }
}

impl Try {
    fn run(&self, config: &Path, screen: &Screen) -> Result<(), Failure> {
        let door = door::find(config, &self.source, self.url.as_ref())?;
        let mut sample = sample::read(&self.file)?;
        sample.settle(&door.verify, &self.headers, screen.now);
        prove(&door.verify, &mut sample.headers, &sample.body, screen.now)
            .map_err(|why| Failure::new(Exit::Config, format!("source `{}` cannot be tried: {why}", self.source)))?;
        // What was named is sent as it was named, a wrong proof too.
        sample.overwrite(&self.headers);
        let url = sample.asked(&door.url);
        let answer = post::post(&door, &url, sample)?;
        tried::Tried::new(&self.source, &door, &url, answer).show(screen)
    }
}

/// `NAME: VALUE`
fn header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').ok_or("write it as NAME: VALUE")?;
    let name = name
        .trim()
        .parse()
        .map_err(|_| format!("`{}` is not the name of a header", name.trim()))?;
    let value = value
        .trim()
        .parse()
        .map_err(|_| "its value holds a character that no header can hold".to_owned())?;
    Ok((name, value))
}

/// An address of HTTP.
fn address(text: &str) -> Result<Url, String> {
    let url =
        Url::parse(text).map_err(|error| format!("{error}; write the whole address, such as https://hooks.ops.example/hooks/github"))?;
    if matches!(url.scheme(), "http" | "https") && url.host().is_some() {
        Ok(url)
    } else {
        Err("write an http or https address".to_owned())
    }
}

/// An id for a delivery that has none: another one at each moment.
fn fresh_id(now: Timestamp) -> String {
    format!("try-{}", now.as_microsecond())
}

#[cfg(test)]
mod tests;
