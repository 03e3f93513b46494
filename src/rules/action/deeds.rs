//! `reply`, `tell`, `forward`, `call`, `expect`, `round`: what is done besides. May import model and templates.

use super::call::CallPlan;
use super::expect::ExpectPlan;
use super::{Compiling, Scene};
use crate::model::{Item, Party, RoundName};
use crate::rules::template::Template;
use crate::rules::{Actions, AskDraft, Deeds, ForwardDraft, ReplyDraft, TellDraft};

/// The most characters of a reason somebody is told for; a longer one is cut.
const MAX_WHY_CHARS: usize = 300;

/// What is done besides, its templates compiled.
#[derive(Debug)]
pub(super) struct DeedsPlan {
    reply: Option<ReplyPlan>,
    tell: Option<TellPlan>,
    forward: Option<ForwardPlan>,
    call: Option<CallPlan>,
    expect: Option<ExpectPlan>,
    round: Option<AskPlan>,
}

#[derive(Debug)]
struct AskPlan {
    name: RoundName,
    about: Option<Template>,
}

#[derive(Debug)]
struct ReplyPlan {
    subject: Option<Template>,
    /// `None` only beside a fault.
    text: Option<Template>,
}

#[derive(Debug)]
struct TellPlan {
    to: Vec<Party>,
    why: Option<Template>,
    urgent: bool,
}

#[derive(Debug)]
struct ForwardPlan {
    to: Vec<Party>,
    note: Option<Template>,
}

impl DeedsPlan {
    /// Compiles what is done besides.
    pub(super) fn compile(actions: &Actions, compiling: &mut Compiling<'_>) -> Self {
        Self {
            reply: actions.reply.as_ref().map(|def| ReplyPlan {
                subject: def.subject.as_ref().and_then(|text| compiling.template(text)),
                text: compiling.template(&def.text),
            }),
            tell: actions.tell.as_ref().map(|def| TellPlan {
                to: def.to.clone(),
                why: def.why.as_ref().and_then(|text| compiling.template(text)),
                urgent: def.urgent,
            }),
            forward: actions.forward.as_ref().map(|def| ForwardPlan {
                to: def.to.clone(),
                note: def.note.as_ref().and_then(|text| compiling.template(text)),
            }),
            call: actions.call.as_ref().map(|def| CallPlan::compile(def, compiling)),
            expect: actions.expect.as_ref().map(|def| ExpectPlan::compile(def, compiling)),
            round: actions.round.as_ref().map(|def| AskPlan {
                name: def.name.clone(),
                about: def.about.as_ref().and_then(|text| compiling.template(text)),
            }),
        }
    }

    /// All of it for one message.
    ///
    /// # Errors
    /// Which part failed and why.
    pub(super) fn deeds(&self, scene: &Scene<'_>) -> Result<Deeds, String> {
        Ok(Deeds {
            reply: self.reply(scene)?,
            tell: self.tell.as_ref().map(|plan| plan.draft(scene)).transpose()?.into_iter().collect(),
            forward: self
                .forward
                .as_ref()
                .map(|plan| plan.draft(scene))
                .transpose()?
                .into_iter()
                .collect(),
            expect: self
                .expect
                .as_ref()
                .map(|plan| plan.draft(scene))
                .transpose()?
                .into_iter()
                .collect(),
            round: self.round.as_ref().map(|plan| plan.draft(scene)).transpose()?.into_iter().collect(),
            call: self.call.as_ref().map(|plan| plan.draft(scene)).transpose()?.into_iter().collect(),
        })
    }

    /// The answer alone, for a message that is let go.
    ///
    /// # Errors
    /// Which part failed and why.
    pub(super) fn reply(&self, scene: &Scene<'_>) -> Result<Option<ReplyDraft>, String> {
        self.reply.as_ref().map(|plan| plan.draft(scene)).transpose()
    }
}

impl ReplyPlan {
    fn draft(&self, scene: &Scene<'_>) -> Result<ReplyDraft, String> {
        let text = self.text.as_ref().ok_or("its `reply` is not a template")?;
        let text = scene.text("reply", text)?;
        if text.is_empty() {
            return Err("its `reply` is empty for this message".into());
        }
        let subject = self.subject.as_ref().map(|t| scene.line("reply.subject", t, Item::MAX_TITLE_CHARS));
        Ok(ReplyDraft {
            rule: scene.rule.name.clone(),
            subject: subject.transpose()?.filter(|subject| !subject.is_empty()),
            text,
        })
    }
}

impl TellPlan {
    fn draft(&self, scene: &Scene<'_>) -> Result<TellDraft, String> {
        let why = self.why.as_ref().map(|t| scene.line("tell.why", t, MAX_WHY_CHARS));
        Ok(TellDraft {
            rule: scene.rule.name.clone(),
            to: self.to.clone(),
            why: why.transpose()?.filter(|why| !why.is_empty()),
            urgent: self.urgent,
        })
    }
}

impl AskPlan {
    fn draft(&self, scene: &Scene<'_>) -> Result<AskDraft, String> {
        let about = self.about.as_ref().map(|t| scene.text("round.about", t));
        Ok(AskDraft {
            rule: scene.rule.name.clone(),
            name: self.name.clone(),
            about: about.transpose()?.unwrap_or_default(),
        })
    }
}

impl ForwardPlan {
    fn draft(&self, scene: &Scene<'_>) -> Result<ForwardDraft, String> {
        let note = self.note.as_ref().map(|t| scene.text("forward.note", t));
        Ok(ForwardDraft {
            rule: scene.rule.name.clone(),
            to: self.to.clone(),
            note: note.transpose()?.filter(|note| !note.is_empty()),
        })
    }
}
