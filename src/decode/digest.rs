//! SHA-256 of raw bytes. May import nothing of the crate. The name raw bytes are kept under.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;

/// The SHA-256 of the bytes as 64 lower-case hexadecimal digits (FIPS 180-4).
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest(&SHA256, bytes).as_ref())
}
