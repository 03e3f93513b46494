//! `ca`: a file with the authorities that may sign somebody else's certificate. May import the rest of config. Whether they can be used is seen when they are.

use super::super::check::{Check, shown};
use super::super::code::Code;
use super::super::files::{self, MAX_FILE_BYTES};
use super::super::yaml::Node;

/// The bytes of the PEM file. `whose` certificate they sign stands in the hint, `code` is that of the section.
pub(super) fn authorities(cx: &mut Check<'_>, node: &Node, code: Code, whose: &str) -> Option<Vec<u8>> {
    let path = cx.full_text(node)?;
    let why = match files::read(&cx.root().join(path), MAX_FILE_BYTES) {
        Ok(pem) if memchr::memmem::find(&pem, b"-----BEGIN CERTIFICATE-----").is_some() => return Some(pem),
        Ok(_) => "holds no certificate".to_owned(),
        Err((_, why)) => why,
    };
    cx.error(code, node.spot, format!("the file {} {why}", shown(path))).hint(format!(
        "`ca` is a PEM file with the certificates that may sign {whose}; its path starts at the configuration folder"
    ));
    None
}
