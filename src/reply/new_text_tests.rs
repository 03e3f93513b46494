//! Replies as mail programs write them, and the corpus where it is there.

use super::{REPLY_MARKER, new_text};
use crate::model::Mail;

fn read(text: &str) -> String {
    new_text(&Mail {
        text: text.to_owned(),
        ..Mail::default()
    })
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(read(text), expected, "{text}");
}

#[test]
fn quotes_with_their_attributions() {
    // Gmail, also wrapped; Apple Mail; Thunderbird; other languages.
    for above in [
        "On Mon, 23 Nov 2026 at 10:12, Ana Ruiz <ana@ops.example> wrote:",
        "On Mon, 23 Nov 2026 at 10:12, Ana Ruiz, who has a very long name <\nana@ops.example> wrote:",
        "On Mon, 23 Nov 2026 at 10:12, Ana Ruiz <ana@ops.example>\nwrote:",
        "On Nov 23, 2026, at 10:12, Ana Ruiz <ana@ops.example> wrote:",
        "On 11/23/26 10:12, Ana Ruiz wrote:",
        "Am Mo., 23. Nov. 2026 um 10:12 Uhr schrieb Ana Ruiz <ana@ops.example>:",
        "Am 23.11.26 um 10:12 schrieb Ana Ruiz:",
        "Le lun. 23 nov. 2026 à 10:12, Ana Ruiz <ana@ops.example> a écrit :",
        "El lun, 23 nov 2026 a las 10:12, Ana Ruiz (<ana@ops.example>) escribió:",
        "Il giorno lun 23 nov 2026 alle ore 10:12 Ana Ruiz <ana@ops.example> ha scritto:",
        "Op ma 23 nov 2026 om 10:12 schreef Ana Ruiz <ana@ops.example>:",
        "Em seg., 23 de nov. de 2026 às 10:12, Ana Ruiz <ana@ops.example> escreveu:",
        "man. 23. nov. 2026 kl. 10:12 skrev Ana Ruiz <ana@ops.example\n>:",
        "пн, 23 нояб. 2026 г. в 10:12, Ana Ruiz <ana@ops.example>:",
        "Ana Ruiz wrote:",
        "Ana Ruiz <ana@ops.example> skrev følgende den 23/11/2026, 10:12:",
    ] {
        check(&format!("accept\n\n{above}\n\n> The printer burns.\n> Please help.\n"), "accept");
        check(&format!("{above}\n> The printer burns.\n\nI look at it.\n"), "I look at it.");
    }
    // Nothing marks the quoted mail: all below goes.
    check(
        "done\n\nOn Mon, 23 Nov 2026 at 10:12, Ana Ruiz <ana@ops.example> wrote:\n\nThe printer burns.\n",
        "done",
    );
    check("done\n\nOn 23 Nov 2026 you wrote:\n\nThe printer burns.\n", "done");
}

#[test]
fn what_stands_close_above_an_attribution_stays() {
    for text in [
        "snooze 2h",
        "On it",
        "in 2 days",
        "wait 3d for ben",
        "At 5 I can",
        "On 3 things I agree",
    ] {
        for above in [
            "On Mon, 23 Nov 2026 at 10:12, Ana Ruiz <ana@ops.example> wrote:",
            "On Mon, 23 Nov 2026 at 10:12, Ana Ruiz <\nana@ops.example> wrote:",
            "23.11.2026, 10:12, \"Ana Ruiz\" <ana@ops.example>:",
        ] {
            if above.starts_with("23") && text.starts_with("On 3") {
                continue;
            }
            check(&format!("{text}\n{above}\n\n> The printer burns.\n"), text);
        }
    }
}

#[test]
fn what_stands_in_the_line_of_an_attribution_stays() {
    for above in [
        "done On Mon, 23 Nov 2026 at 10:12, Ana Ruiz <ana@ops.example> wrote:",
        "done Am 23.11.26 um 10:12 schrieb Ana Ruiz:",
    ] {
        check(&format!("{above}\n> Which printer?\n"), "done");
    }
    // A name that comes first is no answer.
    for above in [
        "Ana El Khoury <ana@ops.example> schrieb am 23.11.2026 um 10:12:",
        "ana@ops.example On Mon, 23 Nov 2026 at 10:12 wrote:",
    ] {
        check(&format!("{above}\n> Which printer?\n"), "");
    }
}

#[test]
fn answers_between_quotes_stay() {
    check(
        "On 11/23/26 10:12, Ana Ruiz wrote:\n> Which printer?\n\nThe one on floor 2.\n\n> Since when?\nSince nine.\n",
        "The one on floor 2.\n\nSince nine.",
    );
}

#[test]
fn header_blocks_and_separators() {
    for above in [
        "From: desk@ops.example Date: Mon, 23 Nov 2026 10:12:00 +0000",
        "From: Ops desk <desk@ops.example>\nSent: Monday, 23 November 2026 10:12\nTo: Ben Okafor\nSubject: SUP-1 Printer",
        "________________________________\nFrom: Ops desk <desk@ops.example>\nSent: Monday, 23 November 2026 10:12\nTo: Ben Okafor\nSubject: SUP-1",
        "*From:* Ops desk <desk@ops.example>\n*Sent:* Monday\n*To:* Ben Okafor\n*Subject:* SUP-1",
        "Von: Ops desk <desk@ops.example>\nGesendet: Montag, 23. November 2026 10:12\nAn: Ben Okafor\nBetreff: SUP-1",
        "De : Ops desk <desk@ops.example>\nEnvoyé : lundi 23 novembre 2026 10:12\nÀ : Ben Okafor\nObjet : SUP-1",
        "Da: Ops desk\nInviato: lunedì\nA: Ben\nOggetto: SUP-1",
        "-----Original Message-----\nFrom: desk@ops.example",
        "----- Ursprüngliche Nachricht -----",
        "---------- Forwarded message ---------\nFrom: Ana Ruiz <ana@ops.example>",
        "Begin forwarded message:",
    ] {
        check(&format!("I take it.\n\n{above}\n\nThe printer burns.\n"), "I take it.");
    }
}

