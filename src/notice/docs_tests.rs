//! `docs/notices.md` is written from the samples and compared: what the manual shows is what people get. `BATOND_UPDATE=1` writes it anew.

use std::fmt::Write as _;

use super::reasons::REASONS;
use super::samples::sample;
use super::tests::{shown, write, write_held, write_storm};
use crate::model::Reason;

const INTRODUCTION: &str = "\
# Notices

What batond sends, when, and to whom. Each notice has a named reason; the same word stands in the mail (`X-Batond-Reason`), in `show`, in the log and in the
metrics. This page is written by the tests from the samples the templates are tested with: `BATOND_UPDATE=1 cargo test --lib notice` writes it anew.

Every notice says, in this order: what is asked of you, by when (in your own zone, and how long that is), why you, the facts, the text, and the answers
that one reply is enough for. It comes as plain text and as simple HTML with the same content. A button in the HTML is a `mailto:` link: it opens a mail that
is filled in, and nothing happens until you send it. Nothing is fetched from anywhere.

- **When.** A notice that is not urgent waits for your working hours, and goes out with whatever else waits there, in one mail. Urgent ones go at once, and
  so does what goes to somebody outside, who has no working hours here.
- **Thread.** All notices of one item to one reader are one thread.
- **Answers** go to an address with a key in it, which stands for the item and for you. Do not hand such a mail on: whoever has it has the key.
- **Requesters** get plain words, their own subject, and mail from the queue's address if it has one.
- **Machines** are told: `Auto-Submitted`, `X-Auto-Response-Suppress`, `List-Id` for the queue, and a null return path on automatic answers. A repeat after
  a failed attempt has the same Message-ID and the same bytes.

";

