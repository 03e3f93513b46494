//! HTML to text, as clients write it.

use super::html::to_text;
use super::oddities::Oddities;

fn check(html: &str, text: &str) {
    assert_eq!(to_text(html, &mut Oddities::default()), text, "{html}");
}

#[test]
fn lines_and_paragraphs() {
    check("<div>accept</div><div>thanks</div>", "accept\nthanks");
    check("<p>one</p>\n<p>two<br>three</p>", "one\n\ntwo\nthree");
    check("<div>a</div><div><br></div><div>b</div>", "a\n\nb");
    check("a <b>bold</b>\n  word&nbsp;here", "a bold word here");
    check("<ul><li>one</li><li>two</li></ul>", "- one\n- two");
    check("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc");
    check("<pre>x\ny</pre>", "x\ny");
    check("1 < 2 &amp; 3 &gt; 2 &eacute;&#x20AC;&bogus; &", "1 < 2 & 3 > 2 é€&bogus; &");
}

#[test]
fn what_is_no_text_is_left_out() {
    check(
        "<head><title>t</title><style>p { color: red }</style></head><body>x<script>if (a < b) alert('</p>')</script>y</body>",
        "xy",
    );
    check("a<!-- <p>no</p> -->b<!-- open", "ab");
    check("<a href=\"x>y\" title='a\"b'>link</a>", "link");
    check("<p title=\"open>text</p>", "text");
}

#[test]
fn hidden_text_is_left_out_and_said() {
    for hidden in [
        "<div style=\"display: none\">accept<div>done</div></div>",
        "<span style='mso-hide:all;visibility:hidden'>accept</span>",
        "<p hidden>accept</p>",
        "<div style=\"font-size:0px\">accept</div>",
    ] {
        let mut odd = Oddities::default();
        assert_eq!(
            to_text(&format!("a {hidden} b"), &mut odd).split_whitespace().collect::<Vec<_>>(),
            ["a", "b"],
            "{hidden}"
        );
        assert_eq!(odd.into_list()[0].code, "hidden-html");
    }
    check("<div style=\"font-size:0.9em\">shown</div>", "shown");
}

#[test]
fn quotes_are_marked() {
    check(
        "<div>yes</div><blockquote><p>asked</p><blockquote>before</blockquote></blockquote>after",
        "yes\n\n> asked\n\n> > before\nafter",
    );
    check(
        "<div>yes</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">On Monday Ana wrote:<br></div><blockquote class=\"gmail_quote\">asked</blockquote></div>",
        "yes\n> On Monday Ana wrote:\n> > asked",
    );
    check(
        "<div>yes</div><hr><div id=\"divRplyFwdMsg\"><b>From:</b> Ana</div><div>asked</div>",
        "yes\n> From: Ana\n> asked",
    );
    check(
        "<p>yes</p><div id=\"appendonsend\"></div><div id=\"divRplyFwdMsg\">From: Ana</div>",
        "yes\n\n> From: Ana",
    );
}

#[test]
fn what_somebody_indents_is_theirs() {
    check(
        "<div>yes</div><blockquote style=\"margin:0 0 0 40px;border:none;padding:0px\"><div>floor 2</div></blockquote><blockquote>asked</blockquote>after",
        "yes\nfloor 2\n> asked\nafter",
    );
}

#[test]
fn a_forward_is_content() {
    check(
        "<div>see</div><div class=\"gmail_quote\"><div>---------- Forwarded message ---------<br>From: Ana</div><p>text</p></div>",
        "see\n---------- Forwarded message ---------\nFrom: Ana\n\ntext",
    );
}

#[test]
fn closing_more_than_was_opened_does_no_harm() {
    check("</div></blockquote></pre>a</p></div>b", "a\n\nb");
}
