//! Signatures of Standard Webhooks 1.0, as `webhook-signature` has them. May import nothing of the crate.

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretSlice};

/// One signature for each live secret, parted by spaces: a receiver that knows one of them is content.
pub fn signatures(secrets: &[SecretSlice<u8>], id: &str, seconds: i64, body: &[u8]) -> String {
    let one = |secret: &SecretSlice<u8>| {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret()));
        context.update(format!("{id}.{seconds}.").as_bytes());
        context.update(body);
        format!("v1,{}", BASE64.encode(context.sign().as_ref()))
    };
    secrets.iter().map(one).collect::<Vec<_>>().join(" ")
}