/// When a reason is sent, and to whom.
fn occasion(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::Assigned => ("An item is offered.", "Whoever is asked to take it; for a team, each member."),
        Reason::Reminder => (
            "Three quarters of the time to accept, answer or finish are over; or all of it; or a snooze or a wait ended.",
            "Whoever has the item, or is asked to take it.",
        ),
        Reason::UpdateWanted => (
            "Nothing was heard of an item for as long as the queue's `update_every` says.",
            "The holder; the second time in a row the queue's owner too.",
        ),
        Reason::Escalation => (
            "A step of the queue's ladder fired, because a deadline passed unmet.",
            "Whoever the step tells, and whoever it passes the item to.",
        ),
        Reason::Handoff => (
            "Somebody passes an item on.",
            "Whoever is asked to take it. The giver stays accountable until they accept.",
        ),
        Reason::HandoffAnswered => ("The receiver of a handoff accepted.", "The giver."),
        Reason::Returned => (
            "A handoff was declined, or not answered in time.",
            "The giver, who has the item again; the queue's owner.",
        ),
        Reason::NotesWanted => (
            "A shift ends in half an hour, and whoever has it has open items in its queues.",
            "Whoever has the shift.",
        ),
        Reason::Digest => (
            "Your day begins, and there is something to say: at the first of your hours on a working day, or as `digest` says. What waited for your hours goes with it.",
            "You. Whoever is away gets none.",
        ),
        Reason::List => (
            "You write `list`, about any item or to the desk itself.",
            "You. Its answer, at once.",
        ),
        Reason::Watched => (
            "Something changed on an item, or somebody noted something.",
            "Whoever watches it, unless they did it or hear of it anyhow. One such mail in the time of your budget; what comes meanwhile is told together.",
        ),
        Reason::TakenBack => (
            "Somebody wrote `undo` within ten minutes.",
            "Whoever was told of what is taken back. A notice that still waited for their hours is withdrawn instead.",
        ),
        Reason::HelpOver => ("An item with guests is finished.", "Its guests, but those who wrote `stop`."),
        Reason::Files => ("You write `send`. One mail for each message the files came with.", "You. At once."),
        Reason::Merged => (
            "`merge` joined their request to another.",
            "Whoever asked for the one that is closed, if they ever had mail about it.",
        ),
        Reason::Invited => (
            "Somebody writes `invite ADDRESS`.",
            "That address. A guest can note and answer, and never hands anything on.",
        ),
        Reason::SwapAsked => (
            "Somebody asks with `swap WHEN with NAME` for their duty to be taken over.",
            "Whoever is asked. At once, if they would read it too late otherwise.",
        ),
        Reason::SwapAnswered => (
            "A swap was accepted, declined, taken back, not answered in time; or the other wrote a word about it.",
            "Whoever asked; the other, where it was taken back.",
        ),
        Reason::Confirm => (
            "A command came in your name, and nothing proves that it was you: no signature, no network, no mail server of ours. At most three wait at a time, for a day each.",
            "You, at your own address, at once.",
        ),
        Reason::Disowned => ("Somebody answered such a question with `no`.", "The owner of the queue."),
        Reason::AwayProposed => (
            "An out-of-office answer comes from an address of yours and names the day until which you are away.",
            "You, once for each such day. Nothing holds until you answer.",
        ),
        Reason::DutyChanged => (
            "Somebody else has duty in the next eight weeks than was told: by a swap, an absence, or a reload that changed the rotation.",
            "Whoever had it and whoever has it, unless they said so themselves; the owners of the queues the rotation serves, unless it is an absence that is covered.",
        ),
        Reason::MuteSummary => (
            "A mute has ended under which something came: how much, what was closed meanwhile, what is open still.",
            "The owners of the queues it covered items of, and whoever set it.",
        ),
        Reason::Coverage => (
            "Once a week, at the first of your hours in it, if something is not covered in the eight weeks ahead in the queues you own; `coverage: none` under `desk` ends it.",
            "The owners of queues, each of their own. While you are away whoever covers for you, if somebody does.",
        ),
        Reason::RoundQuestion => (
            "A round has begun, and it is your morning, or the time has come for all.",
            "Everybody who is asked, and is there.",
        ),
        Reason::RoundReminder => ("A round ends soon.", "Whoever was asked and has not answered."),
        Reason::RoundResult => (
            "A round is over: what came of it, and who said what.",
            "Whoever `tell` names, else everybody who was asked.",
        ),
        Reason::Parked => (
            "Nobody can be found for an item.",
            "The queue's owner and its `fallback`. batond looks again by itself.",
        ),
        Reason::Blocked => ("The holder says that an item cannot go on.", "The queue's owner."),
        Reason::Answer => ("Somebody wrote on an item.", "The holder."),
        Reason::Receipt => ("You wrote commands, or something that was nearly one.", "You."),
        Reason::Received => (
            "A message opened an item, and the queue has `tell_requester: [received]`.",
            "The requester.",
        ),
        Reason::Reply => ("Somebody answers with `reply`.", "The requester."),
        Reason::FollowUp => (
            "We wait for the requester, as often as the queue's `follow_up` says.",
            "The requester.",
        ),
        Reason::Done => (
            "An item is finished.",
            "The requester, if the queue has `tell_requester: [done]`; the holder, if somebody else finished it.",
        ),
        Reason::DeliveryFailed => ("A notice could not be delivered, and is not tried again.", "The queue's owner."),
        Reason::RuleFailed => (
            "A rule failed while it ran. The message is kept and goes where unmatched messages go.",
            "The owner of the rule's queue, once.",
        ),
        Reason::Grouped => (
            "More messages came for a group that was told already; what comes within the rule's `wait` is told together.",
            "Whoever is asked to take the item, or has it.",
        ),
        Reason::Mentioned => (
            "A rule has `tell`.",
            "Whom the rule names, once for each item, unless they have had a notice of it already.",
        ),
        Reason::Forwarded => (
            "A rule has `forward`. The message goes with it as it came. At once, whatever the hour.",
            "Whom the rule names.",
        ),
        Reason::AutoReply => (
            "A rule has `reply`, and the message was written by a person. In place of `received`.",
            "The sender, three times a day at most.",
        ),
        Reason::ExpectationMissed => (
            "Something listed under `expect` did not arrive by its time; and again when it does not the next time while its item is open.",
            "Whoever is asked to take the item, or has it.",
        ),
    }
}

