//! What is packed comes back whole; what is damaged is refused.

use super::{HEAD_BYTES, PACK_FROM_BYTES, pack, unpack};

fn packed(json: &[u8]) -> Vec<u8> {
    let mut out = b"before".to_vec();
    pack(json, &mut out);
    assert!(out.starts_with(b"before"));
    out.split_off(6)
}

/// Words of many kinds, so that there is something to find again, and something not.
fn text(bytes: usize) -> Vec<u8> {
    let mut text: Vec<u8> = (0_u64..)
        .flat_map(|number| format!("{{\"n\":{}}}, ", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).into_bytes())
        .take(bytes)
        .collect();
    if let Some(first) = text.first_mut() {
        *first = b'{';
    }
    text
}

#[test]
fn every_length_comes_back() {
    for bytes in (0..2_000).chain([65_535, 65_536, 1_000_000]) {
        let json = text(bytes);
        let packed = packed(&json);
        assert_eq!(unpack(&packed).as_deref(), Some(&*json), "{bytes}");
        assert!(packed.len() <= json.len(), "{bytes}");
    }
}

#[test]
fn short_or_dense_values_stay_as_they_are() {
    let short = text(PACK_FROM_BYTES - 1);
    assert_eq!(packed(&short), short);
    let mut state = 1_u64;
    let dense: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
    .take(4_096)
    .collect();
    let dense = [b"{", &*dense].concat();
    assert_eq!(packed(&dense), dense);
}

#[test]
fn damage_is_refused() {
    let sound = packed(&text(5_000));
    assert!(sound.len() < 5_000);
    for end in 0..sound.len() {
        assert!(end == 0 || unpack(&sound[..end]).is_none(), "cut to {end}");
    }
    let mut long = sound.clone();
    long[1..HEAD_BYTES].fill(0xff);
    assert_eq!(unpack(&long), None);
    let mut wrong = sound;
    wrong[1] ^= 1;
    assert_eq!(unpack(&wrong), None);
}
