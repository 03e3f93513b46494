//! What decoding takes at most. May import nothing. Past a limit that guards reading the message is Unparsed; past one that guards keeping, the rest is left out and said.

/// Header fields in one block (the message's own, or one part's). Mail in use has below 150. Past it: Unparsed `headers`.
pub const MAX_FIELDS: usize = 1_000;
/// Bytes of one header field with its folded lines. The longest seen in use are recipient lists. Past it: Unparsed `header-length`.
pub const MAX_FIELD_BYTES: usize = 256 * 1024;
/// Bytes of all header blocks of a message together. Past it: Unparsed `header-bytes`.
pub const MAX_HEADER_BYTES: usize = 1024 * 1024;
/// Multiparts inside one another. Mail in use has below 10. Past it: Unparsed `nesting`.
pub const MAX_DEPTH: usize = 50;
/// MIME parts of one message, containers included. Past it: Unparsed `parts`.
pub const MAX_PARTS: usize = 1_000;
/// Bytes of a boundary. RFC 2046 allows 70; a longer one than this counts as none.
pub const MAX_BOUNDARY_BYTES: usize = 512;
/// Bytes of a Content-Type or Content-Disposition that are read; what follows is not looked at.
pub const MAX_PARAMETER_BYTES: usize = 4 * 1024;
/// Header fields kept in `Mail::headers`; more give the oddity `headers-capped`.
pub const MAX_KEPT_HEADERS: usize = 500;
/// Bytes of one decoded header value kept; more give the oddity `header-capped`.
pub const MAX_KEPT_HEADER_BYTES: usize = 8 * 1024;
/// Mailboxes kept of all the headers of one name; more give the oddity `mailboxes-capped`.
pub const MAX_MAILBOXES: usize = 1_000;
/// References kept, the last ones; more give the oddity `references-capped`.
pub const MAX_REFERENCES: usize = 100;
/// Bytes of a Message-ID; a longer token is not taken for one. RFC 5322 allows a line of 998.
pub const MAX_ID_BYTES: usize = 998;
/// Bytes of text kept of a mail or a text body; more give the oddity `text-capped`. The rest is in the raw bytes.
pub const MAX_TEXT_BYTES: usize = 256 * 1024;
/// Bytes of one HTML part that are read; markup is several times its text.
pub const MAX_HTML_BYTES: usize = 1024 * 1024;
/// Bytes of a file name, in UTF-8; the longest file systems take is 255.
pub const MAX_NAME_BYTES: usize = 255;
/// Pairs kept of a form body or a query string; more give the oddity `pairs-capped`.
pub const MAX_PAIRS: usize = 1_000;
/// Bytes of one encoded word (RFC 2047 allows 75; mailers in use write longer ones). Also bounds the search for its end.
pub const MAX_WORD_BYTES: usize = 2 * 1024;
/// Oddities kept of one message; each code stands once.
pub const MAX_ODDITIES: usize = 64;
/// Bytes of one part of a delivery report that are read.
pub const MAX_REPORT_BYTES: usize = 256 * 1024;
/// Addresses kept of a delivery report.
pub const MAX_REPORTED: usize = 1_000;
/// The most of a calendar's answer that is read, in bytes.
pub const MAX_CALENDAR_BYTES: usize = 64 * 1024;
