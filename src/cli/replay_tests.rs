//! When a message counts as going otherwise.

use super::*;
use crate::cli::explain::TargetView;
use crate::web::view::RuleView;

fn went(way: &str, rule: Option<&str>, key: Option<&str>) -> WentView {
    WentView {
        way: way.to_owned(),
        rule: rule.map(|name| RuleView {
            name: name.to_owned(),
            place: None,
        }),
        queue: (way != "dropped").then(|| "support".into()),
        key: key.map(str::to_owned),
        priority: Some(crate::model::Priority::Normal),
    }
}

fn now(way: &'static str, rule: &str, queue: Option<&str>, key: Option<&str>) -> VerdictView {
    VerdictView {
        rule: Some(rule.to_owned()),
        place: None,
        fields: serde_json::Map::new(),
        target: TargetView {
            way,
            queue: queue.map(str::to_owned),
            key: key.map(str::to_owned),
            priority: Some("normal".to_owned()),
            ..TargetView::default()
        },
        holder: None,
        deadlines: Vec::new(),
        expects: Vec::new(),
        rounds: Vec::new(),
        also: Vec::new(),
    }
}

#[test]
fn only_what_the_rules_decide_is_compared() {
    let support = Some("support");
    for (went, now, answers, expected) in [
        (went("new", Some("a"), None), now("new", "a", support, None), false, vec![]),
        (
            went("new", Some("a"), None),
            now("new", "b", Some("triage"), None),
            false,
            vec!["rule", "queue"],
        ),
        (
            went("new", Some("a"), Some("k")),
            now("new", "a", support, Some("j")),
            false,
            vec!["key"],
        ),
        (
            went("new", Some("a"), Some("k")),
            now("dropped", "b", None, None),
            false,
            vec!["way", "rule"],
        ),
        (went("joins", None, Some("k")), now("new", "a", support, Some("k")), false, vec![]),
        (
            went("joins", None, Some("k")),
            now("new", "a", support, Some("j")),
            false,
            vec!["way"],
        ),
        (went("joins", None, None), now("new", "a", support, None), true, vec![]),
        (went("dropped", Some("b"), None), now("dropped", "b", None, None), false, vec![]),
        (went("dropped", Some("b"), None), now("closes", "b", None, Some("k")), false, vec![]),
        (
            went("dropped", Some("b"), None),
            now("new", "a", support, Some("k")),
            false,
            vec!["way", "rule"],
        ),
        (
            went("closes", Some("end"), Some("k")),
            now("closes", "end", None, Some("k")),
            false,
            vec![],
        ),
    ] {
        assert_eq!(differs(&went, Some(&now), answers), expected, "{went:?} {now:?}");
    }
    assert_eq!(differs(&went("new", None, None), None, false), ["way"]);
}
