//! Files of all forms, written here and read back.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::config::{HookDoor, SourceKind, SourceSettings, Verify};
use crate::driver::HookParts;
use crate::model::{Envelope, SourceName};

fn reader(named: Option<&str>) -> Reader {
    let hook = |name: &str, verify| SourceSettings {
        name: SourceName::from(name),
        kind: SourceKind::Webhook(HookDoor {
            verify,
            allow_from: Vec::new(),
            max_body_bytes: 1,
            rate: None,
            proxies: Default::default(),
        }),
    };
    let github = Verify::Github { secrets: Vec::new() };
    let settings = [hook("alerts", Verify::Bearer { secrets: Vec::new() }), hook("github", github)];
    Reader {
        sources: Sources::of(&settings, named.map(SourceName::from)),
        at: None,
        now: "2026-11-23T08:00:00Z".parse().unwrap(),
    }
}

fn all(reader: &Reader, path: &Path) -> Vec<FileMessage> {
    reader.messages(vec![path.to_owned()]).collect()
}

fn envelope(message: &FileMessage) -> Envelope {
    match &message.arrival.as_ref().unwrap().kind {
        ArrivalKind::Mail(envelope) | ArrivalKind::Lying(envelope, _) | ArrivalKind::Aside(envelope, ..) => envelope.clone(),
        ArrivalKind::Hook(_) => panic!("{} is a webhook", message.name),
    }
}

fn parts(message: &FileMessage) -> HookParts {
    match &message.arrival.as_ref().unwrap().kind {
        ArrivalKind::Hook(parts) => parts.clone(),
        ArrivalKind::Mail(_) | ArrivalKind::Lying(..) | ArrivalKind::Aside(..) => panic!("{} is a mail", message.name),
    }
}

fn names(messages: &[FileMessage], below: &Path) -> Vec<String> {
    let prefix = format!("{}/", below.display());
    messages.iter().map(|m| m.name.replace(&prefix, "")).collect()
}

#[test]
fn a_mail_has_the_envelope_its_headers_tell_of() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("one.eml");
    let write = |text: &str| fs::write(&file, text).unwrap();
    let read = || all(&reader(None), &file).remove(0);

    write(
        "From: Cat <cat@there.example>\r\nTo: support@ops.example\r\nCc: ana@ops.example\r\nDate: Mon, 23 Nov 2026 09:00:00 +0100\r\n\r\nHello\r\n",
    );
    let message = read();
    assert_eq!(envelope(&message).from.as_deref(), Some("cat@there.example"));
    assert_eq!(envelope(&message).to, ["support@ops.example", "ana@ops.example"]);
    assert_eq!(message.own_time, Some("2026-11-23T08:00:00Z".parse().unwrap()));

    write(
        "Return-Path: <>\nReceived: from a by b; Mon, 23 Nov 2026 10:00:00 +0000\nDelivered-To: help@ops.example\nFrom: cat@there.example\nTo: x@y.example\n\n",
    );
    let message = read();
    assert_eq!(envelope(&message).from, None);
    assert_eq!(envelope(&message).to, ["help@ops.example"]);
    assert_eq!(message.own_time, Some("2026-11-23T10:00:00Z".parse().unwrap()));

    write("From: x@y.example\nContent-Type: multipart/report; boundary=a\n\n");
    assert_eq!(envelope(&read()).from, None);
    assert_eq!(read().arrival.unwrap().received, reader(None).now, "no time of its own");
}

#[test]
fn a_mailbox_gives_each_message_by_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("archive");
    fs::write(&file, "From a@b.example Mon Nov 23 09:00:00 2026\nSubject: one\n\n>From here on\n\nFrom c@d.example Mon Nov 23 09:00:01 2026\nSubject: two\n\nx\n").unwrap();
    let messages = all(&reader(None), &file);
    assert_eq!(names(&messages, folder.path()), ["archive:1", "archive:2"]);
    assert_eq!(
        messages[0].arrival.as_ref().unwrap().raw.as_ref(),
        b"Subject: one\n\nFrom here on\n\n"
    );

    let stream = fs::File::open(&file).unwrap();
    let read: Vec<String> = reader(None).stream("-", stream).map(|m| m.name).collect();
    assert_eq!(read, ["-:1", "-:2"]);

    let empty = folder.path().join("none.mbox");
    fs::write(&empty, "").unwrap();
    assert_eq!(
        all(&reader(None), &empty)[0].arrival.as_ref().unwrap_err(),
        "there is no message in this mailbox"
    );
}

