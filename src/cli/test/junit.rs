//! What came of all cases as JUnit XML, the form that build servers read. May import its peers in cli. One suite a file; well-formed whatever the names hold.

use std::io;
use std::time::Duration;

use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::Writer;

use super::report::{Played, Report};
use crate::cli::screen::plain;
use crate::simulate::cases::Difference;

type Xml = Writer<Vec<u8>>;

/// The whole document.
///
/// # Errors
/// When memory cannot be written to, which does not happen.
pub fn junit(report: &Report) -> io::Result<Vec<u8>> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let (tests, failures) = (report.played.len().to_string(), report.failed().to_string());
    xml.create_element("testsuites")
        .with_attributes([
            ("name", "batond test"),
            ("tests", tests.as_str()),
            ("failures", failures.as_str()),
            ("errors", "0"),
            ("time", seconds(report.took()).as_str()),
        ])
        .write_inner_content(|xml| suites(report).into_iter().try_for_each(|(file, cases)| suite(xml, file, &cases)))?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

/// The cases by file, files in the order in which they are met.
fn suites(report: &Report) -> Vec<(&str, Vec<&Played>)> {
    let mut suites: Vec<(&str, Vec<&Played>)> = Vec::new();
    for played in &report.played {
        let file = &*played.came.place.file;
        match suites.iter_mut().find(|(name, _)| *name == file) {
            Some((_, cases)) => cases.push(played),
            None => suites.push((file, vec![played])),
        }
    }
    suites
}

fn suite(xml: &mut Xml, file: &str, cases: &[&Played]) -> io::Result<()> {
    let failed = cases.iter().filter(|played| !played.came.passed()).count().to_string();
    let took = cases.iter().map(|played| played.took).sum();
    xml.create_element("testsuite")
        .with_attributes([
            ("name", plain(file).as_str()),
            ("tests", cases.len().to_string().as_str()),
            ("failures", failed.as_str()),
            ("errors", "0"),
            ("time", seconds(took).as_str()),
        ])
        .write_inner_content(|xml| cases.iter().try_for_each(|played| case(xml, file, played)))?;
    Ok(())
}

fn case(xml: &mut Xml, file: &str, played: &Played) -> io::Result<()> {
    let element = xml.create_element("testcase").with_attributes([
        ("name", plain(&played.came.name).as_str()),
        ("classname", plain(file).as_str()),
        ("file", plain(file).as_str()),
        ("line", played.came.place.line.to_string().as_str()),
        ("time", seconds(played.took).as_str()),
    ]);
    if played.came.passed() {
        element.write_empty()?;
        return Ok(());
    }
    element.write_inner_content(|xml| played.came.differences.iter().try_for_each(|difference| failure(xml, difference)))?;
    Ok(())
}

fn failure(xml: &mut Xml, difference: &Difference) -> io::Result<()> {
    let got = plain(&difference.got);
    let message = if difference.what == "play" {
        got
    } else {
        format!("{}: expected {}, got {got}", difference.what, plain(&difference.expected))
    };
    let notes: Vec<String> = difference.notes.iter().map(|note| plain(note)).collect();
    let text = [vec![format!("{}: {message}", difference.place)], notes].concat().join("\n");
    xml.create_element("failure")
        .with_attributes([("type", difference.what.as_str()), ("message", message.as_str())])
        .write_text_content(BytesText::new(&text))?;
    Ok(())
}

fn seconds(took: Duration) -> String {
    format!("{:.6}", took.as_secs_f64())
}
