//! The MIME tree of a message as ranges of its raw bytes (RFC 2046). May import its peers in decode. One pass over the lines, no recursion; nested messages are not entered.
//!
//! The walk is ours because mail-parser 0.11 takes boundary text in the middle of a line for a boundary and cuts the part there (its issue 156).
//! A boundary counts only as a whole line here, so nothing has to be rewritten and ordinary mail is not copied.

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;

use crate::model::Unparsed;

use super::fields::{Block, Spent, block, line_end, trimmed};
use super::limits::{MAX_DEPTH, MAX_PARTS};
use super::media::Media;
use super::oddities::{Oddities, unparsed};

/// One part: a container or a leaf.
#[derive(Debug)]
pub(super) struct Part {
    /// What it is.
    pub(super) media: Media,
    /// Where its body stands in the raw bytes; empty for a container.
    pub(super) body: Range<usize>,
    /// The parts inside, by index, in order.
    pub(super) children: Vec<usize>,
}

impl Part {
    /// Whether it holds other parts in place of a body.
    pub(super) fn is_container(&self) -> bool {
        !self.children.is_empty()
    }
}

/// A multipart that is open, from the outermost on.
struct Open {
    part: usize,
    boundary: Vec<u8>,
}

struct Walk<'a> {
    raw: &'a [u8],
    parts: Vec<Part>,
    open: Vec<Open>,
    /// Which open multipart a boundary belongs to; of two the same, the inner one.
    levels: HashMap<Vec<u8>, usize>,
    longest: usize,
    /// The leaf whose body goes on, if one does.
    leaf: Option<usize>,
}

/// Splits a message whose own header block has been read. Index 0 is the message itself.
pub(super) fn walk(raw: &[u8], top: &Block<'_>, spent: &mut Spent, odd: &mut Oddities) -> Result<Vec<Part>, Unparsed> {
    let mut walk = Walk {
        raw,
        parts: Vec::new(),
        open: Vec::new(),
        levels: HashMap::new(),
        longest: 0,
        leaf: None,
    };
    walk.begin(Media::read(&top.fields, "text/plain", odd), top.body_at, None, odd)?;
    let mut at = top.body_at;
    while at < raw.len() && !walk.open.is_empty() {
        let end = line_end(raw, at);
        let Some((level, last)) = walk.boundary(raw.get(at..end).unwrap_or_default()) else {
            at = end;
            continue;
        };
        walk.end_leaf(at, odd);
        if walk.open.len() > level + 1 {
            odd.add(
                "no-closing-boundary",
                "A multipart has no closing boundary; the next boundary outside it ended it.",
            );
        }
        at = if last {
            walk.close(level);
            end
        } else {
            walk.close(level + 1);
            walk.read_part(level, end, spent, odd)?
        };
    }
    walk.end_leaf(raw.len(), odd);
    if !walk.open.is_empty() {
        odd.add(
            "no-closing-boundary",
            "A multipart has no closing boundary; its last part reaches to the end.",
        );
    }
    for part in &mut walk.parts {
        if part.media.boundary().is_some() && part.children.is_empty() && !part.body.is_empty() {
            odd.add(
                "boundary-not-found",
                "A multipart does not hold its boundary; it was read as one text.",
            );
        }
    }
    Ok(walk.parts)
}

impl Walk<'_> {
    /// Which open multipart this line is a boundary of, and whether it is the closing one.
    fn boundary(&self, line: &[u8]) -> Option<(usize, bool)> {
        let text = line.strip_prefix(b"--")?;
        if text.len() > self.longest + 64 {
            return None;
        }
        let text = trimmed(text);
        if let Some(level) = self.levels.get(text) {
            return Some((*level, false));
        }
        self.levels.get(trimmed(text.strip_suffix(b"--")?)).map(|level| (*level, true))
    }

    /// Adds a part; a multipart is opened, anything else becomes the running leaf.
    fn begin(&mut self, media: Media, body_at: usize, parent: Option<usize>, odd: &mut Oddities) -> Result<(), Unparsed> {
        if self.parts.len() == MAX_PARTS {
            return Err(unparsed("parts", format!("There are over {MAX_PARTS} parts.")));
        }
        let index = self.parts.len();
        let boundary = media.boundary().map(<[u8]>::to_vec);
        if media.is_multipart() && boundary.is_none() {
            odd.add("no-boundary", "A multipart names no usable boundary; it was read as one text.");
        }
        self.parts.push(Part {
            media,
            body: body_at..body_at,
            children: Vec::new(),
        });
        if let Some(parent) = parent.and_then(|p| self.parts.get_mut(p)) {
            parent.children.push(index);
        }
        self.leaf = Some(index);
        if let Some(boundary) = boundary {
            if self.open.len() == MAX_DEPTH {
                return Err(unparsed("nesting", format!("Multiparts are nested over {MAX_DEPTH} deep.")));
            }
            self.open.push(Open { part: index, boundary });
            self.index_levels();
        }
        Ok(())
    }

    /// Reads the header block after a boundary and begins its part. Returns where its body begins.
    fn read_part(&mut self, level: usize, at: usize, spent: &mut Spent, odd: &mut Oddities) -> Result<usize, Unparsed> {
        let Some(parent) = self.open.get(level).map(|open| open.part) else {
            return Ok(at);
        };
        let found = block(self.raw, at, spent, |line| self.boundary(line).is_some())?;
        let digest = self.parts.get(parent).is_some_and(|p| p.media.kind == "multipart/digest");
        let default = if digest { "message/rfc822" } else { "text/plain" };
        self.begin(Media::read(&found.fields, default, odd), found.body_at, Some(parent), odd)?;
        Ok(found.body_at)
    }

    /// Ends the running leaf before the line at `line_at`. What stands before the first boundary of a multipart is no part of anything.
    fn end_leaf(&mut self, line_at: usize, odd: &mut Oddities) {
        let Some(index) = self.leaf.take() else { return };
        let Some(part) = self.parts.get_mut(index) else { return };
        let start = part.body.start;
        let mut end = line_at.max(start);
        // The line break before a boundary belongs to the boundary (RFC 2046 section 5.1.1).
        if line_at < self.raw.len() && end > start {
            end -= 1;
            if end > start && self.raw.get(end - 1) == Some(&b'\r') {
                end -= 1;
            }
        }
        part.body = start..end;
        let inner = self.open.last().map(|open| open.boundary.as_slice()).unwrap_or_default();
        let own = self.open.last().is_some_and(|open| open.part == index);
        if !own && !inner.is_empty() && part.media.boundary().is_none() {
            let marker = [b"--", inner].concat();
            if memmem::find(self.raw.get(start..end).unwrap_or_default(), &marker).is_some() {
                odd.add(
                    "boundary-in-line",
                    "The text holds its own boundary inside a line; it was not taken for the end of the part.",
                );
            }
        }
    }

    /// Closes the multiparts from `level` on, innermost first.
    fn close(&mut self, level: usize) {
        self.open.truncate(level);
        self.index_levels();
    }

    fn index_levels(&mut self) {
        self.levels = self.open.iter().enumerate().map(|(i, open)| (open.boundary.clone(), i)).collect();
        self.longest = self.open.iter().map(|open| open.boundary.len()).max().unwrap_or(0);
    }
}
