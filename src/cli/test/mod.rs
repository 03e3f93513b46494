//! `batond test`: plays the cases of a configuration. May import config, simulate. Needs no daemon, no store and no secret.

mod junit;
mod progress;
mod report;
mod text;

use std::path::Path;

use clap::Args;

use super::Format;
use super::screen::Screen;
use crate::config::{self, Ambient, Case, render_text};
use crate::daemon::{Exit, Failure};
use crate::observe::Stopwatch;
use crate::simulate::cases::Trial;

use progress::Progress;
use report::{Played, Report};

/// `test`
#[derive(Debug, Args)]
pub struct Test {
    /// Only cases with this in their name or file; several mean any of them
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
}

impl Test {
    /// Plays the cases and prints what came of them.
    pub fn run(&self, path: &Path, screen: &Screen) -> Result<(), Failure> {
        let mut loaded = config::load_all(path, &Ambient::without_secrets());
        let told = render_text(&loaded, false);
        eprint!("{told}");
        let Some(mut config) = loaded.config.take() else {
            return Err(Failure::silent(Exit::Config));
        };
        let mut cases = std::mem::take(&mut config.cases);
        if cases.is_empty() {
            eprintln!(
                "{} has no cases. Write some under `tests:`, beside the rules they try",
                path.display()
            );
        }
        let all = cases.len();
        cases.retain(|case| self.asks_for(case));
        if cases.is_empty() && all > 0 {
            let text = format!("none of the {all} cases has {} in its name or file", self.filters.join(" or "));
            return Err(Failure::new(Exit::Usage, text));
        }
        let mut report = play(&Trial::of(config), &cases);
        if cases.len() < all {
            // What some of the cases leave out says nothing.
            report.coverage = None;
        }
        if screen.format == Format::Junit {
            let xml = junit::junit(&report).map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
            screen.print_bytes(&xml)?;
        } else {
            screen.show(&report.json(), || Ok(text::text(&report, screen)))?;
        }
        if report.failed() > 0 {
            return Err(Failure::silent(Exit::Failed));
        }
        Ok(())
    }

    fn asks_for(&self, case: &Case) -> bool {
        let (name, file) = (case.name.to_lowercase(), case.place.file.to_lowercase());
        let holds = |filter: &String| name.contains(&filter.to_lowercase()) || file.contains(&filter.to_lowercase());
        self.filters.is_empty() || self.filters.iter().any(holds)
    }
}

fn play(trial: &Trial, cases: &[Case]) -> Report {
    let mut progress = Progress::here(cases.len());
    let mut coverage = trial.coverage();
    let mut report = Report::default();
    for case in cases {
        let watch = Stopwatch::start();
        let mut came = trial.play(case);
        let took = watch.elapsed();
        std::mem::take(&mut came.verdicts).iter().for_each(|verdict| coverage.add(verdict));
        progress.another();
        report.played.push(Played { took, came });
    }
    report.coverage = Some(coverage);
    report
}
