//! Scripts: steps and chances, and what is refused.

use super::*;

fn policy() -> Policy {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart");
    crate::config::load_without_secrets(&path).config.unwrap().policy
}

fn parse(text: &str) -> Result<Script, ScenarioError> {
    Script::parse(text, "2026-11-23T00:00[Europe/Berlin]".parse().unwrap(), &policy())
}

#[test]
fn steps_and_chances_stand_side_by_side() {
    let script = parse(
        "# Monday\nchance ana: accept 80% within 30m, decline 10%, reply 0%, finish 50% within 2 working days\nmon 10:00 ana on SUP-1: accept\nchance everybody: never\n+2h wait\n",
    )
    .unwrap();
    assert_eq!(script.steps.iter().map(|step| step.line).collect::<Vec<_>>(), [3, 5]);
    assert_eq!(script.steps[0].at, "2026-11-23T09:00:00Z".parse().unwrap());
    let ana = script.habit(&"ana".into()).unwrap();
    assert_eq!((ana.accept.percent, ana.decline_percent, ana.reply.percent), (80, 10, 0));
    assert_eq!(ana.accept.within, "30m".parse().unwrap());
    assert_eq!(ana.reply.within, Habit::default().reply.within, "what is not said is as usual");
    assert_eq!(script.habit(&"ben".into()), Some(&Habit::silent()));
}

#[test]
fn who_is_not_named_does_not_answer_and_without_a_script_everybody_does() {
    let script = parse("chance ana: as usual\n").unwrap();
    assert_eq!(
        (script.habit(&"ana".into()), script.habit(&"ben".into())),
        (Some(&Habit::default()), None)
    );
    assert!(!parse("mon 10:00 ana: accept\n").unwrap().has_chance());
    assert_eq!(Script::usual().habit(&"ben".into()), Some(&Habit::default()));
}

#[test]
fn mistakes_are_told_with_their_line() {
    for (text, line, why) in [
        ("\nchance zoe: never\n", 2, "there is no person `zoe`"),
        ("chance ana: accept 120%\n", 1, "`120%` is not a chance"),
        ("chance ana: accept 60%, decline 50%\n", 1, "come to 110% together"),
        ("chance ana: accept 60% within soon\n", 1, "`soon` is not a duration"),
        ("chance ana: sleep 60%\n", 1, "write `chance ana:"),
        ("chance ana\n", 1, "write `chance ana:"),
        ("mon 10:00 ana on SUP-1: accept\nmon 10:00 nonsense here\n", 2, "not a step"),
    ] {
        let error = parse(text).unwrap_err();
        assert!(error.line == line && error.why.contains(why), "{text}: {error}");
    }
}
