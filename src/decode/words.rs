//! Encoded words in headers (RFC 2047). May import its peers in decode. Linear; neighbours of one character set are joined before decoding, so split characters survive.

use mail_parser::decoders::base64::base64_decode;
use memchr::memmem;

use super::limits::MAX_WORD_BYTES;
use super::oddities::Oddities;
use super::{charset, transfer};

/// The octets and the character set of encoded words that follow one another.
struct Run {
    charset: String,
    bytes: Vec<u8>,
}

/// Decodes the encoded words of a header value; everything else stays. The result may hold any character: clean it.
pub(super) fn decode(value: &str, odd: &mut Oddities) -> String {
    let mut out = String::with_capacity(value.len());
    let mut run: Option<Run> = None;
    let mut rest = value;
    while let Some(at) = memmem::find(rest.as_bytes(), b"=?") {
        let (before, word) = rest.split_at(at);
        let Some((label, bytes, after)) = read_word(word) else {
            flush(&mut out, &mut run, odd);
            out.push_str(before);
            out.push_str("=?");
            rest = word.get(2..).unwrap_or_default();
            continue;
        };
        match run.as_mut() {
            // White space between encoded words is not part of the text (section 6.2).
            Some(open) if before.trim().is_empty() && open.charset.eq_ignore_ascii_case(label) => open.bytes.extend(bytes),
            open => {
                let joined = open.is_some() && before.trim().is_empty();
                flush(&mut out, &mut run, odd);
                if !joined {
                    out.push_str(before);
                }
                run = Some(Run {
                    charset: label.to_owned(),
                    bytes,
                });
            }
        }
        rest = after;
    }
    flush(&mut out, &mut run, odd);
    out.push_str(rest);
    out
}

fn flush(out: &mut String, run: &mut Option<Run>, odd: &mut Oddities) {
    if let Some(run) = run.take() {
        out.push_str(&charset::decode(&run.bytes, Some(&run.charset), odd));
    }
}

/// Reads `=?charset?encoding?data?=` at the beginning: the character set without its language, the octets, what follows.
fn read_word(text: &str) -> Option<(&str, Vec<u8>, &str)> {
    let window = super::clean::capped(text, MAX_WORD_BYTES);
    let (label, rest) = window.get(2..)?.split_once('?')?;
    if label.is_empty() || label.len() > 64 || label.contains(char::is_whitespace) {
        return None;
    }
    let (encoding, rest) = rest.split_once('?')?;
    let end = rest.find("?=")?;
    let data = rest.get(..end)?;
    let bytes = match encoding {
        "Q" | "q" => transfer::quoted_decode(data.as_bytes(), true),
        "B" | "b" => {
            let letters: Vec<u8> = data.bytes().filter(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b)).collect();
            base64_decode(&letters)?
        }
        _ => return None,
    };
    let label = label.split('*').next().unwrap_or(label);
    let used = window.len() - rest.len() + end + 2;
    Some((label, bytes, text.get(used..)?))
}
