//! Damaged files: a store opens or names what is wrong, never panics, and keeps every record whose bytes are whole.

use std::fs;
use std::path::{Path, PathBuf};

use batond::engine::Past;
use batond::model::ItemId;
use batond::store::{DamageKind, EmbeddedStore, Entry, OpenReport, Options, Store};

use super::sample::{self, Dice};
use super::{open, open_with, small};

/// Writes `groups` groups of `size` mails and stops without closing; or closes.
fn filled(dir: &Path, groups: u64, size: u64, close: bool) -> u64 {
    let (mut store, _) = open(dir);
    for _ in 0..groups {
        let mut group = Vec::new();
        for seq in store.next_seq()..store.next_seq() + size {
            let raw = sample::message(seq, if seq % 7 == 0 { 6_000 } else { 500 });
            let record = sample::new_mail(seq, seq, &raw);
            let changes = sample::project(&record, &store).unwrap();
            let raw = Some(raw);
            group.push(Entry { record, raw, changes });
        }
        store.commit(group).unwrap();
    }
    if close {
        store.close().unwrap();
    }
    groups * size
}

fn segments(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir.join("journal")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "seg")).collect();
    paths.sort();
    paths
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

/// As after a power cut: only the journal counts.
fn open_after_power_cut(dir: &Path) -> (EmbeddedStore, OpenReport) {
    let options = Options {
        boot_id: Some("another".to_owned()),
        ..small()
    };
    open_with(dir, &options)
}

/// Offset and length of the journal's last frame, found by its head.
fn last_frame(bytes: &[u8]) -> (usize, usize) {
    let mark = bytes[64..72].to_vec();
    let mut starts = (64..bytes.len() - 40).step_by(8).filter(|at| bytes[*at..].starts_with(&mark));
    let at = starts.next_back().unwrap();
    let number = |from: usize| u32::from_le_bytes(bytes[at + from..at + from + 4].try_into().unwrap()) as usize;
    (at, (40 + number(24) + number(28)).next_multiple_of(8))
}

#[test]
fn a_tail_torn_at_any_byte_is_cut() {
    let origin = tempfile::tempdir().unwrap();
    let count = filled(origin.path(), 3, 1, false);
    let path = segments(origin.path()).pop().unwrap();
    let whole = fs::read(&path).unwrap();
    let (at, length) = last_frame(&whole);
    let dir = tempfile::tempdir().unwrap();
    copy(&origin.path().join("journal"), &dir.path().join("journal"));
    let torn = segments(dir.path()).pop().unwrap();
    // Every byte of the head and around the ends of the parts, every 31st between.
    let body = (40..length).filter(|kept| kept % 31 == 0 || *kept > length - 24);
    for kept in (0..40).chain(body) {
        let mut bytes = whole.clone();
        bytes[at + kept..at + length].fill(0);
        if bytes == whole {
            continue; // Only padding was cut off.
        }
        fs::write(&torn, &bytes).unwrap();
        fs::remove_dir_all(dir.path().join("index")).ok();
        fs::remove_file(dir.path().join("marker")).ok();
        let (store, report) = open_after_power_cut(dir.path());
        assert_eq!(report.last_seq, count - 1, "cut after {kept} bytes");
        let dirty = bytes[at..at + kept].iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let cut = usize::try_from(report.cut_bytes).unwrap();
        assert!((dirty..=length).contains(&cut), "cut after {kept} bytes: {cut}");
        assert!(report.damages.is_empty(), "cut after {kept} bytes: {report:?}");
        assert_eq!(store.items(true).unwrap().len() as u64, count - 1);
        drop(store);
        let (_, again) = open(dir.path());
        assert_eq!((again.cut_bytes, again.damages.len()), (0, 0), "cut once");
    }
}

