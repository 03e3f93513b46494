//! The examples and the starter folder load without a word.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use batond::config::{Relay, SourceKind, starter};
use jiff::civil::date;
use secrecy::ExposeSecret;

use super::{ambient, at, folder, good};

/// A folder of credentials that nobody else can read.
fn credentials() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("alertmanager");
    fs::write(&token, "a long random token\n").unwrap();
    fs::set_permissions(&token, fs::Permissions::from_mode(0o400)).unwrap();
    let path = folder.path().to_owned();
    (folder, path)
}

#[test]
fn quickstart_is_one_file_that_needs_nothing() {
    let root = at("examples/quickstart");
    for path in [root.clone(), root.join("batond.yaml")] {
        let config = good(&path, &ambient(None));
        assert_eq!(config.settings.store, root.join("./state"));
        assert!(matches!(&config.settings.send.relays[0], Relay::File(path) if *path == root.join("./outbox")));
        assert_eq!(config.policy.quarantine.as_str(), "quarantine");
        let quarantine = &config.policy.queues["quarantine"];
        assert_eq!((quarantine.prefix.as_str(), quarantine.owner.as_str()), ("QUA", "ana"));
        assert!(
            [&quarantine.purpose, &quarantine.urgent_when, &quarantine.handover]
                .iter()
                .all(|text| text.len() > 40)
        );
    }
}

#[test]
fn follow_the_sun_hands_the_baton_round_the_globe() {
    let (_kept, credentials) = credentials();
    let config = good(&at("examples/follow-the-sun"), &ambient(Some(credentials)));
    let policy = &config.policy;
    let duty = &policy.rotations["support-duty"];
    for (at, who) in [
        ("2026-03-10T00:00:00Z", "fay"),
        ("2026-03-10T07:59:59Z", "fay"),
        ("2026-03-10T08:00:00Z", "ana"),
        ("2026-03-10T14:59:59Z", "ana"),
        // New York has put its clocks forward two days before, Berlin has not.
        ("2026-03-10T15:00:00Z", "ben"),
        ("2026-03-10T23:59:59Z", "ben"),
        ("2026-03-11T00:00:00Z", "fay"),
        ("2026-03-17T15:00:00Z", "eve"),
        ("2026-03-14T12:00:00Z", "eve"),
    ] {
        assert_eq!(duty.on_duty(at.parse().unwrap()).unwrap().as_str(), who, "{at}");
    }
    let holidays = &policy.calendars["berlin"].holidays;
    assert_eq!(holidays[&date(2026, 12, 26)].name, "Christmas");
    assert_eq!(holidays[&date(2026, 12, 24)].name, "Office closed");
    let Relay::Smtp(relay) = &config.settings.send.relays[0] else {
        panic!()
    };
    assert_eq!(
        relay.url.expose_secret(),
        "smtp://batond:p%40ss%2Fword@relay.example:587?tls=required"
    );
    let shown = format!("{:?}", config.settings);
    assert!(
        !shown.contains("p%40ss") && !shown.contains("random token") && !shown.contains("horse"),
        "{shown}"
    );
    assert!(
        config
            .settings
            .sources
            .iter()
            .any(|source| matches!(source.kind, SourceKind::Lmtp(_)))
    );
    assert!(policy.calendars.contains_key("person:cat"));
    assert_eq!(policy.queues["quarantine"].owner.as_str(), "ana");
}

#[test]
fn the_starter_folder_passes() {
    let files = starter(&[]);
    let folder = folder(&files);
    let config = good(folder.path(), &ambient(None));
    assert_eq!(config.policy.queues.len(), 3);
    assert!(files.iter().all(|(path, text)| text.starts_with('#') && path.ends_with(".yaml")));
}

#[test]
fn without_secrets_everything_else_is_read_and_checked() {
    let found = batond::config::load_without_secrets(&at("examples/follow-the-sun"));
    assert!(found.diagnostics.is_empty(), "{}", batond::config::render_text(&found, false));
    let (_kept, credentials) = credentials();
    let whole = good(&at("examples/follow-the-sun"), &ambient(Some(credentials)));
    assert_eq!(found.config.unwrap().policy.revision, whole.policy.revision);
    let folder = tempfile::tempdir().unwrap();
    let written = "send: { relay: \"smtp://user:${env:NOBODY_SET_THIS}@relay.example:25?tls=required\" }\n";
    fs::write(folder.path().join("batond.yaml"), written).unwrap();
    let found = batond::config::load_without_secrets(folder.path());
    let text = batond::config::render_text(&found, false);
    assert!(
        found.config.is_none() && text.contains("desk") && !text.contains("NOBODY_SET_THIS is"),
        "{text}"
    );
}