#[test]
fn signatures() {
    check("done\n-- \nBen Okafor\n+1 555 0100\n", "done");
    check("done\n\nSent from my iPhone\n", "done");
    check(
        "done\n\nSent from my iPhone\n\n> On 23 Nov 2026, at 10:12, Ana <ana@ops.example> wrote:\n> \n> Which?\n\nThe red one.\n",
        "done\n\nThe red one.",
    );
    check("done\n\nGet Outlook for iOS<https://aka.example/o>\n", "done");
    check("erledigt\n\nVon meinem iPhone gesendet\n", "erledigt");
    check("I will look.\n\nBest regards,\nBen Okafor\nOps\n", "I will look.");
    check("I will look.\n\nBen\n", "I will look.\n\nBen");
}

#[test]
fn prose_stays() {
    for text in [
        "On the other hand, we should wait.\nOn average it works.",
        "It was sent from my iPhone app to all users.",
        "Sent from my desk, which is easier.",
        "From: here it looks fine.\nTo: be honest, not so sure.",
        "With regards to the printer: it burns.",
        "Date: Wednesday\nTime: 7:00\nPlace: floor 2",
        "Two points:\n\n----\n\n1. faster\n2. smaller",
        "He wrote to me and I wrote back: nothing.",
    ] {
        check(text, text);
    }
}

#[test]
fn our_own_marker_ends_it() {
    for quote in ["", "> ", ">> "] {
        check(&format!("accept\n{quote}{REPLY_MARKER}\n\nSUP-1 Printer on fire\n"), "accept");
    }
    check(
        &format!("accept\n\nOn Mon, 23 Nov 2026 at 10:12, Ops desk <desk@ops.example>\nwrote:\n\n{REPLY_MARKER}\nplease accept\n"),
        "accept",
    );
    // Below the quote, somebody answered all the same.
    check(
        &format!("On 11/23/26 10:12, Ops desk wrote:\n> {REPLY_MARKER}\n> please accept\n\naccept\n"),
        "accept",
    );
    // What we wrote is never an answer, neither below the marker nor where a quoted line was wrapped.
    check(&format!("\n{REPLY_MARKER}\n\nplease accept\n\naccept\n"), "");
    check(
        &format!("> {REPLY_MARKER}\n> Answer with one of these words:\naccept\n> or decline\n\nI think about it.\n"),
        "I think about it.",
    );
    check(&format!("> {REPLY_MARKER}\n> please\n\n{REPLY_MARKER}\naccept\n"), "");
    check("", "");
    check("\n\n> only a quote\n", "");
}

#[test]
fn hostile_text_costs_little() {
    let start = std::time::Instant::now();
    for text in [
        "On 1 2 3 ".repeat(20_000),
        "On 1\n".repeat(30_000),
        "From: a\n".repeat(30_000),
        "Regards,\n".repeat(30_000),
        ">\n".repeat(50_000),
        "----\n".repeat(30_000),
        "\n".repeat(200_000),
        "wrote:\n".repeat(20_000),
        "-".repeat(200_000),
        format!("{REPLY_MARKER}\n").repeat(6_000),
    ] {
        let _ = read(&text);
    }
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

/// Replies of many mail programs with the part that other programs, and their authors, take for new.
#[test]
fn measures_the_corpus() {
    let folder = std::path::Path::new("../shared/corpora");
    let Ok(expected) = std::fs::read_to_string(folder.join("replies/expected.jsonl")) else {
        eprintln!("SKIPPED: no ../shared/corpora beside the checkout; new text was not measured");
        return;
    };
    let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut table: std::collections::BTreeMap<String, (usize, usize)> = std::collections::BTreeMap::new();
    let mut wrong = Vec::new();
    for line in expected.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("json");
        let path = line["path"].as_str().expect("a path");
        let (Some(visible), "body_text") = (line["expected"]["visible"].as_str(), line["format"].as_str().unwrap_or_default()) else {
            continue;
        };
        let bytes = std::fs::read(folder.join(path)).expect("a file of the corpus");
        let right = folded(&read(&String::from_utf8_lossy(&bytes))) == folded(visible);
        let source = format!(
            "{} {}",
            line["source"].as_str().unwrap_or_default(),
            line["expected"]["type"].as_str().unwrap_or_default()
        );
        let row = table.entry(source).or_default();
        row.0 += usize::from(right);
        row.1 += 1;
        if !right {
            wrong.push(path.to_owned());
        }
    }
    let (right, all) = table.values().fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
    eprintln!("new text, exact but for white space:");
    for (source, (right, all)) in &table {
        eprintln!("  {source:<28} {right:>4} of {all:>4}");
    }
    eprintln!("  {:<28} {right:>4} of {all:>4}", "together");
    for path in &wrong {
        eprintln!("  other: {path}");
    }
    assert!(right * 100 >= all * 90, "{right} of {all}");
}
