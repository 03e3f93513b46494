//! The cases of the examples pass, and cases that are wrong fail.

use std::path::Path;

use batond::config::{Ambient, load_all, render_text};
use batond::simulate::cases::{CaseReport, Trial};

/// Plays all cases of a configuration.
pub fn play(folder: &Path) -> Vec<CaseReport> {
    let mut loaded = load_all(folder, &Ambient::without_secrets());
    let Some(mut config) = loaded.config.take() else {
        panic!("{}:\n{}", folder.display(), render_text(&loaded, false));
    };
    let cases = std::mem::take(&mut config.cases);
    let trial = Trial::of(config);
    cases.iter().map(|case| trial.play(case)).collect()
}

/// Plays all cases of a configuration; there must be at least `least`, and all of them must pass.
pub fn pass(folder: &Path, least: usize) {
    let reports = play(folder);
    assert!(reports.len() >= least, "{} has {} cases only", folder.display(), reports.len());
    for report in reports {
        assert!(report.passed(), "{}: {report:#?}", folder.display());
    }
}

#[test]
fn the_cases_of_the_examples_pass() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    pass(&examples.join("quickstart"), 2);
}
