//! Secrets nobody else has, of every kind there is: whatever goes right or wrong with them, they are in no log, answer, page, metric, notice or record.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use data_encoding::{BASE64, HEXLOWER};
use rustix::process::Signal;

use super::desk::{Desk, free_port, http, said, until};
use super::doors::certificate;
use super::peers::{peer, run, swaks};

/// What only their owners know, and what somebody typed in its place.
const SECRETS: [(&str, &str); 8] = [
    ("S_GITHUB", "zq-github-5f1c0e"),
    ("S_BEARER", "zq-bearer-8a2d4b"),
    ("S_BASIC", "zq-basic-77e9a1"),
    ("S_LOGIN", "zq-login-c3b05d"),
    ("S_MAILBOX", "zq-mailbox-19f6e2"),
    ("S_RELAY", "zq-relay-d84a70"),
    ("S_CALLS", "whsec_enEtY2FsbHMtMmI5ZTZmLWxvbmctZW5vdWdoLTAwMDA="),
    ("S_TYPED", "zq-typed-in-its-place-4c8d"),
];
/// The same for what a caller shows that is wrong.
const SHOWN_WRONGLY: &str = "zq-shown-wrongly-0d3f9a";

/// A server that answers each line by what it begins with, and refuses what nobody expects.
fn stand_in(greeting: &'static str, answers: &'static [(&'static str, &'static str)]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut out = stream.try_clone().unwrap();
                let _ = out.write_all(greeting.as_bytes());
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let tag = line.split(' ').next().unwrap_or_default();
                    let found = answers.iter().find(|(begin, _)| line.contains(begin));
                    let answer = found.map_or("500 5.5.1 not known\r\n", |(_, answer)| answer);
                    let _ = out.write_all(answer.replace("TAG", tag).as_bytes());
                }
            });
        }
    });
    port
}

fn configuration(folder: &Path, common: &str, submission: u16) -> String {
    certificate(folder, "cert.pem", "key.pem");
    let mailbox = stand_in(
        "* OK ready\r\n",
        &[
            ("CAPABILITY", "* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"),
            ("LOGIN", "TAG NO [AUTHENTICATIONFAILED] no such user\r\n"),
        ],
    );
    let relay = stand_in(
        "220 relay.example ESMTP\r\n",
        &[
            ("EHLO", "250-relay.example\r\n250 AUTH PLAIN LOGIN\r\n"),
            ("AUTH", "535 5.7.8 not accepted\r\n"),
            ("QUIT", "221 2.0.0 bye\r\n"),
        ],
    );
    let receiver = free_port();
    let sources = format!(
        "sources:\n  submission: {{ smtp: {{ listen: \"127.0.0.1:{submission}\", for: [\"*@ops.example\"], tls: {{ cert: cert.pem, key: key.pem, required: true }}, \
         auth: {{ users: {{ ana: {{ secret: \"${{env:S_LOGIN}}\", person: ana }} }} }} }} }}\n  \
         mailbox: {{ imap: {{ server: 127.0.0.1, port: {mailbox}, tls: none, user: help, password: \"${{env:S_MAILBOX}}\", trusted: true }} }}\n  \
         forms: {{ webhook: {{ verify: basic, user: forms, secret: \"${{env:S_BASIC}}\" }} }}\n"
    );
    let send = format!(
        "send:\n  relay: \"smtp://desk:${{env:S_RELAY}}@127.0.0.1:{relay}\"\n  webhooks: {{ ci: {{ url: \"http://127.0.0.1:{receiver}/hook\", secret: \"${{env:S_CALLS}}\", events: [item.opened] }} }}\n  \
         allow_networks: [\"127.0.0.0/8\"]\n"
    );
    common
        .replace("sources:\n", &sources)
        .replace("send: { relay: \"@RELAY@\" }\n", &send)
        .replace("E2E_GITHUB", "S_GITHUB")
        .replace("E2E_BEARER", "S_BEARER")
}

/// What `curl` is answered, with the heads.
fn curl(curl: &Path, arguments: &[&str], url: &str) -> String {
    let output = run(Command::new(curl)
        .args(["--silent", "--show-error", "--include", "--max-time", "20"])
        .args(arguments)
        .arg(url));
    said(&output)
}

/// All text in a folder, with what each file is called.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            found.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    found
}

/// A secret as it is, and as it goes over the wire.
fn forms(secret: &str) -> Vec<String> {
    let with_user = |user: &str| BASE64.encode(format!("{user}:{secret}").as_bytes());
    let plain = |user: &str| BASE64.encode(format!("\0{user}\0{secret}").as_bytes());
    vec![
        secret.to_owned(),
        BASE64.encode(secret.as_bytes()),
        HEXLOWER.encode(secret.as_bytes()),
        with_user("forms"),
        plain("ana"),
        plain("desk"),
    ]
}

