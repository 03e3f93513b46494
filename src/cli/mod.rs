//! The command line: one file per subcommand. May import everything. Data to stdout, narration to stderr, documented exit codes.

mod act;
mod addresses;
mod calendar;
mod check;
mod client;
mod coverage;
mod demo;
mod expect;
mod explain;
mod handoffs;
mod hooks;
mod ingest;
mod init;
mod keys;
mod list;
mod listed;
mod mute;
mod outbox;
mod policy;
mod reload;
mod replay;
mod rounds;
mod run;
mod schema;
mod screen;
mod show;
mod simulate;
mod sources;
mod status;
mod store_path;
mod stored;
mod swap;
mod table;
mod test;
mod when;
mod who;
mod why;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::daemon::{Exit, Failure};
use client::Client;
use screen::Screen;

/// The configuration folder where none is named.
const DEFAULT_CONFIG: &str = "/etc/batond";

const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   an expectation failed
  2   the command line cannot be read
  3   there is no such item, person, delivery or source
  65  the mail is refused for good (`ingest`)
  69  the daemon cannot be reached
  70  a fault in batond itself
  74  reading or writing failed; for `run`, the store
  75  try again
  78  the configuration is wrong

Environment:
  BATOND_CONFIG  the configuration folder, as --config
  BATOND_LOG     what `run` logs, such as info or batond=debug";

