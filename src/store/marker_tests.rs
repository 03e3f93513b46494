//! The marker: what it says, whom it lets trust the index, and that no damage is taken for a clean stop.

use super::super::disk::RealDisk;
use super::*;

#[test]
fn only_a_clean_stop_or_the_same_boot_lets_the_index_be_trusted() {
    let running = |id: Option<&str>| Marker::Running(id.map(str::to_owned));
    let clean = Marker::Clean { seq: 4, index: 9 };
    assert_eq!(clean.distrust(None), None);
    assert_eq!(running(Some("a")).distrust(Some("a")), None);
    for (marker, boot_id) in [
        (running(Some("a")), Some("b")),
        (running(Some("a")), None),
        (running(None), None),
        (running(None), Some("a")),
        (Marker::Distrust, Some("a")),
        (Marker::Absent, Some("a")),
        (Marker::Damaged, Some("a")),
    ] {
        assert!(marker.distrust(boot_id).is_some(), "{marker:?} {boot_id:?}");
    }
}

#[test]
fn a_marker_is_read_as_written_and_damage_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("marker");
    assert_eq!(Marker::read(&path).unwrap(), Marker::Absent);
    let markers = [
        Marker::Running(Some("0f-1".to_owned())),
        Marker::Running(None),
        Marker::Clean { seq: 12, index: 77 },
        Marker::Distrust,
    ];
    for marker in markers {
        marker.write(&RealDisk, &path).unwrap();
        assert_eq!(Marker::read(&path).unwrap(), marker);
        let sound = std::fs::read(&path).unwrap();
        for at in 0..sound.len() {
            let mut bytes = sound.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(Marker::read(&path).unwrap(), Marker::Damaged);
            std::fs::write(&path, &sound[..at]).unwrap();
            assert_eq!(Marker::read(&path).unwrap(), Marker::Damaged);
        }
    }
}

#[test]
fn a_fingerprint_sees_every_change() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("db"), [1; 3_000]).unwrap();
    let first = fingerprint(dir.path()).unwrap();
    assert_eq!(fingerprint(dir.path()).unwrap(), first);
    std::fs::write(dir.path().join("db"), [1; 2_999]).unwrap();
    assert_ne!(fingerprint(dir.path()).unwrap(), first);
    std::fs::write(dir.path().join("db"), [1; 3_000]).unwrap();
    std::fs::write(dir.path().join("snap"), []).unwrap();
    assert_ne!(fingerprint(dir.path()).unwrap(), first);
}