/// D7.
#[test]
fn a_secret_is_in_nothing_that_anybody_reads() {
    let (Some(program), Some(_)) = (peer("curl"), peer("swaks")) else {
        return;
    };
    let submission = free_port();
    let mut variables = SECRETS.to_vec();
    // Everything anybody says, libraries too.
    variables.push(("BATOND_LOG", "trace"));
    let mut desk = Desk::changed_with(false, &variables, &|folder, common| configuration(folder, common, submission));
    let mut seen: Vec<(String, String)> = Vec::new();

    // Right and wrong, by each door.
    let secret = |name: &str| SECRETS.iter().find(|(known, _)| *known == name).unwrap().1;
    let web = format!("http://127.0.0.1:{}/hooks", desk.web);
    for token in [secret("S_BEARER"), SHOWN_WRONGLY] {
        let head = format!("Authorization: Bearer {token}");
        seen.push((
            format!("bearer {token}"),
            curl(
                &program,
                &["--json", "{\"title\":\"x\"}", "--header", &head],
                &format!("{web}/alertmanager"),
            ),
        ));
        let user = format!("forms:{token}");
        seen.push((
            "basic".to_owned(),
            curl(&program, &["--json", "{}", "--user", &user], &format!("{web}/forms")),
        ));
    }
    let user = format!("forms:{}", secret("S_BASIC"));
    seen.push((
        "basic, right".to_owned(),
        curl(&program, &["--json", "{\"a\":1}", "--user", &user], &format!("{web}/forms")),
    ));
    let signature = format!("X-Hub-Signature-256: sha256={SHOWN_WRONGLY}");
    seen.push((
        "github".to_owned(),
        curl(&program, &["--json", "{}", "--header", &signature], &format!("{web}/github")),
    ));
    for password in [secret("S_LOGIN"), SHOWN_WRONGLY] {
        let login = ["--tls", "--auth", "PLAIN", "--auth-user", "ana", "--auth-password", password];
        // swaks shows what it says itself: only what it is answered counts.
        swaks(submission, "ana@ops.example", "support@ops.example", &login).unwrap();
    }
    assert!(
        seen.iter().filter(|(_, answer)| answer.starts_with("HTTP/1.1 202")).count() >= 2,
        "{seen:?}"
    );
    assert!(
        seen.iter().filter(|(_, answer)| answer.starts_with("HTTP/1.1 401")).count() >= 3,
        "{seen:?}"
    );
    let id = until("an item", || Some(desk.items().first()?["id"].as_str()?.to_owned()));
    until("the mailbox fails", || {
        let sources = desk.json(&["sources"]);
        sources["sources"]
            .as_array()?
            .iter()
            .any(|one| one["name"] == "mailbox" && one["state"] == "failing")
            .then_some(())
    });
    until("the relay refuses", || {
        said(&desk.ask(&["outbox", "list"])).contains("535").then_some(())
    });

    // Everything that can be asked, with a configuration that is sound and one that is not.
    for sound in [true, false] {
        if !sound {
            let path = desk.folder.path().join("work.yaml");
            let more = fs::read_to_string(&path).unwrap();
            fs::write(
                &path,
                format!(
                    "{more}sources:\n  typed: {{ webhook: {{ verify: bearer, secret: {} }} }}\n",
                    secret("S_TYPED")
                ),
            )
            .unwrap();
        }
        for ask in [
            "check",
            "list --all",
            "show ID",
            "why ID",
            "sources",
            "outbox list",
            "outbox show 1.0",
            "status",
            "keys",
            "who",
            "reload",
        ] {
            for format in ["", " --format json"] {
                let line = format!("{ask}{format}").replace("ID", &id);
                seen.push((line.clone(), said(&desk.ask(&line.split(' ').collect::<Vec<_>>()))));
            }
        }
        for page in ["/metrics", "/healthz", "/readyz", "/nothing"] {
            seen.push((page.to_owned(), http(desk.web, page).unwrap()));
        }
        desk.signal(Signal::HUP);
    }
    until("the broken configuration is refused", || desk.log().contains("B0501").then_some(()));
    desk.stop();
    seen.extend(texts(&desk.folder.path().join("data")));
    seen.push(("the log".to_owned(), desk.log()));

    // The rig sees what is there.
    assert!(desk.log().contains("TRACE"), "the log is not the whole");
    assert!(texts(desk.folder.path()).iter().any(|(_, text)| text.contains(secret("S_TYPED"))));
    let shown = SECRETS.iter().map(|(_, secret)| *secret).chain([SHOWN_WRONGLY]);
    let mut told = Vec::new();
    for form in shown.flat_map(forms) {
        for (place, text) in &seen {
            if let Some(at) = text.find(&form) {
                let line = text[..at].rsplit('\n').next().unwrap_or_default();
                told.push(format!("{place}: {form} after {line}"));
            }
        }
    }
    assert!(told.is_empty(), "{told:#?}");
    println!(
        "D7: {} secrets in {} texts of {} KB: in none",
        SECRETS.len() + 1,
        seen.len(),
        seen.iter().map(|(_, text)| text.len()).sum::<usize>() / 1_000
    );
}

/// A core would have them all.
#[test]
fn the_service_writes_no_core() {
    let unit = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/batond.service")).unwrap();
    assert!(unit.lines().any(|line| line == "LimitCORE=0"), "{unit}");
}
