//! A script: steps in the words of scenarios, and how likely people are to answer. May import only its peers in simulate. Who is not named in it does not answer.

use std::collections::BTreeMap;

use jiff::Zoned;

use super::chance::{Habit, Odds};
use super::{Scenario, ScenarioError, Step};
use crate::model::PersonKey;
use crate::policy::Policy;

/// Who is meant by a line for everybody else.
const EVERYBODY: &str = "everybody";
/// How a line of chances is written.
const FORM: &str =
    "write `chance ana: accept 80% within 3 working hours, decline 5%, reply 90% within 2h, finish 70% within 2 working days`";

/// What people do.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// The steps in order of time.
    pub steps: Vec<Step>,
    /// How single people answer.
    habits: BTreeMap<PersonKey, Habit>,
    /// How all others answer; `None` if they do not.
    everybody: Option<Habit>,
}

impl Script {
    /// Everybody answers as people usually do, and nothing else happens.
    #[must_use]
    pub fn usual() -> Self {
        Self {
            everybody: Some(Habit::default()),
            ..Self::default()
        }
    }

    /// Reads a script that begins at `start`.
    ///
    /// # Errors
    /// The first line that cannot be read, or that names somebody the policy does not know.
    pub fn parse(text: &str, start: Zoned, policy: &Policy) -> Result<Self, ScenarioError> {
        let mut script = Self::default();
        let mut rest = String::new();
        for (index, line) in text.lines().enumerate() {
            if let Some(chance) = line.trim().strip_prefix("chance ") {
                let fail = |why: String| ScenarioError { line: index + 1, why };
                script.chance(chance, policy).map_err(fail)?;
            } else {
                rest.push_str(line);
            }
            rest.push('\n');
        }
        script.steps = Scenario::parse_from(&rest, Some(start))?.steps;
        Ok(script)
    }

    /// How somebody answers by chance; `None` if not at all.
    #[must_use]
    pub fn habit(&self, person: &PersonKey) -> Option<&Habit> {
        self.habits.get(person).or(self.everybody.as_ref())
    }

    /// Whether anybody answers by chance.
    #[must_use]
    pub fn has_chance(&self) -> bool {
        self.everybody.is_some() || !self.habits.is_empty()
    }

    fn chance(&mut self, line: &str, policy: &Policy) -> Result<(), String> {
        let (who, said) = line.split_once(':').ok_or(FORM)?;
        let habit = habit(said)?;
        let who = who.trim();
        if who == EVERYBODY {
            self.everybody = Some(habit);
            return Ok(());
        }
        let person = policy.people.keys().find(|key| key.as_str() == who);
        let person = person.ok_or_else(|| format!("there is no person `{who}` in the configuration; `{EVERYBODY}` means all others"))?;
        self.habits.insert(person.clone(), habit);
        Ok(())
    }
}

/// `never`, `as usual`, or chances with commas between; what is not named is as usual.
fn habit(said: &str) -> Result<Habit, String> {
    let said = said.trim();
    match said {
        "never" => return Ok(Habit::silent()),
        "as usual" => return Ok(Habit::default()),
        _ => {}
    }
    let mut habit = Habit::default();
    for part in said.split(',') {
        let (word, rest) = part.trim().split_once(' ').ok_or(FORM)?;
        let slot = match word {
            "decline" => {
                habit.decline_percent = percent(rest)?;
                continue;
            }
            "accept" => &mut habit.accept,
            "reply" => &mut habit.reply,
            "finish" => &mut habit.finish,
            _ => return Err(FORM.to_owned()),
        };
        *slot = odds(rest, *slot)?;
    }
    let accepted = habit.accept.percent + habit.decline_percent;
    if accepted > 100 {
        return Err(format!("accept and decline come to {accepted}% together"));
    }
    Ok(habit)
}

fn odds(text: &str, usual: Odds) -> Result<Odds, String> {
    let (chance, within) = match text.split_once(" within ") {
        Some((chance, within)) => (chance, Some(within.trim())),
        None => (text, None),
    };
    let within = within.map_or(Ok(usual.within), |within| {
        within.parse().map_err(|error| format!("`{within}` is {error}"))
    })?;
    let percent = percent(chance)?;
    Ok(Odds { percent, within })
}

fn percent(text: &str) -> Result<u32, String> {
    let number = text.trim().strip_suffix('%').and_then(|number| number.trim().parse().ok());
    let number = number.filter(|number| *number <= 100);
    number.ok_or_else(|| format!("`{}` is not a chance from 0% to 100%", text.trim()))
}

#[cfg(test)]
#[path = "script_tests.rs"]
mod tests;
