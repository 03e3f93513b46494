use super::veil;

#[test]
fn secrets_are_starred_and_references_stay() {
    for (line, shown) in [
        ("secret: hunter2", "secret: *******"),
        (
            "  - {verify: github, secret: hunter2, max: 1}",
            "  - {verify: github, secret: *******, max: 1}",
        ),
        ("  password: 'hunter2, too' # mine", "  password: ************** # mine"),
        ("\"Token\": [a, b]  # x", "\"Token\": ******  # x"),
        ("secret: \"${env:HOOK}\"", "secret: \"${env:HOOK}\""),
        ("secret: \"never closed", "secret: *************"),
        ("json.token_count: 5", "json.token_count: 5"),
        ("a secret of ours: x", "a secret of ours: x"),
        ("secret:", "secret:"),
        ("secret: a } password: b", "secret: ***************"),
        ("{ secret: a } { password: b }", "{ secret: **} { password: **}"),
        ("", ""),
    ] {
        let mut chars: Vec<char> = line.chars().collect();
        veil(&mut chars);
        assert_eq!(chars.into_iter().collect::<String>(), shown);
    }
}
