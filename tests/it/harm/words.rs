//! C7 and C8: words that are nobody's command do nothing: in a quote, a signature, hidden HTML, an attachment, and in whatever a robot writes though it carries a valid key.

use batond::driver::Reading;
use batond::model::{Item, Letter};
use batond::simulate::{Step, Table, What, World};
use jiff::{SignedDuration, Timestamp};

use super::{arrival, mail, number, policy};

/// What would change something, were it a command.
const COMMANDS: [&str; 14] = [
    "done",
    "done, fixed the proxy",
    "accept",
    "decline no time",
    "pass ben",
    "drop: spam",
    "priority urgent",
    "mute 3d, it is known",
    "snooze 2h",
    "block: the vendor",
    "due tomorrow 12:00",
    "escalate",
    "move support",
    "/done",
];
/// What people write before it, none of it a command.
const WORDS: [&str; 5] = [
    "Thank you, I will look at it after lunch.",
    "It burns again since this morning, and nobody is here.",
    "See below.",
    "Grüße aus Wien, bis morgen!",
    "",
];

/// A world with one item, offered to ana, and her notice of it.
fn world() -> (World, Table, Letter) {
    let start: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    let mut world = World::new(policy(), start);
    let mut table = Table::new(jiff::tz::TimeZone::UTC);
    world.advance(start, &mut table).unwrap();
    let what = What::Mail {
        from: "kim@customer.example".to_owned(),
        to: "all@ops.example".to_owned(),
        subject: "Printer on fire".to_owned(),
        headers: Vec::new(),
        text: "It burns.\n".to_owned(),
    };
    world.play(&Step { line: 0, at: start, what }, &mut table).unwrap();
    let deliveries = world.records().iter().flat_map(|record| &record.steps);
    let mut letter = deliveries.filter_map(|step| match step {
        batond::engine::Step::Delivery(_, events) => events.iter().find_map(|event| match event {
            batond::engine::DeliveryEvent::Queued { delivery } if delivery.letter.to.folded() == "ana@ops.example" => {
                Some(delivery.letter.clone())
            }
            _ => None,
        }),
        _ => None,
    });
    let letter = letter.next_back().expect("ana is asked");
    (world, table, letter)
}

/// What of an item a command could have changed.
fn standing(item: &Item) -> String {
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        item.declined,
        item.watchers,
        item.state,
        item.holder,
        item.accountable,
        item.offered_to,
        item.priority,
        item.queue,
        item.muted,
        item.clocks
    )
}

fn answers(letter: &Letter) -> (String, String) {
    let to = letter.reply_to.as_ref().expect("an address to answer to").to_string();
    (to, format!("In-Reply-To: <{}>\r\n", letter.message_id))
}

/// Sends one in and says whether anything but its own text came of it.
fn changes(world: &mut World, table: &mut Table, to: &str, raw: String) -> bool {
    let now = world.now() + SignedDuration::from_secs(1);
    world.advance(now, table).unwrap();
    let before = world.store().items(true).unwrap();
    let reading = Reading::read(
        batond::driver::Arrival {
            received: now,
            ..arrival(to, raw)
        },
        world.policy(),
    );
    world.receive(&reading, table).unwrap();
    let after = world.store().items(true).unwrap();
    before.len() != after.len() || before.iter().zip(&after).any(|(one, other)| standing(one) != standing(other))
}

/// The ways in which a command stands in a mail without being said.
fn unsaid(words: &str, command: &str, letter: &Letter) -> Vec<(&'static str, String, String)> {
    let quoted: String = letter.text.lines().map(|line| format!("> {line}\r\n")).collect();
    let plain = |text: String| (String::new(), text);
    let html = |text: String| ("MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n".to_owned(), text);
    let both = |text: &str, hidden: String| {
        (
            "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"=_b\"\r\n".to_owned(),
            format!(
                "--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--=_b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{hidden}\r\n--=_b--"
            ),
        )
    };
    let ways = [
        (
            "quote",
            plain(format!(
                "{words}\r\n\r\nOn Mon, Nov 23, 2026 at 09:00 Ops desk <desk@ops.example> wrote:\r\n> {command}\r\n{quoted}"
            )),
        ),
        (
            "outlook quote",
            plain(format!(
                "{words}\r\n\r\n-----Original Message-----\r\nFrom: Ops desk <desk@ops.example>\r\nSent: Monday, November 23, 2026 09:00\r\nTo: Ana Ruiz <ana@ops.example>\r\nSubject: it\r\n\r\n{command}\r\n"
            )),
        ),
        ("signature", plain(format!("{words}\r\n\r\n-- \r\n{command}\r\nAna Ruiz\r\n"))),
        (
            "quote in HTML",
            html(format!(
                "<p>{words}</p><div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, Nov 23, 2026 at 09:00 Ops desk &lt;<a href=\"mailto:desk@ops.example\">desk@ops.example</a>&gt; wrote:<br></div><blockquote class=\"gmail_quote\">{command}</blockquote></div>"
            )),
        ),
        (
            "hidden HTML",
            html(format!("<div style=\"display:none\">{command}</div><p>{words}</p>")),
        ),
        (
            "hidden HTML of no size",
            html(format!("<span style=\"font-size:0\">{command}</span><p>{words}</p>")),
        ),
        (
            "HTML comment",
            html(format!(
                "<!-- {command} --><p>{words}</p><script>{command}</script><style>{command}</style><title>{command}</title>"
            )),
        ),
        ("HTML beside text", both(words, format!("<p>{command}</p><p>{words}</p>"))),
        (
            "below what was said",
            plain(format!("{words}\r\n\r\nAnd then we could say:\r\n{command}\r\n")),
        ),
        ("within a sentence", plain(format!("I am {command} with lunch. {words}\r\n"))),
    ];
    ways.map(|(name, (headers, text))| (name, headers, text)).into()
}

