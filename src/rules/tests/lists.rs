//! Property: a list of a thousand texts is answered as the plain loop answers it, in any case and in letters beyond ASCII.

use proptest::prelude::*;

use super::naive;
use super::support::*;
use crate::model::{Mail, Message};
use crate::rules::{Facts, Field, RuleDef, RuleSet, Test};

/// How many texts a list has at most.
const LISTED: usize = 1_000;

/// Words long enough that most are told apart, in two cases and three alphabets.
const WORD: &str = "[a-dA-DÄäςΣσяЯ .]{3,7}";

fn some_list() -> impl Strategy<Value = Vec<Test>> {
    let test = prop_oneof![
        4 => WORD.prop_map(Test::Is),
        2 => WORD.prop_map(Test::Contains),
        1 => WORD.prop_map(Test::StartsWith),
        1 => WORD.prop_map(Test::EndsWith),
        1 => WORD.prop_map(|word| Test::Glob(format!("*{word}*"))),
        1 => (WORD, WORD).prop_map(|(a, b)| Test::Glob(format!("{a}*{b}"))),
    ];
    prop_oneof![1 => Just(1), 1 => 2usize..50, 2 => Just(LISTED)].prop_flat_map(move |length| prop::collection::vec(test.clone(), length))
}

/// A text of a list in another case and perhaps with something beside it, else any text.
fn some_text(lists: Vec<Vec<Test>>) -> impl Strategy<Value = String> {
    let listed: Vec<String> = lists.into_iter().flatten().map(text_of).collect();
    let known = (prop::sample::select(listed), any::<bool>(), "|[a-dЯ ]{1,3}", "|[a-dЯ ]{1,3}").prop_map(|(text, upper, before, after)| {
        let text = if upper { text.to_uppercase() } else { text.to_lowercase() };
        format!("{before}{text}{after}")
    });
    prop_oneof![4 => known, 1 => WORD]
}

fn text_of(test: Test) -> String {
    match test {
        Test::Is(text) | Test::Contains(text) | Test::StartsWith(text) | Test::EndsWith(text) => text,
        Test::Glob(text) => text.trim_matches('*').replace('*', "-"),
        _ => String::new(),
    }
}

fn some_case() -> impl Strategy<Value = (Vec<Vec<Test>>, Vec<(String, String)>)> {
    prop::collection::vec(some_list(), 1..5).prop_flat_map(|lists| {
        let texts = some_text(lists.clone());
        let pairs = (texts, some_text(lists.clone()));
        (Just(lists), prop::collection::vec(pairs, 20))
    })
}

fn saying(subject: String, header: String) -> Message {
    mailed(Mail {
        subject,
        headers: vec![("x-a".into(), header)],
        ..mail()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn long_lists_and_the_plain_loop_agree((lists, texts) in some_case()) {
        let rules: Vec<RuleDef> = lists
            .into_iter()
            .enumerate()
            .map(|(n, tests)| {
                let field = if n % 2 == 0 { Field::Subject } else { Field::Header("x-a".into()) };
                RuleDef { continues: n % 3 != 2, ..rule(&format!("r{n}"), when(field, tests)) }
            })
            .collect();
        let (set, _) = RuleSet::compile(rules.clone());
        let facts = Facts::default();
        for (subject, header) in texts {
            let message = saying(subject, header);
            let expected = naive::judge(&rules, &message, &facts, &mut naive::Past::new());
            let verdict = set.judge(&message, &facts);
            let got: Vec<String> = items(&verdict).iter().map(|item| item.rule.name.to_string()).collect();
            prop_assert_eq!(got, expected);
        }
    }
}
