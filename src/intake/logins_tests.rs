//! Who is let in, and who has guessed too often.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use tokio::time::advance;

use super::{GUESSES_FOR, Given, Guesses, MAX_TALLIES, MAX_WRONG};
use crate::config::{Login, Logins};

fn logins() -> Logins {
    let login = |person: Option<&str>| Login {
        secret: "correct horse".to_owned().into(),
        person: person.map(Into::into),
    };
    Logins {
        users: BTreeMap::from([
            ("ana@ops.example".to_owned(), login(Some("ana"))),
            ("scanner".to_owned(), login(None)),
        ]),
        required: true,
    }
}

fn plain(text: &str) -> Option<super::LoggedIn> {
    Given::plain(BASE64.encode(text.as_bytes()).as_bytes())?.check(&logins())
}

#[test]
fn only_the_right_name_with_the_right_secret() {
    assert_eq!(plain("\0ana@ops.example\0correct horse").unwrap().person, Some("ana".into()));
    assert_eq!(plain("scanner\0scanner\0correct horse").unwrap().person, None);
    for wrong in [
        "\0ana@ops.example\0correct horsE",
        "\0ana@ops.example\0",
        "\0nobody\0",
        "\0nobody\0correct horse",
        "\0ANA@ops.example\0correct horse",
        "ben\0ana@ops.example\0correct horse",
        "\0ana@ops.example\0correct horse\0",
        "ana@ops.example\0correct horse",
        "",
    ] {
        assert_eq!(plain(wrong), None, "{wrong:?}");
    }
    assert!(Given::plain(b"not base64!").is_none());
    let (name, secret) = (BASE64.encode(b"scanner"), BASE64.encode(b"correct horse"));
    assert!(Given::login(name.as_bytes(), secret.as_bytes()).unwrap().check(&logins()).is_some());
    assert!(Given::login(name.as_bytes(), name.as_bytes()).unwrap().check(&logins()).is_none());
}

#[tokio::test(start_paused = true)]
async fn an_address_that_keeps_guessing_is_not_heard_for_a_while() {
    let guesses = Guesses::default();
    let (bad, good) = ("2001:db8::1".parse().unwrap(), "192.0.2.9".parse().unwrap());
    for _ in 0..MAX_WRONG {
        assert!(guesses.may(bad));
        guesses.wrong(bad);
    }
    assert!(!guesses.may(bad) && guesses.may(good));
    assert!(!guesses.may("2001:db8::ffff".parse().unwrap()), "all of its /64 is one");
    advance(GUESSES_FOR).await;
    assert!(guesses.may(bad));
    guesses.wrong(bad);
    assert!(guesses.may(bad), "counted anew");
    guesses.right(bad);
    assert!(guesses.tallies().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_count_of_addresses_is_bounded() {
    let guesses = Guesses::default();
    for n in 0..u32::try_from(MAX_TALLIES).unwrap() + 100 {
        guesses.wrong(std::net::Ipv4Addr::from(n).into());
    }
    assert_eq!(guesses.tallies().len(), MAX_TALLIES);
}
