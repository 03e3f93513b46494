use secrecy::ExposeSecret as _;

use super::*;

#[test]
fn every_form_is_read() {
    let table = [
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, Security::None),
        ("smtp://localhost", "localhost", 25, Security::None),
        ("smtp://relay.example?tls=required", "relay.example", 587, Security::Required),
        (
            "smtp://relay.example:26?tls=opportunistic",
            "relay.example",
            26,
            Security::Opportunistic,
        ),
        ("smtps://relay.example", "relay.example", 465, Security::Implicit),
        ("smtp://[::1]:2525", "::1", 2525, Security::None),
    ];
    for (text, host, port, security) in table {
        let url = SmtpUrl::parse(text).expect(text);
        assert_eq!((url.host.as_str(), url.port, url.security), (host, port, security), "{text}");
        assert!(url.login.is_none() && url.hello.is_none(), "{text}");
    }
}

#[test]
fn user_password_and_name_are_read() {
    let url = SmtpUrl::parse("smtps://ops%40example:p%3Ass%25@relay.example/desk.ops.example").expect("a URL");
    let login = url.login.expect("somebody signs in");
    let password = login.password.expect("a password");
    assert_eq!((login.user.as_str(), password.expose_secret()), ("ops@example", "p:ss%"));
    assert_eq!(url.hello.as_deref(), Some("desk.ops.example"));
}

#[test]
fn what_is_wrong_is_said_without_the_password() {
    for text in [
        "relay.example",
        "http://relay.example",
        "smtp://relay.example?tls=maybe",
        "smtps://relay.example?tls=required",
        "smtp://relay.example?timeout=5",
        "smtp://:hush@relay.example",
        "smtp://ops:hush%zz@relay.example",
        "smtp://ops:hush@",
    ] {
        let said = SmtpUrl::parse(text).expect_err(text);
        assert!(!said.contains("hush") && !said.is_empty(), "{said}");
    }
}
