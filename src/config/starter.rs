//! The folder that `batond init` writes. May import packs. It passes `batond check` as it is, whatever packs it is asked for.

use super::packs::{Pack, suggested_queue};

/// A file of a new configuration: its path from the configuration folder, and its text.
pub type NewFile = (String, &'static str);

/// The files every new configuration has.
const BASE: [(&str, &str); 3] = [
    ("batond.yaml", include_str!("starter/batond.yaml")),
    ("people.yaml", include_str!("starter/people.yaml")),
    ("queues/triage.yaml", include_str!("starter/queues/triage.yaml")),
];

/// What stands in for packs where none is asked for: one queue, its rules and their cases, to be read and changed.
const SAMPLE: [(&str, &str); 3] = [
    ("queues/support.yaml", include_str!("starter/queues/support.yaml")),
    ("rules/10-mail.yaml", include_str!("starter/rules/10-mail.yaml")),
    ("rules/10-mail.test.yaml", include_str!("starter/rules/10-mail.test.yaml")),
];

/// The files of a first configuration: with a sample queue and rules, or with packs and the queues they suggest, each once.
#[must_use]
pub fn starter(packs: &[&Pack]) -> Vec<NewFile> {
    let mut files: Vec<NewFile> = BASE.map(|(path, text)| (path.to_owned(), text)).into();
    if packs.is_empty() {
        files.extend(SAMPLE.map(|(path, text)| (path.to_owned(), text)));
        return files;
    }
    for queue in packs.iter().flat_map(|pack| pack.queues) {
        let path = format!("queues/{queue}.yaml");
        if !files.iter().any(|(there, _)| *there == path) {
            files.extend(suggested_queue(queue).map(|text| (path, text)));
        }
    }
    files.extend(packs.iter().flat_map(|pack| pack.files()));
    files
}