const SETTLED: &str = "\
### What is settled before your hours begin

What waited and asks for something that is settled by then is not sent: an item that is done, that somebody else has accepted, or that was put off. Its timeline says
`withdrawn` with the reason, and `batond_notices_withdrawn_total` counts it. News is always told: that it is done, what came of your handoff, what somebody wrote.

";

const STORMS: &str = "\
## More at once than anybody reads

**When:** more would come than your budget allows; at the latest when the time of the budget is over.
**To:** you, in one mail.

Nobody is sent more than `budget: { mails: 5, in: 10m, per_item: 3 }`: at most 5 mails in any 10 minutes, at most 3 of them about one item. Write another one under
`desk` for everybody, or under a person for them. The last of the 5 is kept for what is urgent, so the first urgent notice always goes at once; urgent ones count like
all others. What comes past the budget waits and goes out in one mail as soon as there is room, never later than the time of the budget after it came; in your working
hours, if it is not urgent. The answer to a mail of your own always comes, and does not count.

What responsibility hangs on does not wait behind other mail: what is handed to you, by somebody or at a change of shift, and the request for notes before your shift
ends, have room for as many mails again. They count for the others.

Such a mail names the first 500 notices, 10 of them in full, urgent ones first. Of further ones it says how many there are: each is recorded on its item, and
`batond list` shows those.

";

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for reason in REASONS {
        let (when, whom) = occasion(reason);
        let mail = shown(&write(&sample(reason)));
        let (head, body) = mail.split_once("\n\n").expect("head and body");
        let lines = head
            .lines()
            .filter(|line| line.starts_with("Subject: ") || line.starts_with("To: "));
        let head: Vec<&str> = lines.collect();
        // Writing to a String cannot fail.
        let _ = write!(
            page,
            "## {reason}\n\n**When:** {when}\n**To:** {whom}\n\n```text\n{}\n\n{}\n```\n\n",
            head.join("\n"),
            body.trim_end()
        );
    }
    let joint = shown(&write_held());
    let (head, body) = joint.split_once("\n\n").expect("head and body");
    let subject = head.lines().find(|line| line.starts_with("Subject: ")).expect("a subject");
    let _ = write!(
        page,
        "## Held for your working hours\n\n**When:** your working hours begin, and more than one notice waits.\n**To:** you. Each notice has its own answers and \
         its own key; an answer to the mail as a whole reaches none of them.\n\n```text\n{subject}\n\n{}\n```\n\n",
        body.trim_end()
    );
    let storm = shown(&write_storm());
    let (head, body) = storm.split_once("\n\n").expect("head and body");
    let subject = head.lines().find(|line| line.starts_with("Subject: ")).expect("a subject");
    let top: Vec<&str> = body.lines().take_while(|line| !line.starts_with("---")).collect();
    let end: Vec<&str> = body.lines().skip_while(|line| !line.starts_with("And ")).collect();
    let _ = write!(
        page,
        "{SETTLED}{STORMS}```text\n{subject}\n\n{}\n\n(two notices, each as above)\n\n------------------------------\n{}\n```\n",
        top.join("\n").trim_end(),
        end.join("\n").trim_end()
    );
    page
}

#[test]
fn the_manual_shows_what_people_get() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/notices.md");
    let page = page();
    if std::env::var_os("BATOND_UPDATE").is_some() {
        std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).expect("a folder");
        std::fs::write(path, &page).expect("the page");
    }
    let kept = std::fs::read_to_string(path).expect("docs/notices.md is there");
    assert!(
        kept == page,
        "docs/notices.md is not what the templates write; run with BATOND_UPDATE=1"
    );
}