#[test]
fn folders_and_maildirs_are_read_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| {
        let path: PathBuf = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "Subject: x\n\n").unwrap();
    };
    [
        "b.eml",
        ".hidden/x.eml",
        "a/z.eml",
        "box/cur/2:2,S",
        "box/new/1",
        "box/tmp/3",
        "box/.Sent/cur/4",
        "box/.Sent/new/5",
        "c.json.headers",
    ]
    .into_iter()
    .for_each(at);
    let messages = all(&reader(None), folder.path());
    let expected = [
        "a/z.eml",
        "b.eml",
        "box/.Sent/cur/4",
        "box/.Sent/new/5",
        "box/cur/2:2,S",
        "box/new/1",
    ];
    assert_eq!(names(&messages, folder.path()), expected);
    let nowhere = all(&reader(None), Path::new("/nowhere/at/all.eml"));
    assert!(nowhere.len() == 1 && nowhere[0].arrival.as_ref().unwrap_err().contains("No such file"));
}

#[test]
fn a_webhook_has_its_headers_within_or_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    };
    let wrapped = write(
        "x.json",
        r#"{"headers":{"X-GitHub-Event":"push","X-GitHub-Delivery":"d-1"},"body":{"b":1,"a":2},"query":{"q":["1","2"]},"at":"2026-11-23T09:00:00Z"}"#,
    );
    let message = all(&reader(None), &wrapped).remove(0);
    let arrival = message.arrival.as_ref().unwrap();
    assert_eq!(
        (arrival.source.as_str(), arrival.raw.as_ref()),
        ("github", br#"{"b":1,"a":2}"#.as_slice())
    );
    let found = parts(&message);
    assert_eq!((found.event.as_deref(), found.delivery_id.as_deref()), (Some("push"), Some("d-1")));
    assert_eq!(found.content_type.as_deref(), Some("application/json"));
    assert_eq!(found.query.len(), 2);
    assert_eq!(message.own_time, Some("2026-11-23T09:00:00Z".parse().unwrap()));

    let bare = write("github/push.json", "{ \"headers\": 1 }");
    write(
        "github/push.json.headers",
        "POST /hooks/github?a=b HTTP/1.1\nX-GitHub-Event: ping\n",
    );
    let found = parts(&all(&reader(None), &bare)[0]);
    assert_eq!(
        (found.event.as_deref(), found.query),
        (Some("ping"), vec![("a".to_owned(), "b".to_owned())])
    );

    let elsewhere = write("some.json", "[1]");
    let source = |named| all(&reader(named), &elsewhere).remove(0).arrival.unwrap().source;
    assert_eq!(source(None).as_str(), "alerts");
    assert_eq!(source(Some("github")).as_str(), "github");
    assert_eq!(source(Some("other")).as_str(), "other");
}

#[test]
fn a_message_that_is_too_large_is_told() {
    let endless = std::io::repeat(b'x').take(MAX_MESSAGE_BYTES + 10);
    let first = reader(None).stream("-", endless).next().unwrap();
    assert!(first.arrival.unwrap_err().contains("64 MiB"));
    let mailbox = b"From a\n".chain(std::io::repeat(b'x').take(MAX_MESSAGE_BYTES + 10));
    let told: Vec<_> = reader(None).stream("-", mailbox).map(|m| m.arrival.map(drop)).collect();
    assert!(told.len() == 1 && told[0].as_ref().unwrap_err().contains("64 MiB"), "{told:?}");
}
