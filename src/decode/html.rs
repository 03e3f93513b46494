//! HTML to text, quotes marked with `> ` as plain mail marks them. May import its peers in decode. Linear in the input, no tree, no recursion; entities by mail-parser.

use mail_parser::decoders::html::html_to_text;
use memchr::{memchr, memchr3, memmem};

use super::limits::MAX_TEXT_BYTES;
use super::oddities::Oddities;

/// Marks deeper than this are not written out.
const MAX_QUOTE_MARKS: usize = 8;
/// The longest entity that is looked for, in octets.
const MAX_ENTITY_BYTES: usize = 40;
/// How far behind a quote container a forward's own heading is looked for, in octets.
const FORWARD_WINDOW_BYTES: usize = 600;

/// The text of an HTML document: scripts, styles and hidden elements left out, at most about `MAX_TEXT_BYTES`.
pub(super) fn to_text(html: &str, odd: &mut Oddities) -> String {
    let mut scan = Scan {
        html,
        out: Out::default(),
        divs: Vec::new(),
        blockquotes: Vec::new(),
        hidden: None,
        pre: 0,
        tail_quoted: false,
        naive: false,
    };
    let mut at = 0;
    while at < html.len() && scan.out.text.len() <= MAX_TEXT_BYTES {
        let rest = html.as_bytes().get(at..).unwrap_or_default();
        let next = memchr(b'<', rest).map_or(html.len(), |n| at + n);
        scan.text(html.get(at..next).unwrap_or_default());
        at = if next < html.len() { scan.markup(next, odd) } else { next };
    }
    scan.out.text
}

/// The text that has been written, and what is owed before the next character.
#[derive(Default)]
struct Out {
    text: String,
    quote: usize,
    space: bool,
    breaks: usize,
}

impl Out {
    fn push(&mut self, c: char) {
        if self.breaks > 0 || self.text.is_empty() {
            if !self.text.is_empty() {
                self.text.extend(std::iter::repeat_n('\n', self.breaks.min(3)));
            }
            self.text.extend(std::iter::repeat_n("> ", self.quote.min(MAX_QUOTE_MARKS)));
        } else if self.space {
            self.text.push(' ');
        }
        self.breaks = 0;
        self.space = false;
        self.text.push(c);
    }

    /// At least so many line breaks before what follows.
    fn at_least(&mut self, breaks: usize) {
        self.breaks = self.breaks.max(breaks);
    }
}

struct Scan<'a> {
    html: &'a str,
    out: Out,
    /// For each open `div`, whether it is a quote.
    divs: Vec<bool>,
    /// For each open `blockquote`, whether it is a quote.
    blockquotes: Vec<bool>,
    /// The hidden element we are in, and how many of its name are open.
    hidden: Option<(String, usize)>,
    pre: usize,
    /// Set behind Outlook's mark: everything after it is the mail that was answered.
    tail_quoted: bool,
    /// Set once an unclosed quote reached the end: from then on a tag ends at the first `>`.
    naive: bool,
}

