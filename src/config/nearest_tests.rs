use super::nearest;

#[test]
fn finds_slips_and_leaves_strangers_alone() {
    let queues = ["support", "triage", "incidents"];
    for (word, found) in [
        ("suport", Some("support")),
        ("Support", Some("support")),
        ("spuport", Some("support")),
        ("incident", Some("incidents")),
        ("billing", None),
        ("", None),
        ("s", None),
    ] {
        assert_eq!(nearest(word, queues), found, "{word}");
    }
    assert_eq!(nearest("an", ["ana", "ben"]), Some("ana"));
    assert_eq!(nearest("b", ["a"]), None);
}
