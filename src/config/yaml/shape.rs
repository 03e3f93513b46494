//! The places of all nodes of a YAML text, from saphyr's events. May import config's texts. Iterative: no text makes it recurse.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use super::super::texts::Spot;
use super::MAX_DEPTH;

/// The nodes in an arena; nodes refer to each other by index.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    pub nodes: Vec<Shape>,
    /// The root of the first document, if it has one.
    pub root: Option<usize>,
    /// Where a second document starts.
    pub second: Option<Spot>,
}

/// Where a node stands and what it consists of.
#[derive(Debug)]
pub(super) struct Shape {
    pub spot: Spot,
    pub parts: Parts,
}

/// What a node consists of.
#[derive(Debug)]
pub(super) enum Parts {
    /// The text, and whether it stood in plain style.
    Scalar(String, bool),
    /// The elements.
    List(Vec<usize>),
    /// Keys and values in turn.
    Map(Vec<usize>),
    /// The node it stands for.
    Alias(usize),
}

/// Why a text is not YAML.
#[derive(Debug)]
pub(super) struct NotYaml {
    pub spot: Spot,
    pub why: String,
}

/// Reads the shapes of the first document of `text`.
pub(super) fn shapes(file: usize, text: &str) -> Result<Shapes, NotYaml> {
    let mut shapes = Shapes::default();
    let mut anchors: HashMap<usize, usize> = HashMap::new();
    let mut open: Vec<usize> = Vec::new();
    let mut documents = 0;
    let chars: Vec<char> = text.chars().collect();
    for event in Parser::new_from_str(text) {
        let (event, mut span) = event.map_err(|error| NotYaml {
            spot: point(file, *error.marker()),
            why: error.info().to_owned(),
        })?;
        let parts = match event {
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    shapes.second = Some(spot(file, span));
                    return Ok(shapes);
                }
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(shape) = open.pop().and_then(|closed| shapes.nodes.get_mut(closed)) {
                    (shape.spot.end_line, shape.spot.end_column) = end(span);
                }
                continue;
            }
            Event::Scalar(text, style, anchor, _) => {
                if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
                    span.end = closing(&chars, span);
                }
                (Parts::Scalar(text.into_owned(), style == ScalarStyle::Plain), anchor)
            }
            Event::SequenceStart(anchor, _) => (Parts::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => (Parts::Map(Vec::new()), anchor),
            Event::Alias(anchor) => (Parts::Alias(anchors.get(&anchor).copied().unwrap_or(usize::MAX)), 0),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => continue,
        };
        shapes.push(parts, spot(file, span), &mut anchors, &mut open)?;
    }
    Ok(shapes)
}

impl Shapes {
    fn push(
        &mut self,
        (parts, anchor): (Parts, usize),
        spot: Spot,
        anchors: &mut HashMap<usize, usize>,
        open: &mut Vec<usize>,
    ) -> Result<(), NotYaml> {
        let index = self.nodes.len();
        match open.last().and_then(|parent| self.nodes.get_mut(*parent)) {
            Some(Shape {
                parts: Parts::List(children) | Parts::Map(children),
                ..
            }) => children.push(index),
            _ => self.root = self.root.or(Some(index)),
        }
        if anchor != 0 {
            anchors.insert(anchor, index);
        }
        if matches!(parts, Parts::List(_) | Parts::Map(_)) {
            open.push(index);
            if open.len() > MAX_DEPTH {
                let why = format!("nested more than {MAX_DEPTH} deep");
                return Err(NotYaml { spot, why });
            }
        }
        self.nodes.push(Shape { spot, parts });
        Ok(())
    }
}

/// saphyr's lines count from 1, its columns from 0; both in characters.
fn position(marker: Marker) -> (u32, u32) {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    (number(marker.line()).max(1), number(marker.col()).saturating_add(1))
}

/// The end of a quoted text: saphyr counts the blanks after the quote to it.
fn closing(chars: &[char], span: Span) -> Marker {
    let mut end = span.end;
    while end.col() > 0 && end.index() > span.start.index() && chars.get(end.index() - 1).is_some_and(|c| c.is_whitespace()) {
        end = Marker::new(end.index() - 1, end.line(), end.col() - 1);
    }
    end
}

fn end(span: Span) -> (u32, u32) {
    position(span.end)
}

fn spot(file: usize, span: Span) -> Spot {
    let (line, column) = position(span.start);
    let (end_line, end_column) = end(span);
    Spot {
        file,
        line,
        column,
        end_line,
        end_column,
    }
}

fn point(file: usize, marker: Marker) -> Spot {
    spot(file, Span::empty(marker))
}