impl Scan<'_> {
    fn text(&mut self, run: &str) {
        if self.hidden.is_some() {
            return;
        }
        let mut chars = run.char_indices();
        while let Some((i, c)) = chars.next() {
            if c == '&' {
                let window = run.as_bytes().get(i..run.len().min(i + MAX_ENTITY_BYTES)).unwrap_or_default();
                let entity = memchr(b';', window).and_then(|end| run.get(i..=i + end));
                if let Some(entity) = entity.filter(|e| e.bytes().skip(1).all(|b| b.is_ascii_alphanumeric() || b == b'#' || b == b';')) {
                    for c in html_to_text(entity).chars() {
                        self.character(c);
                    }
                    chars.by_ref().take(entity.chars().count() - 1).for_each(drop);
                    continue;
                }
            }
            self.character(c);
        }
    }

    fn character(&mut self, c: char) {
        match c {
            '\n' if self.pre > 0 => self.out.breaks += 1,
            // Soft hyphens and zero-width characters only steer the layout.
            '\u{AD}' | '\u{200B}' | '\u{200C}' | '\u{34F}' => {}
            c if c.is_whitespace() => self.out.space = true,
            c => self.out.push(c),
        }
    }

    /// Reads what begins with `<` at `at`; returns where it ends.
    fn markup(&mut self, at: usize, odd: &mut Oddities) -> usize {
        let rest = self.html.as_bytes().get(at..).unwrap_or_default();
        let to = |n: Option<usize>, len: usize| n.map_or(self.html.len(), |n| at + n + len);
        match rest {
            [b'<', b'!', b'-', b'-', ..] => to(memmem::find(rest, b"-->"), 3),
            [b'<', b'!' | b'?', ..] => to(memchr(b'>', rest), 1),
            [b'<', b'a'..=b'z' | b'A'..=b'Z', ..] => self.tag(at + 1, true, odd),
            [b'<', b'/', b'a'..=b'z' | b'A'..=b'Z', ..] => self.tag(at + 2, false, odd),
            _ => {
                self.text("<");
                at + 1
            }
        }
    }

    fn tag(&mut self, name_at: usize, open: bool, odd: &mut Oddities) -> usize {
        let end = self.tag_end(name_at);
        let tag = self.html.get(name_at..end).unwrap_or_default().trim_end_matches('>');
        let split = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(split);
        let name = name.to_ascii_lowercase();
        if open && matches!(name.as_str(), "script" | "style" | "title" | "textarea" | "template") {
            return self.raw_end(&name, end);
        }
        if let Some((hidden, depth)) = self.hidden.as_mut() {
            if *hidden == name && !attributes.ends_with('/') {
                *depth = if open { *depth + 1 } else { *depth - 1 };
                if *depth == 0 {
                    self.hidden = None;
                }
            }
            return end;
        }
        let attributes = attributes.to_ascii_lowercase();
        if open && can_hide(&name) && is_hidden(&attributes) && !attributes.ends_with('/') {
            odd.add("hidden-html", "The HTML holds text that is not shown; it was left out.");
            self.hidden = Some((name, 1));
            return end;
        }
        self.element(&name, &attributes, open, end);
        end
    }

    fn element(&mut self, name: &str, attributes: &str, open: bool, end: usize) {
        if open && !self.tail_quoted && (attributes.contains("divrplyfwdmsg") || attributes.contains("appendonsend")) {
            self.out.at_least(1);
            self.out.quote += 1;
            self.tail_quoted = true;
        }
        match name {
            "br" => self.out.breaks += 1,
            "blockquote" => self.blockquote(attributes, open),
            "div" => self.div(attributes, open, end),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "ul" | "ol" => self.out.at_least(2),
            "pre" => {
                self.out.at_least(1);
                self.pre = if open { self.pre + 1 } else { self.pre.saturating_sub(1) };
            }
            "li" => {
                self.out.at_least(1);
                if open {
                    self.text("- ");
                }
            }
            "tr" | "hr" | "section" | "article" | "header" | "footer" | "address" | "dt" | "dd" | "body" | "center" => self.out.at_least(1),
            "td" | "th" => self.out.space = true,
            _ => {}
        }
    }

    fn blockquote(&mut self, attributes: &str, open: bool) {
        self.out.at_least(1);
        if open {
            let quote = !is_indented(attributes);
            self.blockquotes.push(quote);
            self.out.quote += usize::from(quote);
        } else if self.blockquotes.pop() != Some(false) {
            self.out.quote = self.out.quote.saturating_sub(1).max(usize::from(self.tail_quoted));
        }
    }

    fn div(&mut self, attributes: &str, open: bool, end: usize) {
        self.out.at_least(1);
        if !open {
            if self.divs.pop() == Some(true) {
                self.out.quote = self.out.quote.saturating_sub(1).max(usize::from(self.tail_quoted));
            }
            return;
        }
        let marked = ["gmail_quote", "yahoo_quoted", "protonmail_quote"]
            .iter()
            .any(|mark| attributes.contains(mark));
        // The same container holds forwarded mail, below a line of hyphens: that is content, not a quote.
        let window = self
            .html
            .as_bytes()
            .get(end..self.html.len().min(end + FORWARD_WINDOW_BYTES))
            .unwrap_or_default();
        let quote = marked && memmem::find(window, b"----------").is_none();
        self.divs.push(quote);
        self.out.quote += usize::from(quote);
    }

    /// The offset after the `>` that ends a tag, values in quotes skipped.
    fn tag_end(&mut self, from: usize) -> usize {
        let bytes = self.html.as_bytes();
        let first = |at: usize| {
            bytes
                .get(at..)
                .and_then(|rest| memchr(b'>', rest))
                .map_or(bytes.len(), |n| at + n + 1)
        };
        let mut at = from;
        while !self.naive {
            let Some(n) = bytes.get(at..).and_then(|rest| memchr3(b'>', b'"', b'\'', rest)) else {
                break;
            };
            let here = at + n;
            let quote = bytes.get(here).copied().unwrap_or(b'>');
            if quote == b'>' {
                return here + 1;
            }
            let value = bytes.get(at..here).unwrap_or_default().trim_ascii_end().ends_with(b"=");
            at = here + 1;
            if value {
                let Some(close) = bytes.get(at..).and_then(|rest| memchr(quote, rest)) else {
                    self.naive = true;
                    break;
                };
                at += close + 1;
            }
        }
        first(from)
    }

    /// The offset behind the closing tag of an element whose content is no markup.
    fn raw_end(&self, name: &str, from: usize) -> usize {
        let bytes = self.html.as_bytes();
        let mut at = from;
        while let Some(n) = bytes.get(at..).and_then(|rest| memmem::find(rest, b"</")) {
            at += n + 2;
            if bytes
                .get(at..at + name.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
            {
                return bytes
                    .get(at..)
                    .and_then(|rest| memchr(b'>', rest))
                    .map_or(bytes.len(), |n| at + n + 1);
            }
        }
        bytes.len()
    }
}

/// Elements that are closed in mail as it is written, so that hiding one cannot swallow what follows it.
fn can_hide(name: &str) -> bool {
    matches!(
        name,
        "div" | "span" | "table" | "section" | "font" | "a" | "b" | "i" | "td" | "tr" | "p" | "blockquote" | "pre"
    )
}

/// Whether the attributes, in lower case, are those with which Gmail indents what its user writes: no border, no mark of a quote.
fn is_indented(attributes: &str) -> bool {
    let style: String = attributes.split_ascii_whitespace().collect();
    style.contains("border:none") && !attributes.contains("cite") && !attributes.contains("quote")
}

/// Whether the attributes, in lower case, say that the element is not shown.
fn is_hidden(attributes: &str) -> bool {
    if attributes
        .split_ascii_whitespace()
        .any(|word| matches!(word, "hidden" | "hidden=\"\"" | "hidden=\"hidden\""))
    {
        return true;
    }
    if !attributes.contains("style") {
        return false;
    }
    let style: String = attributes.chars().filter(|c| !c.is_whitespace()).collect();
    let zero = |property: &str| {
        style
            .split_once(property)
            .is_some_and(|(_, value)| value.starts_with('0') && !value.starts_with("0.") && !value.starts_with("0,"))
    };
    ["display:none", "visibility:hidden", "mso-hide:all"]
        .iter()
        .any(|hide| style.contains(hide))
        || zero("font-size:")
        || zero(";opacity:")
}
