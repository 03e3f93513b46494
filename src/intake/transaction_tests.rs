//! Limits of a mail at their edges.

use std::time::Duration;

use super::super::dots::Fed;
use super::super::limits::SPOOL_BYTES;
use super::super::reply;
use super::{Incoming, Room, Whole};

const SOON: Duration = Duration::from_millis(100);

async fn take(max_bytes: usize, room: &Room, mail: &[u8]) -> Result<Whole, reply::Reply> {
    let mut incoming = Incoming::new(max_bytes, room.clone());
    for piece in mail.chunks(65_536) {
        assert_eq!(incoming.feed(piece), Fed::More);
        incoming.settle().await;
        assert!(incoming.bytes.len() < SPOOL_BYTES, "too much in memory");
    }
    assert_eq!(incoming.feed(b"\r\n.\r\n"), Fed::Ended(5));
    incoming.finish(SOON).await
}

fn room() -> (tempfile::TempDir, Room) {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::new(folder.path().join("incoming"), 0);
    (folder, room)
}

#[tokio::test]
async fn the_size_limit_is_exact() {
    let (_kept, room) = room();
    for limit in [10_000, 2_000_000] {
        assert_eq!(take(limit, &room, &vec![b'x'; limit - 2]).await.unwrap().raw.len(), limit);
        assert_eq!(take(limit, &room, &vec![b'x'; limit - 1]).await.unwrap_err(), reply::TOO_BIG);
    }
}

#[tokio::test]
async fn a_large_mail_goes_by_disk_and_comes_back_whole() {
    let (folder, room) = room();
    let mail: Vec<u8> = (0..3_000_000_u32).map(|n| b'a' + u8::try_from(n % 23).unwrap()).collect();
    let whole = take(usize::MAX, &room, &mail).await.unwrap();
    assert!(whole.share.is_some());
    assert_eq!(whole.raw, [&mail[..], b"\r\n"].concat());
    assert!(folder.path().join("incoming").is_dir());
    assert!(take(usize::MAX, &room, b"small").await.unwrap().share.is_none());
}

#[test]
fn what_is_far_too_big_is_hopeless() {
    let mut incoming = Incoming::new(1_000, room().1);
    incoming.feed(&[b'x'; 2_000]);
    assert!(!incoming.hopeless());
    incoming.feed(b"x");
    assert!(incoming.hopeless());
    assert!(incoming.bytes.is_empty(), "nothing is kept of it");
}

#[tokio::test]
async fn without_a_disk_large_mail_stays_with_its_sender_and_small_mail_comes_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let room = Room::new(file, 0);
    assert_eq!(take(usize::MAX, &room, &vec![b'x'; 1_000_000]).await.unwrap_err(), reply::NO_SPOOL);
    assert!(take(usize::MAX, &room, b"small").await.is_ok());
}

#[tokio::test]
async fn hops_are_counted_in_the_header_only() {
    let (_kept, room) = room();
    let hop = b"ReCeived: from a.example by b.example\r\n\tid 1\r\n";
    let mail = |hops: usize, body: usize| [hop.repeat(hops), b"Subject: x\r\n\r\n".to_vec(), hop.repeat(body)].concat();
    assert!(take(1 << 20, &room, &mail(50, 60)).await.is_ok());
    assert_eq!(take(1 << 20, &room, &mail(51, 0)).await.unwrap_err(), reply::LOOP);
}
