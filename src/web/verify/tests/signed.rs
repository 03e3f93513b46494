//! Schemes that sign more than the body: their stamps, their lists of signatures, their ids.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::{BASE64, HEXLOWER};

use super::{AT, HmacAlgorithm, HmacEncoding, HmacScheme, Signed, StandardKey, TOLERANCE, Verify, check, check_at, secrets};
use crate::config::{StampFormat, StampHeader};

pub(super) fn sign(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
    sign(&Key::new(HMAC_SHA256, key), &parts.concat()).as_ref().to_vec()
}

fn stripe(stamp: &str, secret: &str, body: &[u8]) -> String {
    HEXLOWER.encode(&sign(secret.as_bytes(), &[stamp.as_bytes(), b".", body]))
}

#[test]
fn stripe_signs_stamp_and_body() {
    let verify = Verify::Stripe {
        secrets: secrets(&["whsec_new", "whsec_old"]),
        tolerance: TOLERANCE,
    };
    let (name, t, body) = ("Stripe-Signature", AT.to_string(), b"{\"id\": \"evt_1\"}".as_slice());
    let (new, old, other) = (stripe(&t, "whsec_new", body), stripe(&t, "whsec_old", body), stripe(&t, "x", body));
    for (value, good) in [
        (format!("t={t},v1={new}"), true),
        (format!("t={t},v1={old}"), true),
        (format!("t={t},v1={}", new.to_uppercase()), true),
        (format!("t={t}, v1={other}, v1={new}"), true),
        (format!("v1={new},t={t},v0={other}"), true),
        (format!("t={t},v1=zz,v1={new}"), true),
        (format!("t={t},v1={other}"), false),
        (format!("t={t},v0={new}"), false),
        (format!("t={t}"), false),
        (format!("v1={new}"), false),
        (format!("t={t},t={t},v1={new}"), false),
        (format!("t={},v1={new}", AT + 1), false),
        (format!("t=,v1={new}"), false),
        (format!("t=-{t},v1={new}"), false),
        (format!("t={t}.0,v1={new}"), false),
        (format!("t={t},v1="), false),
        (",,=,".to_owned(), false),
        (String::new(), false),
    ] {
        check(&verify, &[(name, &value)], body, good);
    }
    let value = format!("t={t},v1={new}");
    check(&verify, &[], body, false);
    check(&verify, &[(name, &value), (name, &value)], body, false);
    check(&verify, &[(name, &value)], &[body, b"\n"].concat(), false);
    for (apart, good) in [(300, true), (-300, true), (301, false), (-301, false), (7 * 86_400, false)] {
        check_at(AT + apart, &verify, &[(name, &value)], body, good);
    }
}

#[test]
fn slack_signs_version_stamp_and_body() {
    let verify = Verify::Slack {
        secrets: secrets(&["new", "old"]),
        tolerance: TOLERANCE,
    };
    let (proof, time, t, body) = ("X-Slack-Signature", "X-Slack-Request-Timestamp", AT.to_string(), b"a=1".as_slice());
    let of = |secret: &str| {
        format!(
            "v0={}",
            HEXLOWER.encode(&sign(secret.as_bytes(), &[b"v0:", t.as_bytes(), b":", body]))
        )
    };
    let (new, old) = (of("new"), of("old"));
    check(&verify, &[(proof, &new), (time, &t)], body, true);
    check(&verify, &[(proof, &old), (time, &t)], body, true);
    check(&verify, &[(proof, &of("other")), (time, &t)], body, false);
    check(&verify, &[(proof, &new)], body, false);
    check(&verify, &[(time, &t)], body, false);
    check(&verify, &[(proof, &new[3..]), (time, &t)], body, false);
    check(&verify, &[(proof, &new.replace("v0", "v1")), (time, &t)], body, false);
    check(&verify, &[(proof, &new), (time, &t), (time, &t)], body, false);
    check(&verify, &[(proof, &new), (proof, &new), (time, &t)], body, false);
    check(&verify, &[(proof, &new), (time, &format!("0{t}"))], body, false);
    check(&verify, &[(proof, &new), (time, "yesterday")], body, false);
    check_at(AT + 301, &verify, &[(proof, &new), (time, &t)], body, false);
    check_at(AT - 301, &verify, &[(proof, &new), (time, &t)], body, false);
}

fn standard(keys: Vec<StandardKey>) -> Verify {
    Verify::Standard {
        keys,
        tolerance: TOLERANCE,
    }
}

fn shared(octets: &[u8]) -> StandardKey {
    StandardKey::Shared(octets.to_vec().into())
}

