//! YAML to raw models with the place of every leaf, to checks, to Policy and Settings. May import the core. Finds every mistake at once.

mod settings;

pub use settings::{HmacAlgorithm, HmacEncoding, HookDoor, MailDoor, Relay, Settings, SourceKind, SourceSettings, Verify};