/// Mail and webhooks become items in documented queues; people answer by mail.
#[derive(Debug, Parser)]
#[command(name = "batond", version, after_help = EXIT_CODES, arg_required_else_help = true)]
struct Cli {
    /// The configuration: a folder, or one file
    #[arg(short, long, global = true, value_name = "PATH", env = "BATOND_CONFIG", default_value = DEFAULT_CONFIG)]
    config: PathBuf,
    /// How data is printed
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(subcommand)]
    command: Command,
}

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[value(alias = "text")]
    Human,
    /// For programs: names are stable, times are RFC 3339 in UTC
    Json,
    /// One page for a browser, of `simulate` only
    Html,
    /// For build servers: JUnit XML, of `test` only
    Junit,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon
    Run(run::Run),
    /// Find every mistake of a configuration
    Check(check::Check),
    /// Say what would come of a message, and why; or what a code of `check` means
    Explain(explain::Explain),
    /// Play the cases of a configuration, and say what is not as they expect
    Test(test::Test),
    /// Play the main job once: mail, reminders, an escalation, people who answer
    Demo(demo::Demo),
    /// Play real messages through a virtual week and say what would happen
    Simulate(simulate::Simulate),
    /// Write a commented configuration to start from
    Init(init::Init),
    /// Take a mail from stdin, for the pipe of a mail server: 0 only when it is stored, else 75
    Ingest(ingest::Ingest),
    /// Print the JSON Schema of a configuration file, for editors
    Schema,
    /// List what is open
    List(list::List),
    /// Show an item and its timeline
    Show(show::Show),
    /// Say why an item is where it is, and what happens next
    Why(why::Why),
    /// Do something with an item, in the words of a reply
    Do(act::Act),
    /// List how items were handed on: who gave, who received, when it was accepted
    Handoffs(handoffs::Handoffs),
    /// List rounds and what came of them, show one, or start one: check-ins, decisions, sign-offs
    Rounds(rounds::Rounds),
    /// Show, renew or revoke the secrets that reply keys are made with
    Keys(keys::Secrets),
    /// Try a webhook source with a sample
    Hooks(hooks::Hooks),
    /// Look at the mail that is to be sent
    Outbox(outbox::Outbox),
    /// List the calendars, or show the days of one: hours, days off, where each is written
    Calendar(calendar::Show),
    /// List what should arrive by a time, and whether it did
    Expect,
    /// Say what is not covered in the weeks ahead: gaps, absences, single points of failure
    Coverage(coverage::Coverage),
    /// List the swaps of duty, or ask somebody to take duty of yours
    #[command(alias = "swaps")]
    Swap(swap::Swap),
    /// Say who is on duty, until when, and who is next
    Who(who::Who),
    /// List what is muted, or mute an item, a queue or a key until a given time
    Mute(mute::Mute),
    /// List the addresses mail to which comes back or is stopped, or let it go on
    Addresses(addresses::Addresses),
    /// End a mute before its time
    Unmute(mute::Unmute),
    /// Take stored messages through the present rules, without effect
    Replay(replay::Replay),
    /// Have the daemon read its configuration again, or say what that would change
    Reload(reload::Reload),
    /// Say how each source is: what came by it, whom it turned away, whether it works
    Sources,
    /// Say how the daemon is
    Status,
    /// Print the version
    Version,
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // A slip in a mail server's configuration is no reason to send somebody's mail back.
        Err(error) if error.use_stderr() && std::env::args_os().any(|argument| argument == "ingest") => {
            println!("4.3.5 {}", crate::observe::one_line(&error.to_string()));
            return Exit::TryAgain.into();
        }
        Err(error) => error.exit(),
    };
    match run(&cli) {
        Ok(()) => Exit::Done.into(),
        Err(failure) => {
            if !failure.text.is_empty() {
                eprintln!("batond: {}", failure.text);
            }
            failure.exit.into()
        }
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let screen = Screen::here(cli.format);
    if cli.format == Format::Html && !matches!(cli.command, Command::Simulate(_)) {
        return Err(Failure::new(
            Exit::Usage,
            "only `simulate` makes a page; write --format human or json",
        ));
    }
    if cli.format == Format::Junit && !matches!(cli.command, Command::Test(_)) {
        return Err(Failure::new(Exit::Usage, "only `batond test` writes JUnit XML; take --format json"));
    }
    let client = || Client::connect(&cli.config);
    match &cli.command {
        Command::Run(run) => run.run(&cli.config),
        Command::Check(check) => check.run(&cli.config, &screen),
        Command::Explain(explain) => explain.run(&cli.config, &screen),
        Command::Test(test) => test.run(&cli.config, &screen),
        Command::Demo(demo) => demo.run(&screen),
        Command::Simulate(simulate) => simulate.run(&cli.config, &screen),
        Command::Init(init) => init.run(&screen),
        Command::Ingest(ingest) => ingest.run(&cli.config),
        Command::Schema => schema::run(&screen),
        Command::List(list) => list.run(client()?, &screen),
        Command::Show(show) => show.run(client()?, &screen),
        Command::Why(why) => why.run(client()?, &screen),
        Command::Do(act) => act.run(client()?, &screen),
        Command::Handoffs(handoffs) => handoffs.run(client()?, &screen),
        Command::Rounds(rounds) => rounds.run(client()?, &screen),
        Command::Keys(secrets) => secrets.run(client()?, &screen),
        Command::Hooks(hooks) => hooks.run(&cli.config, &screen),
        Command::Outbox(outbox) => outbox.run(client()?, &screen),
        Command::Calendar(show) => show.run(&cli.config, &screen),
        Command::Expect => expect::run(client()?, &screen),
        Command::Coverage(coverage) => coverage.run(&cli.config, &screen),
        Command::Swap(swap) => swap.run(client()?, &screen),
        Command::Who(who) => who.run(&cli.config, &screen),
        Command::Mute(mute) => mute.run(client()?, &screen),
        Command::Addresses(addresses) => addresses.run(client()?, &screen),
        Command::Unmute(unmute) => unmute.run(client()?, &screen),
        Command::Replay(replay) => replay.run(&cli.config, &screen),
        Command::Reload(reload) => reload.run(client()?, &screen),
        Command::Sources => sources::run(client()?, &screen),
        Command::Status => status::run(client()?, &screen),
        Command::Version => screen.print(&format!("batond {}\n", env!("CARGO_PKG_VERSION"))),
    }
}

#[cfg(test)]
mod tests;
