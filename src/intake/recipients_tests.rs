//! Who is accepted and who is not.

use super::{BadGlob, Foreign, Recipients};

fn recipients(globs: &[&str]) -> Result<Recipients, BadGlob> {
    let globs: Vec<String> = globs.iter().map(ToString::to_string).collect();
    Recipients::new(&globs, "desk@ops.example".parse().unwrap())
}

#[test]
fn known_recipients_are_accepted_in_any_case() {
    let known = recipients(&["support@*", "*@Help.example", "zoë@ops.example"]).unwrap();
    for path in [
        "support@ops.example",
        "SUPPORT@other.example",
        "anyone@help.EXAMPLE",
        "Zoë@ops.example",
        "desk@ops.example",
        "DESK@Ops.Example",
        "desk+k3y@ops.example",
        "desk+@ops.example",
    ] {
        assert_eq!(known.read(path).map(|a| a.as_str().to_owned()), Ok(path.to_owned()), "{path}");
    }
}

#[test]
fn everybody_else_is_refused() {
    let known = recipients(&["*@ops.example"]).unwrap();
    for (path, why) in [
        ("ana@else.example", Foreign::Unknown),
        ("ana@ops.example.else.example", Foreign::Unknown),
        ("ana@sub.ops.example", Foreign::Unknown),
        ("@relay.example:ana@ops.example", Foreign::Route),
        ("\"ana@else.example\"@ops.example", Foreign::Form),
        ("ana@else.example@ops.example", Foreign::Form),
        ("ana", Foreign::Form),
        ("", Foreign::Form),
        ("ana@[127.0.0.1]", Foreign::Form),
        ("a na@ops.example", Foreign::Form),
    ] {
        assert_eq!(known.read(path), Err(why), "{path}");
    }
    let narrow = recipients(&["support@ops.example"]).unwrap();
    for path in ["desks@ops.example", "desk+key@else.example", "postmaster", "xsupport@ops.example"] {
        assert_eq!(narrow.read(path), Err(Foreign::Unknown), "{path}");
    }
}

#[test]
fn a_bare_postmaster_is_the_one_of_the_desk() {
    let known = recipients(&["postmaster@ops.example"]).unwrap();
    assert_eq!(known.read("Postmaster").unwrap().as_str(), "Postmaster@ops.example");
}

#[test]
fn a_bad_glob_is_named() {
    assert_eq!(recipients(&["[a@ops.example"]).unwrap_err().glob, "[a@ops.example");
}