#[test]
fn a_damaged_record_is_set_aside_and_the_rest_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let count = filled(dir.path(), 6, 1, true);
    let path = segments(dir.path()).remove(0);
    let mut bytes = fs::read(&path).unwrap();
    bytes[64 + 40 + 100] ^= 1;
    fs::write(&path, &bytes).unwrap();

    let (store, report) = open(dir.path());
    assert_eq!(report.damages.len(), 1, "{report:?}");
    let damage = &report.damages[0];
    assert_eq!((damage.kind, damage.lost, damage.offset), (DamageKind::Altered, Some((1, 1)), 64));
    let kept = fs::read(damage.kept.as_ref().unwrap()).unwrap();
    assert_eq!(kept, bytes[64..64 + usize::try_from(damage.bytes).unwrap()]);
    assert_eq!(store.health().set_aside_bytes, damage.bytes);
    let text = damage.to_string();
    assert!(text.contains("record 1 is lost") && text.contains("set-aside"), "{text}");
    // The index still knows the item; its timeline says what is missing.
    let first = ItemId::new("RIG", 1);
    assert!(store.item(&first).unwrap().is_some());
    let history = store.history(&first).unwrap();
    assert!(format!("{history:?}").contains("is damaged and cannot be shown"), "{history:?}");
    drop(store);

    let (store, report) = open_after_power_cut(dir.path());
    assert!(report.damages.is_empty(), "it is reported once: {report:?}");
    assert_eq!(store.items(true).unwrap().len() as u64, count - 1);
    assert_eq!(store.next_seq(), count + 1);
}

#[test]
fn bytes_that_look_like_frames_are_not_taken_for_frames() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, _) = open(dir.path());
    let other = tempfile::tempdir().unwrap();
    filled(other.path(), 2, 1, true);
    // A whole journal of another store, sent as a mail: aligned as its frames were.
    let raw = bytes::Bytes::from(fs::read(segments(other.path()).remove(0)).unwrap()[64..4_000].to_vec());
    for number in 1..=2 {
        let record = sample::new_mail(number, number, &raw);
        let changes = sample::project(&record, &store).unwrap();
        let raw = Some(raw.clone());
        store.commit(vec![Entry { record, raw, changes }]).unwrap();
    }
    drop(store);
    let path = segments(dir.path()).remove(0);
    let mut bytes = fs::read(&path).unwrap();
    bytes[64 + 9] ^= 1; // The first head: where its frame ends is not known any more.
    fs::write(&path, &bytes).unwrap();
    let (_, report) = open_after_power_cut(dir.path());
    assert_eq!((report.records, report.damages.len()), (1, 1), "{report:?}");
    assert_eq!(report.damages[0].lost, Some((1, 1)));
}

#[test]
fn a_missing_segment_is_named() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path(), 30, 2, true);
    let all = segments(dir.path());
    assert!(all.len() >= 3);
    fs::remove_file(&all[1]).unwrap();
    let (_, report) = open_after_power_cut(dir.path());
    let number = |path: &Path| path.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap();
    let lost = Some((number(&all[1]), number(&all[2]) - 1));
    assert!(
        report.damages.iter().any(|d| d.kind == DamageKind::Missing && d.lost == lost),
        "{report:?}"
    );
}

#[test]
fn acknowledged_records_that_are_gone_are_named_and_their_numbers_not_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let count = filled(dir.path(), 5, 1, true);
    let path = segments(dir.path()).pop().unwrap();
    let bytes = fs::read(&path).unwrap();
    let (at, _) = last_frame(&bytes);
    fs::write(&path, &bytes[..at]).unwrap();
    let (mut store, report) = open(dir.path());
    assert!(report.damages.iter().any(|d| d.lost == Some((count, count))), "{report:?}");
    assert!(report.damages.iter().any(|d| d.kind == DamageKind::Short), "{report:?}");
    assert_eq!(store.next_seq(), count + 1);
    store.close().unwrap();
    let (store, report) = open_after_power_cut(dir.path());
    assert_eq!((store.next_seq(), report.damages.len()), (count + 1, 0), "{report:?}");
}

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else if fs::metadata(&path).unwrap().len() > 0 {
            out.push(path);
        }
    }
}

