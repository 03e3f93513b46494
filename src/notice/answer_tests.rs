use super::*;

fn links(words: &[&str]) -> Vec<String> {
    let given: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
    let to: Address = "desk+k3y@ops.example".parse().expect("an address");
    answers(&given, &ItemId::new("SUP", 142), &to).into_iter().map(|a| a.href).collect()
}

#[test]
fn an_answer_that_is_complete_takes_one_tap() {
    assert_eq!(links(&["accept"]), ["mailto:desk+k3y@ops.example?subject=accept%20SUP-142"]);
    for words in ["done NOTE", "done [NOTE]"] {
        assert_eq!(links(&[words]), ["mailto:desk+k3y@ops.example?subject=done%20SUP-142"]);
    }
}

#[test]
fn an_answer_with_something_to_add_waits_for_it_in_the_body() {
    assert_eq!(
        links(&["decline WHY"]),
        ["mailto:desk+k3y@ops.example?subject=SUP-142&body=decline%20"]
    );
    assert_eq!(
        links(&["pass PERSON [NOTE]"]),
        ["mailto:desk+k3y@ops.example?subject=SUP-142&body=pass%20"]
    );
}

#[test]
fn nothing_in_an_answer_can_add_a_field() {
    let all = links(&["accept&bcc=x@y.example", "accept\r\nBcc: x"]).join(" ");
    assert!(!all.contains("&bcc"), "{all}");
    assert!(!all.contains('\n') && !all.contains("%0A") && !all.contains("%0D"), "{all}");
    assert!(links(&["", "  "]).is_empty());
}
