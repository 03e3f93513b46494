//! Large mails on disk and back, in turn.

use std::time::Duration;

use super::super::limits::MEMORY_BYTES;
use super::{NoRoom, Room, Spooled};

const SOON: Duration = Duration::from_millis(50);

async fn spooled(room: &Room, pieces: &[Vec<u8>]) -> Spooled {
    let mut spooled = None;
    for piece in pieces {
        spooled = Some(room.append(spooled, piece.clone()).await.unwrap());
    }
    spooled.unwrap()
}

#[tokio::test]
async fn what_goes_to_disk_comes_back_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::new(folder.path().join("incoming"), 0);
    let pieces = [vec![b'a'; 300_000], vec![b'b'; 5], vec![b'c'; 1_000_000]];
    let file = spooled(&room, &pieces).await;
    assert_eq!(std::fs::read_dir(folder.path().join("incoming")).unwrap().count(), 0);
    let loaded = room.load(file, SOON).await.unwrap();
    assert_eq!(loaded.raw, pieces.concat());
}

#[tokio::test]
async fn memory_is_given_in_turn_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::new(folder.path().to_owned(), 0);
    let half = vec![vec![b'x'; MEMORY_BYTES / 2 + 1]];
    let (first, second, third) = (
        spooled(&room, &half).await,
        spooled(&room, &half).await,
        spooled(&room, &half).await,
    );
    let first = room.load(first, SOON).await.unwrap();
    assert!(matches!(room.load(second, SOON).await, Err(NoRoom::Memory)));
    let waiting = tokio::spawn({
        let room = room.clone();
        async move { room.load(third, Duration::from_secs(10)).await.is_ok() }
    });
    drop(first);
    assert!(waiting.await.unwrap());
    // One that is larger than all of it has all of it.
    let all = spooled(&room, &[vec![b'x'; MEMORY_BYTES + 1_000_000]]).await;
    assert!(room.load(all, SOON).await.is_ok());
}

#[tokio::test]
async fn a_folder_that_is_none_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(Room::new(file, 0).append(None, vec![1]).await, Err(NoRoom::Disk(_))));
}
