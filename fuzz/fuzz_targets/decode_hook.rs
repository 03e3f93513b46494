//! Any bytes as a webhook body, under each type that is read differently: no panic.
#![no_main]

use batond::decode::{self, HookInput};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    for content_type in [
        None,
        Some("application/json"),
        Some("application/x-www-form-urlencoded"),
        Some("text/plain; charset=iso-2022-jp"),
    ] {
        let input = HookInput {
            content_type,
            ..HookInput::default()
        };
        if let Err(why) = decode::hook(body, input) {
            assert_ne!(why.code, "parser-panic");
        }
    }
});
