//! Integration tests, one binary.

mod corpora_decode;
