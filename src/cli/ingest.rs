//! `batond ingest`: a mail on stdin, from a mail server's pipe. May import config, intake. 0 only when it is on stable storage; whatever may pass is 75, also what is wrong here.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;

use crate::clock::{Clock, SystemClock};
use crate::config::{PipeSource, SourceKind};
use crate::daemon::{Exit, Failure};
use crate::intake::{Dropped, NotDropped, Spool, Wait};
use crate::model::Envelope;

/// How long a mail may be in hand.
const TAKEN_WITHIN: Duration = Duration::from_secs(90);
/// Between two looks at first, and at most.
const LOOKS: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(200));

/// `ingest`
#[derive(Debug, Args)]
pub struct Ingest {
    /// The source of the kind `pipe`; may be left out where there is only one
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Who sent it: the envelope's sender, empty for bounces
    #[arg(short = 'f', long, value_name = "ADDRESS")]
    from: Option<String>,
    /// How long the daemon may take to take it in hand, in seconds; then the mail server keeps it
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    wait: u64,
    /// Whom it is for: the envelope's recipients
    #[arg(value_name = "RECIPIENT")]
    to: Vec<String>,
}

/// How it ended, as the first line of output says it (RFC 3463), which Postfix and Exim take over.
struct Ended {
    exit: Exit,
    line: String,
}

impl Ended {
    fn later(why: impl std::fmt::Display) -> Self {
        Self {
            exit: Exit::TryAgain,
            line: format!("4.3.0 {}", crate::observe::one_line(&why.to_string())),
        }
    }
}

impl Ingest {
    /// Drops it and waits.
    pub fn run(&self, config: &Path) -> Result<(), Failure> {
        // A fault of ours is no reason to send somebody's mail back.
        let ended =
            std::panic::catch_unwind(|| self.ingest(config)).unwrap_or_else(|_| Ended::later("a fault in batond; its log says more"));
        // Nobody may read it, as where a mail server closes the pipe: the exit code says the same.
        let _ = writeln!(io::stdout(), "{}", ended.line);
        match ended.exit {
            Exit::Done => Ok(()),
            exit => Err(Failure::silent(exit)),
        }
    }

    fn ingest(&self, config: &Path) -> Ended {
        let (spool, max_bytes) = match self.spool(config) {
            Ok(found) => found,
            Err(why) => return Ended::later(why),
        };
        let spool = Spool::new(spool);
        let envelope = Envelope {
            from: self
                .from
                .clone()
                .filter(|from| !from.is_empty() && from != "<>" && from != "MAILER-DAEMON"),
            to: self.to.clone(),
            ..Envelope::default()
        };
        match spool.drop_mail(&name(), &envelope, io::stdin().lock(), max_bytes) {
            Ok(dropped) => wait(&spool, &dropped, Duration::from_secs(self.wait)),
            Err(NotDropped::TooLarge(most)) => Ended {
                exit: Exit::Refused,
                line: format!("5.3.4 the mail is larger than {most} bytes"),
            },
            Err(error) => Ended::later(error),
        }
    }

    /// Where it is dropped, and the largest mail there. No secret is looked for: whoever calls us need not be able to read any.
    fn spool(&self, config: &Path) -> Result<(PathBuf, usize), String> {
        let loaded = crate::config::load_without_secrets(config);
        let first = loaded
            .diagnostics
            .iter()
            .find(|found| found.severity == crate::config::Severity::Error);
        let said = first.map_or_else(String::new, |found| format!(": {}", found.text));
        let settings = loaded
            .config
            .ok_or_else(|| format!("the configuration {} cannot be used{said}", config.display()))?
            .settings;
        let pipes: Vec<(&str, &PipeSource)> = settings.sources.iter().filter_map(pipe).collect();
        let found = match (&self.source, pipes.as_slice()) {
            (Some(name), _) => pipes.iter().find(|(other, _)| other == name),
            (None, [only]) => Some(only),
            (None, _) => {
                return Err(format!(
                    "there are {} sources of the kind `pipe`; say which with --source",
                    pipes.len()
                ));
            }
        };
        let (_, pipe) = found.ok_or_else(|| {
            format!(
                "there is no source `{}` of the kind `pipe`",
                self.source.as_deref().unwrap_or_default()
            )
        })?;
        Ok((pipe.folder(&settings.store), pipe.max_message_bytes))
    }
}

fn pipe(source: &crate::config::SourceSettings) -> Option<(&str, &PipeSource)> {
    match &source.kind {
        SourceKind::Pipe(pipe) => Some((source.name.as_str(), pipe)),
        _ => None,
    }
}

/// A name that no other mail has: when, and which process.
fn name() -> String {
    let now = SystemClock.now();
    format!("{}.{:09}.{}", now.as_second(), now.subsec_nanosecond(), std::process::id())
}

/// Waits until it is taken; or takes it back while nobody has it in hand, so that the mail server has it alone again.
#[expect(
    clippy::disallowed_methods,
    reason = "this process has nothing else to do, and measures how long it waits"
)]
fn wait(spool: &Spool, dropped: &Dropped, in_hand_within: Duration) -> Ended {
    let began = Instant::now();
    let (mut pause, longest) = LOOKS;
    loop {
        let look = match spool.look(dropped) {
            Ok(look) => look,
            Err(error) => return Ended::later(error),
        };
        let late = match look {
            Wait::Taken => {
                return Ended {
                    exit: Exit::Done,
                    line: "2.0.0 taken".to_owned(),
                };
            }
            Wait::Lies => began.elapsed() > in_hand_within && spool.take_back(dropped).unwrap_or(false),
            // It may be taken still; when it is sent again it is known.
            Wait::InHand => began.elapsed() > TAKEN_WITHIN,
        };
        if late {
            return Ended::later("batond does not take mail now; is it running?");
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(longest);
    }
}
