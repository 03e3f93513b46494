//! `batond hooks try` against a daemon: one sample for each scheme, and what is said when it cannot be tried.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use super::desk::{Desk, batond, free_port, said};
use super::doors::certificate;

/// The secrets of these sources; none may be in anything that is printed or logged.
const CANARY: &str = "canary-of-a-secret";
const STANDARD: &str = "whsec_Y2FuYXJ5LW9mLWEtc2VjcmV0LWNhbmFyeQ==";

/// A source for each scheme.
const SOURCES: &str = r#"sources:
  github-ci: { webhook: { verify: github, secret: "${env:E2E_CANARY}" } }
  gitlab: { webhook: { verify: gitlab, secret: "${env:E2E_CANARY}" } }
  stripe: { webhook: { verify: stripe, secret: ["${env:E2E_CANARY}", "${env:E2E_GITHUB}"] } }
  slack: { webhook: { verify: slack, secret: "${env:E2E_CANARY}" } }
  standard: { webhook: { verify: standard, secret: "${env:E2E_STANDARD}" } }
  basic: { webhook: { verify: basic, user: ana, secret: "${env:E2E_CANARY}" } }
  bearer: { webhook: { verify: bearer, secret: "${env:E2E_CANARY}" } }
  shop: { webhook: { verify: hmac, secret: "${env:E2E_CANARY}", header: X-Sum, algorithm: sha512, encoding: base64, prefix: "v1=", id_header: X-Id, timestamp: X-Time, timestamp_format: rfc3339, signs: "{timestamp}.{id}.{body}" } }
  sensors: { webhook: { verify: none, allow_from: "127.0.0.1" } }
  elsewhere: { webhook: { verify: none, allow_from: "192.0.2.0/24" } }
  rare: { webhook: { verify: bearer, secret: "${env:E2E_CANARY}", rate: { deliveries: 1, in: 1h } } }
"#;

const SCHEMES: [&str; 9] = [
    "github-ci",
    "gitlab",
    "stripe",
    "slack",
    "standard",
    "basic",
    "bearer",
    "shop",
    "sensors",
];

fn desk(https: bool) -> Desk {
    Desk::changed_with(https, &[("E2E_CANARY", CANARY), ("E2E_STANDARD", STANDARD)], &|folder, common| {
        certificate(folder, "cert.pem", "key.pem");
        let common = common.replace("sources:\n", SOURCES);
        if https {
            common.replace("@WEB@\" }", "@WEB@\", tls: { cert: cert.pem, key: key.pem } }")
        } else {
            common
        }
    })
}

/// Tries a sample that stands in a file: how it ended, its data, and all it said.
fn tries(desk: &Desk, source: &str, sample: &str, more: &[&str]) -> (i32, Value, String) {
    let file = desk.folder.path().join("sample.json");
    std::fs::write(&file, sample).unwrap();
    let arguments = [&["hooks", "try", source, file.to_str().unwrap()], more].concat();
    let shown = said(&desk.ask(&arguments));
    assert!(!shown.contains(CANARY) && !shown.contains(STANDARD), "{shown}");
    // Once more for programs: a repeat, or refused again.
    let output = desk.ask(&[&arguments[..], &["--format", "json"]].concat());
    let data = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), data, shown)
}

fn one_for_each_scheme(https: bool) {
    let mut desk = desk(https);
    let scheme = if https { "https" } else { "http" };
    for (number, source) in SCHEMES.iter().enumerate() {
        let sample =
            json!({ "id": format!("evt_{number}"), "event_id": format!("Ev{number}"), "title": format!("by {source}") }).to_string();
        let (code, data, shown) = tries(&desk, source, &sample, &[]);
        assert!(shown.contains("202 Accepted"), "{shown}");
        let stored = shown.split_once("It is stored, in ").and_then(|(_, rest)| rest.split_once('.'));
        let (item, _) = stored.unwrap_or_else(|| panic!("{shown}"));
        assert!(
            shown.contains(&format!("POST {scheme}://127.0.0.1:{}/hooks/{source}", desk.web)),
            "{shown}"
        );
        assert_eq!(code, 0, "{data}");
        // What has an id of its own is another delivery; what has none is the same again.
        let other = ["gitlab", "standard", "shop"].contains(source);
        let again = if other { json!([202, false]) } else { json!([200, true]) };
        assert_eq!(json!([data["status"], data["repeat"]]), again, "{data}");
        assert_eq!(desk.ask(&["show", item, "--raw"]).stdout, sample.as_bytes());
    }
    desk.stop();
    assert!(!desk.log().contains(CANARY) && !desk.log().contains(STANDARD), "{}", desk.log());
}

#[test]
fn a_sample_is_let_in_by_each_scheme() {
    one_for_each_scheme(false);
}

#[test]
fn a_sample_goes_by_https_with_the_certificate_of_the_daemon() {
    one_for_each_scheme(true);
}

