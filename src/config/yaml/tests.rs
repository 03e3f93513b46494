use super::super::code::Code;
use super::{Node, Value, parse};

fn show(node: &Node, into: &mut String) {
    let s = node.spot;
    into.push_str(&format!("{}:{}-{}:{} ", s.line, s.column, s.end_line, s.end_column));
    match &node.value {
        Value::List(list) => {
            into.push_str("[\n");
            list.iter().for_each(|n| show(n, into));
            into.push_str("]\n");
        }
        Value::Map(map) => {
            into.push_str("{\n");
            for entry in map {
                into.push_str(&format!("{:?}@{}:{} = ", entry.key, entry.spot.line, entry.spot.column));
                show(&entry.value, into);
            }
            into.push_str("}\n");
        }
        other => into.push_str(&format!("{other:?}\n")),
    }
}

fn tree(text: &str) -> String {
    let (node, faults) = parse(0, text);
    assert_eq!(faults, vec![], "{text}");
    let mut out = String::new();
    show(&node.unwrap(), &mut out);
    out
}

#[test]
fn places_count_characters_from_one() {
    insta::assert_snapshot!(tree(
        "a: héllo wörld   # note\nü: [1, 'x y', true, ~]\nb:\n  c: yes\n  'd': >-\n    folded\n    text\n"
    ));
}

#[test]
fn a_byte_order_mark_and_carriage_returns_change_nothing() {
    let plain = tree("a: 1\nb: [\"x\"  , y]\n");
    for text in [
        "\u{feff}a: 1\r\nb: [\"x\"  , y]\r\n",
        "a: 1\r\nb: [\"x\"  , y]\r\n",
        "\u{feff}a: 1\nb: [\"x\"  , y]\n",
    ] {
        assert_eq!(tree(text), plain, "{text:?}");
    }
}

#[test]
fn anchors_and_merges_are_expanded_at_their_anchor() {
    insta::assert_snapshot!(tree(
        "base: &b { x: 1, y: 2 }\nuse: { <<: *b, y: 3 }\nlist: [*b]\nquoted: { '<<': 1 }\n"
    ));
}

#[test]
fn keys_that_stand_twice_are_both_there() {
    insta::assert_snapshot!(tree("a: 1\na: 2\n"));
}

#[test]
fn refuses_with_a_place() {
    for (text, line, column) in [
        ("a: [1\nb: 2\n", 2, 2),
        ("a:\n  b: 1\n c: 2\n", 3, 2),
        ("a: \"x\n", 1, 4),
        ("a: *nope\n", 1, 4),
        ("{{ x }}: [\n", 2, 1),
    ] {
        let (node, faults) = parse(0, text);
        assert!(node.is_none(), "{text}");
        let [(Code::NotYaml, spot, _)] = faults.as_slice() else {
            panic!("{text}: {faults:?}")
        };
        assert_eq!((spot.line, spot.column), (line, column), "{text}: {faults:?}");
    }
}

#[test]
fn nesting_and_aliases_are_bounded() {
    let deep = "[".repeat(100_000);
    assert!(parse(0, &deep).0.is_none());
    let deep = format!("{}{}", "- ".repeat(200), "x");
    assert!(parse(0, &deep).0.is_none());
    let bomb = format!("a: &a [{}]\nb: [{}]\n", "x,".repeat(2_000), "*a,".repeat(2_000));
    let (node, faults) = parse(0, &bomb);
    assert!(node.is_none(), "{faults:?}");
}

#[test]
fn empty_and_second_documents() {
    for empty in ["", "# nothing\n", "---\n", "\u{feff}"] {
        let (node, faults) = parse(0, empty);
        assert!(faults.is_empty() && node.is_some(), "{empty:?} {faults:?}");
    }
    let (node, faults) = parse(0, "a: 1\n---\nb: 2\n");
    assert!(node.is_some());
    assert_eq!(
        faults.iter().map(|(code, spot, _)| (*code, spot.line)).collect::<Vec<_>>(),
        vec![(Code::SeveralDocuments, 2)]
    );
}
