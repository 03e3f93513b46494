//! The names a configuration defines, with where each stands. May import the rest of config. Known before anything refers to them.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::texts::Spot;

/// Names and spots of one kind.
#[derive(Debug, Default)]
pub(crate) struct NameSet {
    spots: BTreeMap<String, (Spot, Cell<bool>)>,
}

impl NameSet {
    /// Adds a name; gives the spot of an earlier one.
    pub(crate) fn add(&mut self, name: &str, spot: Spot) -> Option<Spot> {
        if let Some((first, _)) = self.spots.get(name) {
            return Some(*first);
        }
        self.spots.insert(name.to_owned(), (spot, Cell::new(false)));
        None
    }

    /// Whether the name exists; it counts as used from now on.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.spots.get(name).inspect(|(_, used)| used.set(true)).is_some()
    }

    /// Where a name is defined.
    pub(crate) fn spot(&self, name: &str) -> Option<Spot> {
        self.spots.get(name).map(|(spot, _)| *spot)
    }

    /// All names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.spots.keys().map(String::as_str)
    }

    /// The names nothing referred to.
    pub(crate) fn unused(&self) -> Vec<(String, Spot)> {
        let unused = self.spots.iter().filter(|(_, (_, used))| !used.get());
        unused.map(|(name, (spot, _))| (name.clone(), *spot)).collect()
    }
}

/// All names by kind.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub sources: NameSet,
    pub calendars: NameSet,
    pub people: NameSet,
    pub teams: NameSet,
    pub rotations: NameSet,
    pub queues: NameSet,
    pub escalations: NameSet,
    pub expectations: NameSet,
    pub mutes: NameSet,
    pub rounds: NameSet,
    /// The calendars that have no working hours.
    pub without_hours: BTreeSet<String>,
}