#[test]
fn headers_come_from_the_command_line_from_the_file_and_from_beside_it() {
    let desk = desk(false);
    let kept = |item: &str| desk.json(&["explain", item])["message"]["subject"].clone();
    let (_, data, shown) = tries(&desk, "github-ci", "{\"n\":1}", &["--header", "X-GitHub-Event: issues"]);
    assert_eq!((&data["status"], &data["verify"]), (&json!(200), &json!("github")), "{shown}");
    let item = data["items"][0].as_str().unwrap().to_owned();
    assert_eq!(kept(&item), "issues");
    // A recorded delivery brings its headers; a proof that was recorded with it is made anew.
    let recorded = json!({
        "headers": { "X-GitHub-Event": "push", "X-Hub-Signature-256": "sha256=00", "Host": "old.example", "Content-Length": "3" },
        "query": { "a": "b" },
        "body": { "n": 2 },
    });
    let (code, data, shown) = tries(&desk, "github-ci", &recorded.to_string(), &[]);
    assert!(
        code == 0 && shown.contains("202") && shown.contains("/hooks/github-ci?a=b"),
        "{shown}"
    );
    let item = data["items"][0].as_str().unwrap().to_owned();
    assert_eq!(kept(&item), "push");
    // A proof that is named is sent as it is named.
    let (code, data, shown) = tries(&desk, "github-ci", "{\"n\":3}", &["-H", "X-Hub-Signature-256: sha256=00"]);
    assert!(code == 1 && data["problem"]["status"] == 401, "{shown}");
    assert!(shown.contains("batond reload"), "{shown}");
    // Standard input, and what is no JSON.
    let mut child = batond(desk.folder.path(), &["hooks", "try", "sensors", "-"])
        .env("E2E_CANARY", CANARY)
        .env("E2E_STANDARD", STANDARD)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"it is warm").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && said(&output).contains("202"), "{}", said(&output));
}

#[test]
fn slack_asks_whether_anybody_is_there() {
    let desk = desk(false);
    let asked = json!({ "token": "x", "challenge": "3eZbrw1aBm2rZgRNFdxV", "type": "url_verification" });
    let (code, data, shown) = tries(&desk, "slack", &asked.to_string(), &[]);
    assert_eq!((code, &data["answer"]), (0, &json!("3eZbrw1aBm2rZgRNFdxV")), "{shown}");
    let form = "content-type: application/x-www-form-urlencoded";
    let (code, _, shown) = tries(&desk, "slack", "command=%2Fdesk&text=hello", &["-H", form]);
    assert!(code == 0 && shown.contains("It answered: Taken: SUP-1."), "{shown}");
}

#[test]
fn what_cannot_be_tried_says_why_and_what_to_do() {
    let mut desk = desk(false);
    let check = |source: &str, sample: &str, more: &[&str], code: i32, words: &[&str]| {
        let (ended, data, shown) = tries(&desk, source, sample, more);
        assert_eq!(ended, code, "{shown} {data}");
        for word in words {
            assert!(shown.replace('\n', " ").contains(word), "{word}: {shown}");
        }
    };
    check("githubci", "{}", &[], 3, &["did you mean `github-ci`?"]);
    check(
        "nobody-at-all",
        "{}",
        &[],
        3,
        &["there is no source `nobody-at-all`", "webhook sources: "],
    );
    check("inbox", "{}", &[], 3, &["of the kind `smtp`", "takes no webhooks"]);
    check(
        "sensors",
        "{\"a\":",
        &["-H", "Content-Type: application/json"],
        1,
        &["400 Bad Request", "line 1, column 5"],
    );
    check("sensors", "x", &["-H", "Content-Type: image/png"], 1, &["415 "]);
    check("elsewhere", "{}", &[], 1, &["403 ", "allow_from", "--url"]);
    check("sensors", &"x".repeat((1 << 20) + 1), &[], 1, &["413 ", "max_size"]);
    let nobody = format!("http://127.0.0.1:{}/hooks/sensors", free_port());
    check(
        "sensors",
        "{}",
        &["--url", &nobody],
        69,
        &["there is no answer from http://127.0.0.1:", "refused"],
    );
    let unknown = format!("http://127.0.0.1:{}/hooks/unknown", desk.web);
    check("sensors", "{}", &["--url", &unknown], 1, &["404 ", "batond reload"]);
    check("rare", "{\"n\":1}", &[], 75, &["202 "]);
    check("rare", "{\"n\":2}", &[], 75, &["429 Too Many Requests", "Send it again in "]);
    let missing = desk.ask(&["hooks", "try", "sensors", "no-such-file.json"]);
    assert_eq!(missing.status.code(), Some(74), "{}", said(&missing));
    assert!(
        said(&missing).contains("no-such-file.json cannot be read: No such file"),
        "{}",
        said(&missing)
    );
    for wrong in [&["--url", "ftp://x"][..], &["-H", "no colon"], &["--url", "hooks/x"]] {
        let output = desk.ask(&[&["hooks", "try", "sensors", "-"], wrong].concat());
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    }
    desk.stop();
    let gone = desk.ask(&["hooks", "try", "sensors", desk.folder.path().join("sample.json").to_str().unwrap()]);
    assert_eq!(gone.status.code(), Some(69), "{}", said(&gone));
    assert!(
        said(&gone).contains("is the daemon running, and with the same --config?"),
        "{}",
        said(&gone)
    );
    // The secrets of the configuration are not at hand.
    let output = batond(desk.folder.path(), &["hooks", "try", "sensors", "-"]).output().unwrap();
    assert_eq!(output.status.code(), Some(78), "{}", said(&output));
    assert!(said(&output).contains("E2E_CANARY is not set"), "{}", said(&output));
}