/// Flips a byte, zeroes a page or cuts the file; says whether anything changed.
fn harm(dice: &mut Dice, path: &Path) -> bool {
    let before = fs::read(path).unwrap();
    let mut bytes = before.clone();
    // Mostly where something was written, sometimes in the preallocated room.
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1) as u64;
    let reach = if dice.below(8) == 0 { bytes.len() as u64 } else { used };
    let at = usize::try_from(dice.below(reach)).unwrap();
    match dice.below(3) {
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => {
            let page = at & !4_095;
            let end = (page + 4_096).min(bytes.len());
            bytes[page..end].fill(0);
        }
        _ => bytes.truncate(at),
    }
    fs::write(path, &bytes).unwrap();
    bytes != before
}

/// Promise A14: any store file, any of three kinds of harm.
#[test]
fn harm_to_any_file_is_survived_and_named() {
    let rounds: u64 = std::env::var("BATOND_DAMAGE_ROUNDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(120);
    let origin = tempfile::tempdir().unwrap();
    let count = filled(origin.path(), 20, 2, true);
    for seed in 0..rounds {
        let dir = tempfile::tempdir().unwrap();
        copy(origin.path(), dir.path());
        let mut all = Vec::new();
        files(dir.path(), &mut all);
        all.sort();
        let mut dice = Dice::new(seed);
        // Half of the harm goes to the journal, the rest anywhere.
        let journal: Vec<&PathBuf> = all.iter().filter(|path| path.extension().is_some_and(|e| e == "seg")).collect();
        let path = match dice.below(2) {
            0 => journal[usize::try_from(dice.below(journal.len() as u64)).unwrap()].clone(),
            _ => all[usize::try_from(dice.below(all.len() as u64)).unwrap()].clone(),
        };
        let changed = harm(&mut dice, &path);
        if dice.below(2) == 0 {
            fs::remove_file(dir.path().join("marker")).unwrap();
        }
        let name = path.strip_prefix(dir.path()).unwrap().display().to_string();
        let (store, report) = match EmbeddedStore::open(dir.path(), small(), sample::project) {
            Ok(opened) => opened,
            Err(error) => panic!("seed {seed}, {name}: {error}"),
        };
        let named: u64 = report
            .damages
            .iter()
            .filter_map(|d| d.lost)
            .map(|(first, last)| last - first + 1)
            .sum();
        let cut = u64::from(report.cut_bytes > 0 || report.damages.iter().any(|d| d.kind == DamageKind::Short));
        let mut unreadable = 0;
        for number in 1..=count {
            let id = ItemId::new("RIG", number);
            let Some(_) = store.item(&id).unwrap() else {
                unreadable += 1;
                continue;
            };
            let history = store.history(&id).unwrap();
            assert_eq!(history.len(), 1, "seed {seed}, {name}: {id}");
            // A damaged raw file is named when it is read.
            let sound = history[0].raw.as_ref().is_some_and(|raw| match store.raw(raw) {
                Ok(bytes) => bytes.map(|bytes| sample::raw_ref(&bytes)).as_ref() == Some(raw),
                Err(error) => name.starts_with("raw/") && error.to_string().contains("damaged"),
            });
            let told = format!("{history:?}").contains("cannot be shown");
            assert!(sound || told, "seed {seed}, {name}: {id} changed in silence: {report:?}");
        }
        // Whatever is gone is named by number, or by the cut at the end where no marker tells how far it went.
        assert!(
            unreadable <= named || cut > 0,
            "seed {seed}, {name}: {unreadable} items gone, {named} named: {report:?}"
        );
        let journal_harmed = changed && name.ends_with(".seg");
        assert!(
            unreadable == 0 || journal_harmed,
            "seed {seed}, {name}: {unreadable} items gone: {report:?}"
        );
    }
}
