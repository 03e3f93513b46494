//! Bytes in, a Message and what was odd about it out. May import model. Never panics, never grows past its limits, whatever strangers send.
