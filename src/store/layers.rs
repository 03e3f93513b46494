//! The index's layers: what is new over what is being written over the database. May import engine, model. A read sees the newest; a range is in key order, each key once.

use std::iter::Peekable;
use std::sync::Arc;

use sled::IVec;

use super::overlay::{Overlay, Slot};
use super::tree::{Go, Guarded, Tree, successor};

/// Overlays over the database.
pub struct Layers {
    /// The database.
    pub tree: Guarded,
    /// What is being written to the database.
    pub writing: Option<Arc<Overlay>>,
    /// What came since.
    pub fresh: Overlay,
    /// Whether the database is exactly what it was told: not so while records are applied again that it may have in part.
    pub exact: bool,
}

/// What stands under a key.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// In a layer, and not [`Slot::Gone`].
    Slot(&'a Slot),
    /// In the database, as stored.
    Stored(&'a [u8]),
}

impl Layers {
    /// Over a database that may have records in part.
    #[must_use]
    pub fn new(tree: Guarded) -> Self {
        Self {
            tree,
            writing: None,
            fresh: Overlay::default(),
            exact: false,
        }
    }

    /// What stands under a key, read by `read`.
    ///
    /// # Errors
    /// When the index failed, or those of `read`; so for every method here.
    pub fn get<T>(&self, key: &[u8], read: impl FnOnce(Found<'_>) -> Tree<T>) -> Tree<Option<T>> {
        match self.newest(key) {
            Some(Slot::Gone) => Ok(None),
            Some(slot) => read(Found::Slot(slot)).map(Some),
            None => self.tree.get(key)?.map(|value| read(Found::Stored(&value))).transpose(),
        }
    }

    /// What a layer has under a key.
    pub fn newest(&self, key: &[u8]) -> Option<&Slot> {
        let writing = || self.writing.as_deref().and_then(|writing| writing.get(key));
        self.fresh.get(key).or_else(writing)
    }

    /// Puts a value. A key that is removed at some time must be one that nothing stands under now: then it leaves no trace if it goes before it was written.
    pub fn put(&mut self, key: Vec<u8>, slot: Slot) {
        let covers = !self.exact || self.writing.as_ref().is_some_and(|writing| writing.get(&key).is_some());
        self.fresh.put(key, slot, covers);
    }

    /// Puts a value in place of another.
    pub fn put_over(&mut self, key: Vec<u8>, slot: Slot) {
        self.fresh.put(key, slot, true);
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &[u8]) {
        self.fresh.remove(key);
    }

    /// Visits keys from `first` to before `end`, in order, until `visit` says no more.
    ///
    /// # Errors
    /// When the index failed, or those of `visit`.
    pub fn visit(&self, first: &[u8], end: Option<&[u8]>, mut visit: impl FnMut(&[u8], Found<'_>) -> Tree<Go>) -> Tree<()> {
        let mut fresh = self.fresh.range(first, end).peekable();
        let mut writing = self.writing.iter().flat_map(|writing| writing.range(first, end)).peekable();
        let mut over = move || newer(&mut fresh, &mut writing);
        let mut next = over();
        let mut go = Go::On;
        self.tree.visit(first, end, |key, value| {
            // What the layers have before this key, and instead of it.
            while let Some((above, slot)) = next.filter(|(above, _)| *above <= key) {
                next = over();
                go = told(above, slot, &mut visit)?;
                if go == Go::Stop || above == key {
                    return Ok(go);
                }
            }
            go = visit(key, Found::Stored(value))?;
            Ok(go)
        })?;
        while let (Go::On, Some((above, slot))) = (go, next) {
            next = over();
            go = told(above, slot, &mut visit)?;
        }
        Ok(())
    }

    /// Visits every key that starts with `prefix`.
    ///
    /// # Errors
    /// When the index failed, or those of `visit`.
    pub fn visit_prefix(&self, prefix: &[u8], visit: impl FnMut(&[u8], Found<'_>) -> Tree<Go>) -> Tree<()> {
        self.visit(prefix, successor(prefix).as_deref(), visit)
    }

    /// The last key that starts with `prefix`, where nothing with this prefix is ever removed.
    ///
    /// # Errors
    /// When the index failed.
    pub fn last_of(&self, prefix: &[u8]) -> Tree<Option<IVec>> {
        let end = successor(prefix);
        let layers = [Some(&self.fresh), self.writing.as_deref()];
        let over = layers.into_iter().flatten().filter_map(|layer| layer.last(prefix, end.as_deref()));
        let over = over.max().map(IVec::from);
        Ok(over.max(self.tree.last_of(prefix)?))
    }
}

/// The next of two layers in key order; of a key that both have, the fresher one.
fn newer<'a, I, J>(fresh: &mut Peekable<I>, writing: &mut Peekable<J>) -> Option<(&'a [u8], &'a Slot)>
where
    I: Iterator<Item = (&'a [u8], &'a Slot)>,
    J: Iterator<Item = (&'a [u8], &'a Slot)>,
{
    match (fresh.peek(), writing.peek()) {
        (Some((a, _)), Some((b, _))) if a == b => {
            writing.next();
            fresh.next()
        }
        (Some((a, _)), Some((b, _))) if b < a => writing.next(),
        (Some(_), _) => fresh.next(),
        (None, _) => writing.next(),
    }
}

fn told(key: &[u8], slot: &Slot, visit: &mut impl FnMut(&[u8], Found<'_>) -> Tree<Go>) -> Tree<Go> {
    match slot {
        Slot::Gone => Ok(Go::On),
        slot => visit(key, Found::Slot(slot)),
    }
}
