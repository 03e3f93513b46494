//! Conditions that are rendered for each message: `expr` and `more_than`. May import the other parts of rules. They see what the message has and what the rule extracts from it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::extract::{Extract, Extracted};
use super::matching::Run;
use super::template::{Template, Templates, Vars};
use super::{MoreThan, RuleFault, Tally, Text};
use crate::model::{Place, RuleName};

/// The most characters of what `per` says that are told of.
const MAX_SHOWN_CHARS: usize = 120;

/// What a rule gives its conditions.
#[derive(Debug, Clone)]
pub(super) struct Own {
    /// The rule.
    pub(super) rule: RuleName,
    /// The names its templates may use, without `each`: conditions are tried once for the whole message.
    pub(super) names: BTreeSet<String>,
    /// Its extractions.
    pub(super) extracts: Arc<Vec<Extract>>,
}

/// A condition that is rendered.
#[derive(Debug)]
pub(super) struct Live {
    own: Own,
    kind: Kind,
    pub(super) place: Place,
}

#[derive(Debug)]
enum Kind {
    /// Whether what it says is `true`.
    Expr(Template, String),
    /// Whether that many came.
    More {
        per: Option<Template>,
        number: usize,
        def: MoreThan,
    },
}

impl Live {
    /// Compiles an expression.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn expr(text: &Text, own: &Own, templates: &mut Templates) -> Result<Self, RuleFault> {
        Ok(Self {
            kind: Kind::Expr(
                templates.expression(text, &own.names).map_err(no_element)?,
                text.text.trim().to_owned(),
            ),
            own: own.clone(),
            place: text.place.clone(),
        })
    }

    /// Compiles the `number`th `more_than` of a rule.
    ///
    /// # Errors
    /// What is wrong with its `per`.
    pub(super) fn more(def: &MoreThan, number: usize, own: &Own, templates: &mut Templates) -> Result<Self, RuleFault> {
        let per = def
            .per
            .as_ref()
            .map(|per| templates.compile(per, &own.names).map_err(no_element))
            .transpose()?;
        Ok(Self {
            kind: Kind::More {
                per,
                number,
                def: def.clone(),
            },
            own: own.clone(),
            place: def.place.clone(),
        })
    }

    /// Whether it is a `more_than`.
    pub(super) fn counts(&self) -> bool {
        matches!(self.kind, Kind::More { .. })
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// Why that cannot be said.
    pub(super) fn holds(&self, run: &Run<'_, '_>) -> Result<bool, String> {
        match &self.kind {
            Kind::Expr(template, written) => {
                let said = self.render(template, run).map_err(|why| format!("`expr` failed: {why}"))?;
                match said.as_str() {
                    // As the template language writes them; a text that says "true" is a text.
                    "True" => Ok(true),
                    "False" => Ok(false),
                    other => Err(format!(
                        "`expr` is {}, not true or false: {written}",
                        super::matching::quoted(other, MAX_SHOWN_CHARS)
                    )),
                }
            }
            Kind::More { .. } => {
                let tally = self.tally(run)?;
                tally.map_or(Ok(false), |tally| run.exceeded(&tally))
            }
        }
    }

    /// What the message counts for, if this is a `more_than`.
    ///
    /// # Errors
    /// Why `per` could not be said.
    pub(super) fn tally(&self, run: &Run<'_, '_>) -> Result<Option<Tally>, String> {
        let Kind::More { per, number, def } = &self.kind else {
            return Ok(None);
        };
        let per = per.as_ref().map(|template| self.render(template, run));
        let per = per.transpose().map_err(|why| format!("`per` of `more_than` failed: {why}"))?;
        Ok(Some(Tally {
            rule: self.own.rule.clone(),
            number: *number,
            per: per.unwrap_or_default(),
            count: def.count,
            seconds: def.seconds,
        }))
    }

    fn render(&self, template: &Template, run: &Run<'_, '_>) -> Result<String, String> {
        let needs: BTreeSet<String> = template.names().map(str::to_owned).collect();
        let mut vars = Vars::of(run.message(), &needs)?;
        let mut extracted = Extracted::default();
        for extract in self.own.extracts.iter().filter(|extract| needs.contains(extract.name())) {
            extract.take(run, &mut extracted)?;
        }
        for (name, value) in &extracted.found {
            vars.set(name, value.as_str().into());
        }
        for (name, why) in extracted.missing {
            vars.lack(&name, why);
        }
        run.templates().render(template, &vars)
    }

    /// As the configuration writes it, in short.
    pub(super) fn written(&self) -> String {
        match &self.kind {
            Kind::Expr(_, written) => format!("expr: {written}"),
            Kind::More { def, .. } => format!("more_than: {} in {}{}", def.count, time(def.seconds), per(def)),
        }
    }

    /// What was seen, once it is known whether it holds.
    pub(super) fn seen(&self, held: bool, run: &Run<'_, '_>) -> String {
        match &self.kind {
            Kind::Expr(..) => format!("it is {held}"),
            Kind::More { def, .. } => {
                let like = match self.tally(run) {
                    Ok(Some(tally)) if def.per.is_some() => format!(" for {}", super::matching::quoted(&tally.per, MAX_SHOWN_CHARS)),
                    _ => String::new(),
                };
                let how = if held { "more than" } else { "no more than" };
                format!("{how} {} came within {}{like}, this one counted", def.count, time(def.seconds))
            }
        }
    }
}

/// Whoever asks for an element here is told why there is none, even in a rule with `each`.
fn no_element(fault: RuleFault) -> RuleFault {
    if !fault.text.starts_with("`each` is only") {
        return fault;
    }
    RuleFault {
        text: "conditions are tried once for the whole message, so there is no `each`".into(),
        ..fault
    }
}

fn per(def: &MoreThan) -> String {
    def.per.as_ref().map(|per| format!(" per {}", per.text)).unwrap_or_default()
}

/// `90 s`, `15 min`, `2 h`, `3 d`: the largest unit that counts it whole.
fn time(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let whole = units.into_iter().find(|(unit, _)| seconds % unit == 0);
    whole.map_or_else(|| format!("{seconds} s"), |(unit, name)| format!("{} {name}", seconds / unit))
}
