//! What a try came to: for people, for programs, and as an exit code. May import nothing of the crate but exit codes. What an answer says is made harmless before it is printed.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::super::screen::{COLUMNS, Screen, cut, plain, wrapped};
use super::door::Door;
use super::post::Answer;
use crate::config::Verify;
use crate::daemon::{Exit, Failure};

/// The most characters that are shown of an answer that is not batond's.
const MAX_SHOWN_CHARS: usize = 400;

/// What came of it.
#[derive(Debug, Serialize)]
pub struct Tried {
    source: String,
    verify: &'static str,
    url: String,
    status: u16,
    took_ms: u64,
    /// The items it opened or joined.
    items: Vec<String>,
    /// Whether it was there before.
    repeat: bool,
    /// RFC 9457, where it was refused.
    problem: Option<Value>,
    /// What was answered in another form, such as a challenge that is given back.
    answer: Option<String>,
    retry_after: Option<String>,
    /// What to do.
    next: Option<String>,
    #[serde(skip)]
    reason: &'static str,
}

/// What batond answers to a delivery that it takes.
#[derive(Deserialize)]
struct Receipt {
    items: Vec<String>,
    repeat: bool,
}

#[derive(Deserialize)]
struct Problem {
    title: String,
    detail: String,
}

impl Tried {
    /// Reads an answer.
    pub fn new(source: &str, door: &Door, url: &Url, answer: Answer) -> Self {
        let receipt = serde_json::from_str(&answer.body).ok().filter(|_| answer.status.is_success());
        let taken = receipt.is_some();
        let receipt = receipt.unwrap_or(Receipt {
            items: Vec::new(),
            repeat: false,
        });
        let is_problem = answer.media_type == "application/problem+json";
        let problem = is_problem.then(|| serde_json::from_str(&answer.body).ok()).flatten();
        let next = if taken {
            after(&receipt)
        } else {
            against(answer.status, door, problem.is_some())
        };
        Self {
            source: source.to_owned(),
            verify: door.verify.as_str(),
            url: url.to_string(),
            status: answer.status.as_u16(),
            took_ms: u64::try_from(answer.took.as_millis()).unwrap_or(u64::MAX),
            items: receipt.items,
            repeat: receipt.repeat,
            answer: (!taken && problem.is_none()).then_some(answer.body),
            problem,
            retry_after: answer.retry_after,
            next,
            reason: answer.status.canonical_reason().unwrap_or_default(),
        }
    }

    /// Prints it; how it ends says whether it was taken.
    pub fn show(&self, screen: &Screen) -> Result<(), Failure> {
        let value = serde_json::to_value(self).map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
        screen.show(&value, || Ok(self.human()))?;
        match self.status {
            200..=299 => Ok(()),
            408 | 429 | 503 => Err(Failure::silent(Exit::TryAgain)),
            _ => Err(Failure::silent(Exit::Failed)),
        }
    }

    pub(super) fn human(&self) -> String {
        let signed = match self.verify {
            "none" => "nothing proves it".to_owned(),
            word => format!("proven as `verify: {word}` wants it"),
        };
        let mut text = format!(
            "POST {}\n{signed}\n\n{} {}, after {} ms\n",
            plain(&self.url),
            self.status,
            self.reason,
            self.took_ms
        );
        let mut say = |what: &str| {
            text.push('\n');
            wrapped(what, 0, COLUMNS)
                .iter()
                .for_each(|line| text.push_str(&format!("{line}\n")));
        };
        let problem = self.problem.as_ref().and_then(|problem| Problem::deserialize(problem).ok());
        if let Some(problem) = problem {
            say(&format!("{}. {}", plain(&problem.title), plain(&problem.detail)));
        }
        if let Some(answer) = self.answer.as_deref().filter(|answer| !answer.trim().is_empty()) {
            say(&format!("It answered: {}", cut(&plain(answer), MAX_SHOWN_CHARS)));
        }
        if let Some(next) = &self.next {
            say(next);
        }
        text
    }
}

/// What can be done after a delivery that was taken.
fn after(receipt: &Receipt) -> Option<String> {
    let items = receipt.items.iter().map(|item| plain(item)).collect::<Vec<_>>();
    let listed = items.join(", ");
    Some(match (items.as_slice(), receipt.repeat) {
        ([], false) => "It is stored, and no item came of it: a rule lets it go, or closes what is not open. `batond explain FILE --source NAME` says which.".to_owned(),
        ([], true) => "It was there before, so nothing changed, and no item came of it then.".to_owned(),
        (_, true) => format!("It was there before, in {listed}, so nothing changed. What counts as a repeat stands in docs/webhooks.md: change the body, or end the item."),
        ([first, ..], false) => format!("It is stored, in {listed}. See `batond show {first}`, and `batond why {first}` for the rule."),
    })
}

/// What can be done about one that was not. The daemon's own words say the rest.
fn against(status: StatusCode, door: &Door, ours: bool) -> Option<String> {
    let here = if door.elsewhere { "what stands between" } else { "the daemon" };
    let text = match status {
        StatusCode::UNAUTHORIZED if matches!(door.verify, Verify::None) || !ours => {
            "That is not batond's answer: something in front of it asks for a proof of its own.".to_owned()
        }
        StatusCode::UNAUTHORIZED => {
            "It was proven with the secret that the configuration names now. If the daemon was started with another one, `batond reload`."
                .to_owned()
        }
        StatusCode::FORBIDDEN if ours => {
            "The sender's address was that of this machine. Add it to `allow_from`, or try it from where the sender is, with --url."
                .to_owned()
        }
        StatusCode::NOT_FOUND if ours => {
            "The source stands in the configuration and the daemon does not know it: `batond reload`, or compare the path of --url."
                .to_owned()
        }
        status if status.is_redirection() => "Senders do not follow a redirect: give them the address that it leads to.".to_owned(),
        status if !status.is_success() && !ours => format!("That is not batond's answer; {here} says it. Look there."),
        _ => return None,
    };
    Some(text)
}
