//! Where log lines go and what they look like. May import its peers in observe. One event a line on stderr, or fields in the journal.

use std::io::IsTerminal;
use std::str::FromStr;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use super::gather::Stderr;

/// The variable with the filter, in the syntax of tracing's `EnvFilter`: `info`, `batond=debug`, `warn,batond::outbox=trace`.
pub const FILTER_VARIABLE: &str = "BATOND_LOG";
/// The filter when the variable is not set.
const DEFAULT_FILTER: &str = "warn,batond=info";
/// The longest text from outside that one log field carries.
const MAX_FIELD_CHARS: usize = 300;

/// What log lines look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// The journal where stderr is connected to it (`$JOURNAL_STREAM`), else text.
    #[default]
    Auto,
    /// Text, one line an event.
    Text,
    /// JSON, one object a line.
    Json,
    /// Fields in systemd's journal.
    Journald,
}

/// There is no such format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write auto, text, json or journald")]
pub struct LogFormatError;

impl FromStr for LogFormat {
    type Err = LogFormatError;

    fn from_str(text: &str) -> Result<Self, LogFormatError> {
        match text {
            "auto" => Ok(Self::Auto),
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            "journald" => Ok(Self::Journald),
            _ => Err(LogFormatError),
        }
    }
}

/// Starts logging. A second call changes nothing: the first one holds for the process.
#[expect(clippy::disallowed_methods, reason = "the filter and the journal are the process's surroundings")]
pub fn init(format: LogFormat) {
    let written = std::env::var(FILTER_VARIABLE).ok();
    let parsed = written.as_deref().map(EnvFilter::try_new);
    let wrong = parsed.as_ref().and_then(|parsed| parsed.as_ref().err()).map(ToString::to_string);
    let filter = parsed.and_then(Result::ok).unwrap_or_else(|| EnvFilter::new(DEFAULT_FILTER));
    let (layer, trouble) = layer(format, std::env::var("JOURNAL_STREAM").ok().as_deref());
    if tracing::subscriber::set_global_default(Registry::default().with(filter).with(layer)).is_err() {
        return;
    }
    if let Some(wrong) = wrong {
        tracing::warn!(error = %one_line(&wrong), "{FILTER_VARIABLE} cannot be read; logging at info");
    }
    if let Some(trouble) = trouble {
        tracing::warn!(error = %one_line(&trouble), "the journal cannot be reached; logging text to stderr");
    }
}

type Output = Box<dyn Layer<tracing_subscriber::layer::Layered<EnvFilter, Registry>> + Send + Sync>;

/// The layer for a format, and what went wrong if it is not the one that was asked for.
fn layer(format: LogFormat, journal_stream: Option<&str>) -> (Output, Option<String>) {
    let to_journal = format == LogFormat::Journald || (format == LogFormat::Auto && journal_stream.is_some_and(stderr_is));
    let mut trouble = None;
    if to_journal {
        match tracing_journald::layer() {
            Ok(layer) => return (Box::new(layer.with_field_prefix(Some("BATOND".into()))), None),
            Err(error) => trouble = Some(error.to_string()),
        }
    }
    let plain = fmt::layer().with_writer(|| Stderr);
    let layer: Output = if format == LogFormat::Json {
        Box::new(plain.json().flatten_event(true).with_current_span(false))
    } else {
        Box::new(plain.with_ansi(colour()).with_target(false))
    };
    (layer, trouble)
}

/// Whether stderr is the stream systemd named, as `device:inode`: a variable inherited by a shell in the journal's session must not count.
fn stderr_is(stream: &str) -> bool {
    let Some((device, inode)) = stream.split_once(':') else {
        return false;
    };
    rustix::fs::fstat(std::io::stderr()).is_ok_and(|stat| device.parse() == Ok(stat.st_dev) && inode.parse() == Ok(stat.st_ino))
}

/// Whether colours may be used: on a terminal, unless `NO_COLOR` says otherwise.
#[expect(clippy::disallowed_methods, reason = "NO_COLOR is the process's surroundings")]
fn colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Text from outside as a log field: one line, without controls, without addresses, capped.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty());
    let masked: Vec<&str> = words.map(|word| if word.contains('@') { "<address>" } else { word }).collect();
    masked.join(" ").chars().take(MAX_FIELD_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_one_line_without_addresses() {
        assert_eq!(
            one_line("550 5.1.1\r\n <ana@ops.example>: unknown\u{1b}[31m"),
            "550 5.1.1 <address> unknown [31m"
        );
        assert_eq!(one_line(&"x".repeat(1_000)).len(), MAX_FIELD_CHARS);
    }

    #[test]
    fn formats_are_named() {
        assert_eq!("json".parse(), Ok(LogFormat::Json));
        assert_eq!("xml".parse::<LogFormat>(), Err(LogFormatError));
    }

    #[test]
    fn another_stream_is_not_ours() {
        assert!(!stderr_is("1:1") && !stderr_is("") && !stderr_is("a:b"));
    }
}