#[test]
fn a_command_that_is_not_said_does_nothing() {
    let rounds = number("BATOND_WORDS").unwrap_or(1);
    let (mut tried, mut wrong) = (0, Vec::new());
    for round in 0..rounds {
        let (mut world, mut table, letter) = world();
        let (to, thread) = answers(&letter);
        for (w, words) in WORDS.iter().enumerate().filter(|(_, words)| !words.is_empty()) {
            for (c, command) in COMMANDS.iter().enumerate() {
                for (n, (way, headers, text)) in unsaid(words, command, &letter).into_iter().enumerate() {
                    let id = format!("u{round}-{w}-{c}-{n}@ops.example");
                    let subject = format!("Re: {}", letter.subject);
                    let raw = mail("ana@ops.example", &to, &subject, &id, &format!("{thread}{headers}"), &text);
                    tried += 1;
                    if changes(&mut world, &mut table, &to, raw) {
                        wrong.push(format!("{way}: {words:?} with {command:?}"));
                    }
                }
            }
        }
    }
    println!("C7: {tried} mails with a command that is not said: {} wrong actions", wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The control: said as a person says it, each of them does something; here there is no ladder and one queue, so two have nothing to do.
#[test]
fn the_same_commands_do_something_when_they_are_said() {
    for command in COMMANDS {
        let (mut world, mut table, letter) = world();
        let (to, thread) = answers(&letter);
        let raw = mail("ana@ops.example", &to, "Re: it", "said@ops.example", &thread, command);
        let changed = changes(&mut world, &mut table, &to, raw);
        assert!(changed || ["move support", "escalate"].contains(&command), "{command}");
    }
}

/// Headers by which programs say that they are programs.
const ROBOTS: [(&str, &str, &str); 12] = [
    ("vacation (RFC 3834)", "Auto-Submitted: auto-replied\r\n", "Re: it"),
    ("generated", "Auto-Submitted: auto-generated (rejected)\r\n", "Re: it"),
    (
        "Exchange",
        "X-Auto-Response-Suppress: All\r\nX-MS-Exchange-Inbox-Rules-Loop: ana@ops.example\r\n",
        "Automatic reply: it",
    ),
    ("autoreply", "X-Autoreply: yes\r\n", "Re: it"),
    ("precedence", "Precedence: auto_reply\r\n", "Re: it"),
    ("autorespond", "X-Autorespond: it\r\n", "Re: it"),
    ("vacation program", "X-Mailer: vacation 1.2\r\n", "Re: it"),
    ("list", "List-Id: <all.lists.example>\r\nPrecedence: list\r\n", "Re: it"),
    ("bulk", "Precedence: bulk\r\n", "Out of office: it"),
    (
        "Gmail",
        "Auto-Submitted: auto-replied\r\nPrecedence: bulk\r\nX-Autoreply: yes\r\n",
        "Re: it",
    ),
    ("another batond", "X-Batond-Reason: receipt\r\nX-Batond-Item: TRI-9\r\n", "Re: it"),
    (
        "delivery report",
        "X-Failed-Recipients: kim@customer.example\r\n",
        "Mail delivery failed",
    ),
];

#[test]
fn a_robot_with_a_key_does_nothing() {
    let (mut tried, mut wrong) = (0, Vec::new());
    let (mut world, mut table, letter) = world();
    let (to, thread) = answers(&letter);
    for (r, (name, headers, subject)) in ROBOTS.iter().enumerate() {
        for (c, command) in COMMANDS.iter().enumerate() {
            let id = format!("r{r}-{c}@ops.example");
            let raw = mail("ana@ops.example", &to, subject, &id, &format!("{thread}{headers}"), command);
            tried += 1;
            if changes(&mut world, &mut table, &to, raw) {
                wrong.push(format!("{name}: {command}"));
            }
        }
    }
    // To the return path not even a person's words are a command.
    let path = letter.return_path.as_ref().expect("a return path").to_string();
    for (c, command) in COMMANDS.iter().enumerate() {
        let raw = mail("ana@ops.example", &path, "Re: it", &format!("p{c}@ops.example"), &thread, command);
        tried += 1;
        if changes(&mut world, &mut table, &path, raw) {
            wrong.push(format!("return path: {command}"));
        }
    }
    println!("C8: {tried} mails of robots with a valid key: {} actions", wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
