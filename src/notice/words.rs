//! What each reason is called in a mail. May import model. Two voices: to those who work with batond, and to requesters who have never heard of it.

use crate::model::{Notice, Reader, Reason};

/// What a reason is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    /// The sentence under the headline; says where the item stands for the reader.
    pub heading: &'static str,
    /// What stands in the subject where nothing is asked.
    pub subject: &'static str,
    /// What the quoted text is.
    pub text_label: &'static str,
}

/// Whether a notice speaks to a requester: plain words, nothing of how the desk works inside.
pub(super) fn is_outward(notice: &Notice) -> bool {
    match notice.reason {
        Reason::Received | Reason::Reply | Reason::FollowUp | Reason::AutoReply | Reason::Merged | Reason::Invited | Reason::HelpOver => {
            true
        }
        Reason::TakenBack => matches!(notice.to, Reader::Address(_)),
        Reason::Done => notice.in_reply_to.is_some() || matches!(notice.to, Reader::Address(_)),
        _ => false,
    }
}

/// Whether a notice answers something the reader just sent: then it is marked as an automatic answer and has a null return path.
pub(super) fn is_automatic_answer(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Received | Reason::Receipt | Reason::List | Reason::Files | Reason::AutoReply
    )
}

/// Whether what counts as urgent in the queue helps the reader to decide.
pub(super) fn quotes_urgent_when(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::Assigned | Reason::Escalation | Reason::Handoff | Reason::Parked | Reason::ExpectationMissed
    )
}

/// What `reason` is called to those who work with batond.
pub(super) fn inward(reason: Reason) -> Words {
    let words = |heading, subject, text_label| Words {
        heading,
        subject,
        text_label,
    };
    match reason {
        Reason::Assigned => words("You are asked to take this.", "for you to take", "What was said"),
        Reason::Reminder => words("This waits for you.", "a reminder", "What was said"),
        Reason::UpdateWanted => words("Nothing was heard of this for a while.", "a word is wanted", "What was said"),
        Reason::Escalation => words(
            "A deadline passed unmet, and now you are told.",
            "a deadline passed",
            "What was said",
        ),
        Reason::Handoff => words("This is handed to you.", "handed to you", "What was said"),
        Reason::HandoffAnswered => words("Your handoff was answered.", "handoff answered", "The answer"),
        Reason::Returned => words(
            "Your handoff was not taken up: this is yours again.",
            "not taken up",
            "What was said",
        ),
        Reason::Parked => words(
            "Nobody could be found for this. It waits, and it is visible.",
            "nobody found",
            "What was said",
        ),
        Reason::Blocked => words("This cannot go on.", "it cannot go on", "Why"),
        Reason::Answer => words("Somebody wrote on something you hold.", "a new message", "The message"),
        Reason::Receipt => words("This is what came of what you wrote.", "what came of it", "Line by line"),
        Reason::Confirm => words("This came in your name. Was it you?", "was it you?", "What was said"),
        Reason::Disowned => words("Somebody wrote in another's name.", "not from them", "What was said"),
        Reason::Received => words("The message has arrived.", "received", "The message"),
        Reason::Reply => words("The requester was answered.", "an answer", "The answer"),
        Reason::FollowUp => words("The requester was reminded.", "waiting for an answer", "The reminder"),
        Reason::Done => words("This is finished.", "done", "The last word"),
        Reason::DeliveryFailed => words(
            "A mail could not be delivered, and will not be tried again.",
            "a mail was not delivered",
            "What the other side said",
        ),
        Reason::Mentioned => words("You are told of this; others work on it.", "for you to know", "What was said"),
        Reason::Forwarded => words("This message is sent on to you, as it came.", "a message sent on", "With it goes"),
        Reason::AutoReply => words("The sender was answered.", "an automatic answer", "The answer"),
        Reason::RuleFailed => words(
            "A rule failed on this message. The message is kept, and waits where nothing else matched.",
            "a rule failed",
            "What went wrong",
        ),
        Reason::Grouped => words(
            "More of the same came on something that is with you.",
            "more of the same",
            "What came",
        ),
        Reason::NotesWanted => words(
            "Whoever follows you gets what you write here, and it goes into their handoff.",
            "notes wanted",
            "What was said",
        ),
        Reason::SwapAsked => words("You are asked to take over duty.", "a swap of duty", "What they say"),
        Reason::SwapAnswered => words("This is about a swap of duty.", "a swap of duty", "The words"),
        Reason::AwayProposed => words("You seem to be away.", "are you away?", "What was said"),
        Reason::DutyChanged => words("Who has duty has changed.", "who has duty has changed", "What was said"),
        Reason::MuteSummary => words(
            "A mute has ended. What is still open is told again from now on.",
            "it has ended",
            "Those still open",
        ),
        Reason::Digest => words("Your day begins.", "your day", "Besides"),
        Reason::WelcomeBack => words("You are there again.", "welcome back", "Besides"),
        Reason::Coverage => words(
            "This is not covered in the eight weeks ahead, in what you answer for.",
            "coverage",
            "Besides",
        ),
        Reason::List => words("This is with you.", "your items", "Besides"),
        Reason::Watched => words("Something changed on an item you watch.", "news of what you watch", "What is new"),
        Reason::TakenBack => words("What you were told of was taken back.", "taken back", "What was said"),
        Reason::Files => words("These are the files you asked for.", "files", "What was said"),
        Reason::Merged => words("The requester was told that it goes on elsewhere.", "merged", "What was said"),
        Reason::HelpOver => words("A guest was told that it is over.", "over", "What was said"),
        Reason::Invited => words("Somebody outside was asked for help.", "an invitation", "What was said"),
        Reason::RoundQuestion => words("You are asked, and so are others.", "a question to you", "What it is about"),
        Reason::RoundReminder => words("You are asked, and have not answered yet.", "a reminder", "What it is about"),
        Reason::RoundResult => words("A round is over.", "it is over", "What it was about"),
        Reason::ExpectationMissed => words("Something that should have come has not come.", "it did not come", "What to do"),
    }
}

/// What `reason` is called to a requester. The heading of an answer is empty: the answer speaks for itself.
pub(super) fn outward(reason: Reason) -> Words {
    let words = |heading, text_label| Words {
        heading,
        subject: "",
        text_label,
    };
    match reason {
        Reason::Received => words("Thank you, we have your message.", "You wrote"),
        Reason::FollowUp => words("We are waiting for your answer to go on.", "What we asked"),
        Reason::Done => words("Your request is finished.", "What was done"),
        Reason::TakenBack => words("Your request is not finished after all.", ""),
        Reason::Merged => words("Your request goes on together with another one.", ""),
        Reason::Invited => words("Somebody asks for your help.", "They write"),
        Reason::HelpOver => words("What you were asked to help with is finished. Thank you.", "They write"),
        _ => words("", ""),
    }
}