#[test]
fn standard_webhooks_sign_id_stamp_and_body() {
    let verify = standard(vec![shared(&[1; 24]), shared(&[2; 24])]);
    let (id, t, body) = ("msg_1", AT.to_string(), b"{ \"a\":1 }".as_slice());
    let of = |key: &[u8], id: &str| format!("v1,{}", BASE64.encode(&sign(key, &[id.as_bytes(), b".", t.as_bytes(), b".", body])));
    let (one, two, three) = (of(&[1; 24], id), of(&[2; 24], id), of(&[3; 24], id));
    let head = |id: &str, t: &str, signatures: &str, good: bool| {
        for family in ["webhook", "svix"] {
            let names = ["id", "timestamp", "signature"].map(|what| format!("{family}-{what}"));
            let values = [(names[0].as_str(), id), (names[1].as_str(), t), (names[2].as_str(), signatures)];
            check(&verify, &values, body, good);
        }
    };
    head(id, &t, &one, true);
    head(id, &t, &two, true);
    head(id, &t, &three, false);
    head(id, &t, &format!("{three} {two}"), true);
    head(id, &t, &format!("v1a,AAAA v2,x {one}"), true);
    head(id, &t, &format!("v1,!!! {one}"), true);
    head(id, &t, &one.replace("v1,", ""), false);
    head(id, &t, "v1,", false);
    head(id, &t, "", false);
    head("msg_2", &t, &one, false);
    head("", &t, &of(&[1; 24], ""), false);
    head(id, &(AT + 1).to_string(), &one, false);
    head(id, "soon", &one, false);
    let full = [
        ("webhook-id", id),
        ("webhook-timestamp", t.as_str()),
        ("webhook-signature", one.as_str()),
    ];
    for missing in 0..3 {
        let rest: Vec<_> = full
            .iter()
            .enumerate()
            .filter(|(n, _)| *n != missing)
            .map(|(_, pair)| *pair)
            .collect();
        check(&verify, &rest, body, false);
        check(&verify, &[&full[..], &full[missing..=missing]].concat(), body, false);
    }
    // One family is not filled up from the other.
    check(&verify, &[full[0], full[1], ("svix-signature", &one)], body, false);
    check_at(AT + 301, &verify, &full, body, false);
    check_at(AT - 301, &verify, &full, body, false);
    check(&verify, &full, &body[1..], false);
}

#[test]
fn standard_webhooks_by_public_key() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public = StandardKey::Public(pair.public_key().as_ref().try_into().unwrap());
    let other = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).unwrap();
    let (t, body) = (AT.to_string(), b"{}".as_slice());
    let of = |pair: &Ed25519KeyPair| {
        let signed = [b"msg_1.", t.as_bytes(), b".", body].concat();
        format!("v1a,{}", BASE64.encode(pair.sign(&signed).as_ref()))
    };
    let head = |verify: &Verify, signature: &str, good: bool| {
        let values = [
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", t.as_str()),
            ("webhook-signature", signature),
        ];
        check(verify, &values, body, good);
    };
    let verify = standard(vec![public.clone()]);
    head(&verify, &of(&pair), true);
    head(&verify, &of(&other), false);
    head(&verify, &format!("{} {}", of(&other), of(&pair)), true);
    head(&verify, &of(&pair).replace("v1a", "v1"), false);
    // A public key is no shared secret.
    let StandardKey::Public(octets) = public else { panic!() };
    let forged = format!("v1,{}", BASE64.encode(&sign(&octets, &[b"msg_1.", t.as_bytes(), b".", body])));
    head(&verify, &forged, false);
    head(&standard(vec![shared(&[1; 24])]), &of(&pair), false);
}

fn spelled_out(stamp: Option<StampFormat>, id: bool, signs: Vec<Signed>) -> Verify {
    Verify::Hmac(Box::new(HmacScheme {
        secrets: secrets(&["new", "old"]),
        header: "x-sum".to_owned(),
        algorithm: HmacAlgorithm::Sha256,
        encoding: HmacEncoding::Hex,
        prefix: "v0=".to_owned(),
        id_header: id.then(|| "x-id".to_owned()),
        stamp: stamp.map(|format| StampHeader {
            header: "x-time".to_owned(),
            format,
            tolerance: TOLERANCE,
        }),
        signs,
    }))
}

#[test]
fn what_hmac_signs_is_spelled_out() {
    let text = |text: &str| Signed::Text(text.to_owned());
    let signs = vec![text("v0:"), Signed::Timestamp, text("|"), Signed::Id, text("|"), Signed::Body];
    let whole = |stamp: &str, id: &str, body: &str| {
        let signed = format!("v0:{stamp}|{id}|{body}");
        format!("v0={}", HEXLOWER.encode(&sign(b"old", &[signed.as_bytes()])))
    };
    let seconds = AT.to_string();
    for (format, stamp, good) in [
        (StampFormat::Seconds, seconds.clone(), true),
        (StampFormat::Milliseconds, format!("{seconds}123"), true),
        (StampFormat::Rfc3339, "2021-02-25T16:02:10+01:00".to_owned(), true),
        (StampFormat::Rfc3339, "2021-02-25T15:02:10.5Z".to_owned(), true),
        (StampFormat::Rfc3339, "2021-02-25T15:02:10".to_owned(), false),
        (StampFormat::Seconds, format!("{seconds}123"), false),
        (StampFormat::Seconds, "9".repeat(40), false),
        (StampFormat::Milliseconds, seconds.clone(), false),
        (StampFormat::Rfc3339, seconds.clone(), false),
        (StampFormat::Seconds, format!("+{seconds}"), false),
        (StampFormat::Seconds, String::new(), false),
    ] {
        let verify = spelled_out(Some(format), true, signs.clone());
        let proof = whole(&stamp, "d-1", "{}");
        check(&verify, &[("x-sum", &proof), ("x-time", &stamp), ("x-id", "d-1")], b"{}", good);
        check(&verify, &[("x-sum", &proof), ("x-time", &stamp), ("x-id", "d-2")], b"{}", false);
        check(&verify, &[("x-sum", &proof), ("x-time", &stamp)], b"{}", false);
        check(&verify, &[("x-sum", &proof), ("x-id", "d-1")], b"{}", false);
        check(
            &verify,
            &[("x-sum", &proof), ("x-time", &stamp), ("x-time", &stamp), ("x-id", "d-1")],
            b"{}",
            false,
        );
    }
    // An id that is not signed may be missing.
    let verify = spelled_out(None, true, vec![Signed::Body]);
    let proof = format!("v0={}", HEXLOWER.encode(&sign(b"new", &[b"{}"])));
    check(&verify, &[("x-sum", &proof)], b"{}", true);
}
