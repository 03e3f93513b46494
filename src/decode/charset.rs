//! Bytes to text by the name of a character set. May import its peers in decode. Always gives text; what could not be read as said is noted.

use mail_parser::decoders::charsets::map::charset_decoder;

use super::oddities::Oddities;

/// Decodes bytes as the label says; without a label, or with one that cannot be right, as UTF-8 and failing that as windows-1252.
pub(super) fn decode(bytes: &[u8], label: Option<&str>, odd: &mut Oddities) -> String {
    let label = label.unwrap_or_default().trim().trim_matches('"').to_ascii_lowercase();
    match label.as_str() {
        // These say nothing: mailers write them and send UTF-8 or windows-1252.
        "" | "us-ascii" | "ascii" | "ansi_x3.4-1968" | "7bit" | "8bit" | "default" | "x-unknown" | "unknown-8bit" | "binary" => {
            guess(bytes, odd)
        }
        "utf-8" | "utf8" => std::str::from_utf8(bytes).map_or_else(
            |_| {
                odd.add(
                    "bad-charset",
                    "Text said to be UTF-8 is not; the bytes that are not are shown as \u{FFFD}.",
                );
                String::from_utf8_lossy(bytes).into_owned()
            },
            str::to_owned,
        ),
        _ => charset_decoder(label.as_bytes()).map_or_else(
            || {
                odd.add(
                    "bad-charset",
                    "Text is in a character set that is not known; it was read as UTF-8 or windows-1252.",
                );
                guess(bytes, odd)
            },
            |decoder| decoder(bytes),
        ),
    }
}

/// UTF-8 if it is, else windows-1252.
fn guess(bytes: &[u8], odd: &mut Oddities) -> String {
    std::str::from_utf8(bytes).map_or_else(
        |_| {
            odd.add(
                "bad-charset",
                "Text names no usable character set and is not UTF-8; it was read as windows-1252.",
            );
            western(bytes)
        },
        str::to_owned,
    )
}

/// Bytes as windows-1252.
pub(super) fn western(bytes: &[u8]) -> String {
    charset_decoder(b"windows-1252").map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decoder| decoder(bytes))
}
