//! What people read after a try.

use std::time::Duration;

use http::StatusCode;
use url::Url;

use super::door::Door;
use super::post::Answer;
use super::tried::Tried;
use crate::config::Verify;

fn human(status: u16, media_type: &str, body: &str, verify: Verify) -> String {
    let url = Url::parse("http://127.0.0.1:8025/hooks/ci").unwrap();
    let door = Door {
        verify,
        url: url.clone(),
        own_cert: None,
        elsewhere: false,
    };
    let answer = Answer {
        status: StatusCode::from_u16(status).unwrap(),
        media_type: media_type.to_owned(),
        retry_after: None,
        body: body.to_owned(),
        took: Duration::from_millis(3),
    };
    Tried::new("ci", &door, &url, answer).human()
}

fn bearer() -> Verify {
    Verify::Bearer { secrets: Vec::new() }
}

#[test]
fn each_answer_says_what_came_of_it_and_what_to_do() {
    let json = "application/json";
    let told = [
        human(202, json, r#"{"items":["REL-1"],"repeat":false}"#, bearer()),
        human(200, json, r#"{"items":["REL-1"],"repeat":true}"#, bearer()),
        human(202, json, r#"{"items":[],"repeat":false}"#, bearer()),
        human(200, "text/plain", "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", bearer()),
        human(
            401,
            "application/problem+json",
            r#"{"type":"urn:batond:problem:unauthorized","title":"The delivery is not proven to be yours","status":401,"detail":"The token is not the one configured here. Compare both sides."}"#,
            bearer(),
        ),
        human(
            403,
            "application/problem+json",
            r#"{"title":"Your network may not send here","detail":"Send from a network that stands in `allow_from` of this source, or have yours added."}"#,
            Verify::None,
        ),
        human(502, "text/html", "<html>\u{1b}[31mBad\u{202e} gateway</html>", bearer()),
        human(308, "", "", bearer()),
    ];
    insta::assert_snapshot!(told.join("\n----\n\n"));
}
