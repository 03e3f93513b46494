//! People and machines that log in, and a mail server that hands over by a socket in the file system: swaks and Postfix.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::super::desk::{Desk, free_port, said, until};
use super::super::peers::{peer, swaks};
use super::super::town::postfix::Postfix;
use super::certificate;

const TO: &str = "support@ops.example";

/// A port for submission, where ana logs in as herself and a scanner as nobody, and nothing is trusted besides.
fn submission() -> (Desk, u16) {
    let port = free_port();
    let desk = Desk::changed(false, &|folder, common| {
        certificate(folder, "cert.pem", "key.pem");
        fs::write(folder.join("ana.secret"), "correct horse\n").unwrap();
        fs::set_permissions(folder.join("ana.secret"), fs::Permissions::from_mode(0o600)).unwrap();
        let door = format!(
            "sources:\n  submission: {{ smtp: {{ listen: \"127.0.0.1:{port}\", for: [\"*@ops.example\"], tls: {{ cert: cert.pem, key: key.pem, required: true }}, \
             auth: {{ users: {{ ana: {{ secret: \"${{file:ana.secret}}\", person: ana }}, scanner: {{ secret: \"${{env:E2E_BEARER}}\" }} }} }} }} }}\n"
        );
        common.replace("sources:\n", &door)
    });
    (desk, port)
}

/// The item of a mail that is sent by a command of ana's: whether it was done.
fn done_by_reply(desk: &Desk, port: u16, login: &[&str], from: &str) -> Option<bool> {
    let before = desk.items().len();
    let sent = swaks(port, "dora@customer.example", TO, &[&["--tls"][..], login].concat())?;
    assert!(sent.status.success(), "{}", said(&sent));
    let items = until("the item", || Some(desk.items()).filter(|items| items.len() > before));
    let id = items
        .iter()
        .filter_map(|item| item["id"].as_str())
        .max_by_key(|id| id.rsplit('-').next().unwrap().parse::<u32>().unwrap())
        .unwrap()
        .to_owned();
    let key = until("the notice to ana", || {
        let found = fs::read_dir(desk.out()).ok()?.flatten();
        found
            .filter_map(|file| fs::read_to_string(file.path()).ok())
            .find(|text| text.contains(&format!("Subject: {id}")))
            .and_then(|text| text.lines().find_map(|line| Some(line.strip_prefix("Reply-To: ")?.to_owned())))
    });
    let address = key.split(['<', '>']).find(|part| part.contains('@')).unwrap().trim().to_owned();
    let done = format!("done, refunded for {id}");
    let replied = swaks(
        port,
        from,
        &address,
        &[
            &[
                "--tls",
                "--header",
                &format!("Subject: Re: {id}"),
                "--header",
                &format!("Message-ID: <{id}@swaks.example>"),
                "--body",
                &done,
            ][..],
            login,
        ]
        .concat(),
    )?;
    assert!(replied.status.success(), "{}", said(&replied));
    // It is either done or asked back at once.
    let state = until("an answer to the command", || {
        let item = desk.item(&id);
        let asked = item.to_string().contains("CODE-") || item.to_string().contains("onfirm");
        (item["state"] == "done" || asked).then_some(item["state"] == "done")
    });
    Some(state)
}

#[test]
fn whoever_logs_in_is_believed_for_their_own_address_and_no_other() {
    let (desk, port) = submission();
    let ana = ["--auth", "LOGIN", "--auth-user", "ana", "--auth-password", "correct horse"];
    let scanner = [
        "--auth",
        "PLAIN",
        "--auth-user",
        "scanner",
        "--auth-password",
        super::super::desk::BEARER,
    ];
    let Some(done) = done_by_reply(&desk, port, &ana, "ana@ops.example") else {
        return;
    };
    assert!(done, "ana's own login proves ana");
    assert_eq!(
        done_by_reply(&desk, port, &scanner, "ana@ops.example"),
        Some(false),
        "a scanner is not ana"
    );
    let wrong = swaks(
        port,
        "ana@ops.example",
        TO,
        &["--tls", "--auth", "PLAIN", "--auth-user", "ana", "--auth-password", "wrong"],
    )
    .unwrap();
    assert!(!wrong.status.success() && said(&wrong).contains("535 5.7.8"), "{}", said(&wrong));
    let nobody = swaks(port, "ana@ops.example", TO, &["--tls"]).unwrap();
    assert!(said(&nobody).contains("530 5.7.0 Log in first"), "{}", said(&nobody));
    assert!(!desk.log().contains("correct horse"), "the secret is in the log");
    // A changed secret holds from the next reload on.
    let secret = desk.folder.path().join("ana.secret");
    fs::write(&secret, "battery staple\n").unwrap();
    assert!(said(&desk.ask(&["reload"])).contains("reloaded"));
    let old = swaks(port, "ana@ops.example", TO, &[&["--tls"][..], &ana].concat()).unwrap();
    assert!(said(&old).contains("535 5.7.8"), "{}", said(&old));
}

/// Postfix by LMTP over a socket in the file system, which only its group may open.
#[test]
fn postfix_hands_over_by_a_socket() {
    if peer("postfix").is_none() || !rustix::process::geteuid().is_root() {
        eprintln!("=== NOT RUN: Postfix starts as root only; nothing was shown with it. ===");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let socket = folder.path().join("lmtp.sock");
    let mut desk = Desk::changed(false, &|_, common| {
        let door = format!(
            "sources:\n  handed: {{ lmtp: {{ listen: \"unix:{}\", socket_group: postfix, for: [\"*@ops.example\"], trusted: true }} }}\n",
            socket.display()
        );
        common.replace("sources:\n", &door)
    });
    let about = fs::metadata(&socket).unwrap();
    assert_eq!(about.permissions().mode() & 0o777, 0o660);
    let port = free_port();
    let more = format!(
        "smtpd_milters =\nnon_smtpd_milters =\nmyhostname = mx.ops.example\nrelay_domains = ops.example\nrelay_transport = lmtp:unix:{}\n",
        socket.display()
    );
    let postfix = Postfix::start(&folder.path().join("postfix"), port, 1, &more, &[]);
    let Some(sent) = swaks(port, "dora@customer.example", TO, &[]) else {
        return;
    };
    assert!(sent.status.success(), "{}", said(&sent));
    until("the mail by the socket", || (desk.items().len() == 1).then_some(()));
    assert!(
        postfix.log().contains("250 2.0.0 <support@ops.example> Ok: queued as SUP-1"),
        "{}",
        postfix.log()
    );
    // Killed, it finds its old socket and takes it over; ended, it takes it away.
    desk.kill_and_restart();
    assert!(socket.exists());
    desk.stop();
    assert!(!socket.exists());
}
