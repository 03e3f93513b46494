//! Frames there and back, and every single flipped bit refused.

use super::*;

const MARK: Mark = *b"\x91\x02mark\xee\x01";

fn frame() -> Vec<u8> {
    let mut out = Vec::new();
    push_record(&mut out, &MARK, 7, 2, b"{\"seq\":7}", b"raw").unwrap();
    out
}

#[test]
fn a_frame_is_read_as_written() {
    let bytes = frame();
    let head = Head::decode(&bytes, &MARK).unwrap();
    assert_eq!((head.kind, head.seq, head.place, head.raw_bytes), (Kind::Record, 7, 2, 3));
    assert_eq!(head.frame_bytes(), bytes.len() as u64);
    let body = &bytes[HEAD_BYTES..HEAD_BYTES + head.body_bytes()];
    assert!(head.fits(body));
    assert_eq!(&body[head.record_range()], b"{\"seq\":7}");
    assert_eq!(&body[head.record_range().end..], b"raw");
}

#[test]
fn every_flipped_bit_is_seen() {
    let sound = frame();
    let length = HEAD_BYTES + Head::decode(&sound, &MARK).unwrap().body_bytes();
    for bit in 0..length * 8 {
        let mut bytes = sound.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let taken = Head::decode(&bytes, &MARK).is_some_and(|head| head.fits(&bytes[HEAD_BYTES..length]));
        assert!(!taken, "bit {bit}");
    }
}

#[test]
fn a_frame_of_another_store_is_none() {
    assert_eq!(Head::decode(&frame(), b"another!"), None);
}

#[test]
fn a_gap_covers_whole_frames_only() {
    let head = Head::decode(&gap(&MARK, 5, 3, 4_096).unwrap(), &MARK).unwrap();
    assert_eq!((head.kind, head.seq, head.place, head.frame_bytes()), (Kind::Gap, 5, 3, 4_096));
    assert_eq!(gap(&MARK, 5, 3, 39), None);
    assert_eq!(gap(&MARK, 5, 3, 41), None);
}

#[test]
fn a_segment_head_is_read_as_written_and_every_flipped_bit_is_seen() {
    let head = SegmentHead {
        version: VERSION,
        mark: MARK,
        first_seq: 12,
        made_bytes: 64 << 20,
    };
    let bytes = head.encode();
    assert_eq!(bytes.len() as u64, SEGMENT_HEAD_BYTES);
    assert_eq!(SegmentHead::decode(&bytes), Some(head));
    for bit in 0..bytes.len() * 8 {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(SegmentHead::decode(&bytes), None, "bit {bit}");
    }
}
