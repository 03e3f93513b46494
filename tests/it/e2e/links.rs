//! C9: every link in every mail, fetched as mail scanners fetch them, changes nothing: there is no link to a page, and no path of the web listener changes anything by GET, HEAD or OPTIONS.

use std::collections::BTreeSet;
use std::process::Command;

use super::desk::{Desk, SUPPORT, http_as, said, until};
use super::peers::{peer, run};
use super::wire::{Wire, plain_mail};

/// How scanners look.
const METHODS: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

/// A browser takes about a second each.
const PATHS_BROWSED: usize = 4;
const MAILS_BROWSED: usize = 3;

/// Every address that stands in a text as a link.
fn links(text: &str) -> BTreeSet<String> {
    let pattern = regex::Regex::new(r#"(?i)(?:href|src|action)\s*=\s*["']?([^"'\s>]+)|((?:https?|ftp|mailto):[^\s"'<>]+)"#).unwrap();
    let found = pattern.captures_iter(text).filter_map(|link| link.get(1).or_else(|| link.get(2)));
    found.map(|link| link.as_str().replace("&amp;", "&")).collect()
}

#[test]
fn every_link_fetched_changes_nothing() {
    let mut desk = Desk::start(SUPPORT);
    for (number, subject) in ["Cannot log in", "Cannot pay"].iter().enumerate() {
        let data = plain_mail(
            "dora@customer.example",
            "support@ops.example",
            subject,
            &format!("link-{number}@customer.example"),
            "Look at http://127.0.0.1/evil?do=done and https://ops.example/SUP-1/done",
        );
        Wire::open(desk.smtp)
            .mail("dora@customer.example", "support@ops.example", &data)
            .unwrap();
    }
    for words in [
        "accept",
        "note: see https://ops.example/x",
        "reply: we look at it",
        "pass ben please",
        "escalate",
    ] {
        assert!(desk.ask(&["do", "SUP-1", words]).status.success(), "{words}");
    }
    until("mail is out", || (desk.metric("batond_outbox_due") == 0.0).then_some(()));
    let mut mails = 0;
    let mut found = BTreeSet::new();
    for entry in walk(&desk.out()) {
        let raw = std::fs::read(&entry).unwrap();
        let mail = mail_parser::MessageParser::default().parse(&raw).expect("a mail");
        mails += 1;
        for part in 0.. {
            let Some(text) = mail.body_text(part) else { break };
            found.extend(links(&text));
        }
        for part in 0.. {
            let Some(html) = mail.body_html(part) else { break };
            found.extend(links(&html));
        }
    }
    assert!(mails >= 5, "{mails} mails");
    let ours: BTreeSet<&String> = found
        .iter()
        .filter(|link| !link.starts_with("mailto:") && !link.contains("evil") && !link.contains("ops.example/"))
        .collect();
    assert!(ours.is_empty(), "links of our own that a scanner can fetch: {ours:?}");
    let mailto = found.iter().filter(|link| link.starts_with("mailto:")).count();
    assert!(mailto > 5, "one-tap answers are there: {found:?}");

    // Whatever a scanner or a browser makes of them, and every path there is.
    let before = (desk.items(), desk.json(&["outbox", "list", "--all"]));
    let mut paths: Vec<String> = [
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/hooks/github",
        "/hooks/alertmanager",
        "/hooks/inbox",
        "/SUP-1",
        "/SUP-1/done",
    ]
    .map(str::to_owned)
    .into();
    paths.extend(found.iter().map(|link| {
        let bare: String = link.chars().filter(|c| !c.is_whitespace() && c.is_ascii()).collect();
        format!(
            "/{}",
            bare.trim_start_matches("mailto:")
                .trim_start_matches("https://")
                .trim_start_matches("http://")
        )
    }));
    let mut fetched = 0;
    for path in &paths {
        for method in METHODS {
            let answer = http_as(desk.web, method, path).expect("an answer");
            fetched += 1;
            assert!(!answer.starts_with("HTTP/1.1 5"), "{method} {path}: {answer}");
        }
    }
    let browsed = browse(&desk, &paths);
    let after = (desk.items(), desk.json(&["outbox", "list", "--all"]));
    assert_eq!(before, after, "nothing changed");
    println!(
        "C9: {mails} mails with {mailto} mailto links and none to a page of ours; {fetched} fetches of {} paths, {browsed} pages and mails opened in a browser: 0 changes",
        paths.len()
    );
    desk.stop();
}

/// Opens the mails themselves, as a web mailer shows them, and some of the paths in a browser without a screen, scripts and all. How many were opened.
fn browse(desk: &Desk, paths: &[String]) -> usize {
    let Some(chromium) = peer("chromium") else { return 0 };
    let mut addresses: Vec<String> = paths
        .iter()
        .take(PATHS_BROWSED)
        .map(|path| format!("http://127.0.0.1:{}{path}", desk.web))
        .collect();
    for (number, entry) in walk(&desk.out()).iter().take(MAILS_BROWSED).enumerate() {
        let raw = std::fs::read(entry).unwrap();
        let html = mail_parser::MessageParser::default()
            .parse(&raw)
            .and_then(|mail| mail.body_html(0).map(|html| html.into_owned()));
        let page = desk.folder.path().join(format!("mail-{number}.html"));
        std::fs::write(&page, html.expect("each mail has an HTML form")).unwrap();
        addresses.push(format!("file://{}", page.display()));
    }
    for address in &addresses {
        let output = run(Command::new("timeout").arg("60").arg(&chromium).args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--dump-dom",
            &format!("--user-data-dir={}", desk.folder.path().join("browser").display()),
            address,
        ]));
        assert!(output.status.success(), "{address}: {}", said(&output));
    }
    addresses.len()
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(walk(&entry.path()));
        } else if entry.path().extension().is_some_and(|end| end == "eml")
            || entry.path().parent().is_some_and(|parent| parent.ends_with("new"))
        {
            found.push(entry.path());
        }
    }
    found
}
