//! YAML to raw models with the place of every leaf, to checks, to Policy and Settings. May import the core. Finds every mistake at once.

mod advice;
mod cases;
mod check;
mod code;
mod diagnostic;
mod fields;
mod files;
mod hook_door;
mod load;
mod mailboxes;
mod names;
mod nearest;
mod packs;
mod render;
mod schema;
mod secret;
mod section;
mod sections;
mod settings;
mod starter;
mod texts;
mod veil;
mod webhooks;
mod whole;
mod yaml;

pub use cases::{
    Attached, Case, CaseStep, Day, DeadlineWant, Expect, Given, HookBody, HookGiven, MailBytes, MailGiven, Moment, NoticeWant, Pattern,
    ShortMail, Want, Wanted,
};
pub use code::Code;
pub use diagnostic::{Diagnostic, Severity};
pub use files::{MAX_FILE_BYTES, MAX_FILES, MAX_FOLDERS, MAX_TOTAL_BYTES};
pub use hook_door::{
    ClientHeader, HmacAlgorithm, HmacEncoding, HmacScheme, HookDoor, Marks, Proxies, Rate, Signed, StampFormat, StampHeader, StandardKey,
    Verify,
};
pub use load::{Config, Loaded, load, load_ahead, load_all, load_with, load_without_secrets};
pub use mailboxes::{ImapLogin, ImapSource, ImapTls, MaildirSource, PipeSource, TokenMechanism, TokenSource};
pub(crate) use nearest::nearest;
pub use packs::{PACKS, Pack, suggested_queue};
pub use render::{render_json, render_text};
pub use schema::schema;
pub use secret::Ambient;
pub use section::tls::SOON as CERTIFICATE_SOON;
pub use settings::{
    DkimKey, Listen, Login, Logins, MailDoor, MailTls, Relay, RelayAuth, Sending, Settings, SmtpRelay, SourceKind, SourceSettings, TlsMode,
    UnixListen, WebDoor,
};
pub use starter::{NewFile, starter};
pub use texts::{SourceText, SourceTexts};
pub use webhooks::{Webhook, Webhooks};
