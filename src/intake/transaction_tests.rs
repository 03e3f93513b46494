//! Limits of a mail at their edges.

use super::super::dots::Fed;
use super::super::limits::{FREE_BODY_BYTES, POOL_STEP_BYTES};
use super::super::reply;
use super::{Incoming, Pool, Whole};

fn take(max_bytes: usize, pool: &Pool, mail: &[u8]) -> Result<Whole, reply::Reply> {
    let mut incoming = Incoming::new(max_bytes, pool.clone());
    for piece in mail.chunks(4096) {
        assert_eq!(incoming.feed(piece), Fed::More);
    }
    assert_eq!(incoming.feed(b"\r\n.\r\n"), Fed::Ended(5));
    incoming.finish()
}

#[test]
fn the_size_limit_is_exact() {
    let pool = Pool::new(10_000);
    assert_eq!(take(10_000, &pool, &[b'x'; 9_998]).unwrap().raw.len(), 10_000);
    assert_eq!(take(10_000, &pool, &[b'x'; 9_999]).unwrap_err(), reply::TOO_BIG);
}

#[test]
fn what_is_far_too_big_is_hopeless() {
    let mut incoming = Incoming::new(1_000, Pool::new(1_000));
    incoming.feed(&[b'x'; 2_000]);
    assert!(!incoming.hopeless());
    incoming.feed(b"x");
    assert!(incoming.hopeless());
    assert!(incoming.bytes.is_empty(), "nothing is kept of it");
}

#[test]
fn an_empty_pool_refuses_for_now_and_recovers() {
    let pool = Pool::new(0);
    let all = pool.0.available_permits();
    let mail = vec![b'x'; FREE_BODY_BYTES + POOL_STEP_BYTES];
    let first = take(usize::MAX, &pool, &mail).unwrap();
    assert_eq!(first.share.as_ref().unwrap().num_permits(), 2);
    let held = pool.0.clone().try_acquire_many_owned(u32::try_from(all - 3).unwrap()).unwrap();
    assert_eq!(take(usize::MAX, &pool, &mail).unwrap_err(), reply::NO_ROOM);
    assert!(take(usize::MAX, &pool, b"small").is_ok(), "small mails need no share");
    drop(first);
    assert!(take(usize::MAX, &pool, &mail).is_ok());
    drop(held);
    assert_eq!(pool.0.available_permits(), all);
}

#[test]
fn hops_are_counted_in_the_header_only() {
    let pool = Pool::new(1 << 20);
    let hop = b"ReCeived: from a.example by b.example\r\n\tid 1\r\n";
    let mail = |hops: usize, body: usize| [hop.repeat(hops), b"Subject: x\r\n\r\n".to_vec(), hop.repeat(body)].concat();
    assert!(take(1 << 20, &pool, &mail(50, 60)).is_ok());
    assert_eq!(take(1 << 20, &pool, &mail(51, 0)).unwrap_err(), reply::LOOP);
}
