//! The return path of a delivery: an address of ours that names it and proves that we wrote it there (VERP). May import model. No one else can make one.

use subtle::ConstantTimeEq;

use super::key_places::{plus, unbracketed};
use super::keys::{KeyRing, MAC_BYTES, base32, unbase32};
use crate::model::{Address, DeliveryId};

/// Told apart from every other use of the same secret.
const MAC_DOMAIN: &[u8] = b"batond return path 1";
/// What a mark begins with: no reply key has its form.
const LEAD: char = 'b';
/// Stands where the place of a delivery in its record stands: no record has so many.
const CANARY_INDEX: u32 = u32::MAX;
/// The base32 characters of the HMAC: 128 bits.
const MAC_CHARS: usize = (MAC_BYTES * 8).div_ceil(5);
/// Longest mark, in bytes: the lead, two numbers, two hyphens, the HMAC.
const MAX_MARK_BYTES: usize = 1 + 20 + 1 + 10 + 1 + MAC_CHARS;

impl KeyRing {
    /// The mark of a delivery: `b12-0-` and 26 characters, lower case. The same delivery has the same mark.
    #[must_use]
    pub fn mark(&self, id: DeliveryId) -> String {
        let mac = self.seal(MAC_DOMAIN, &parts(id));
        format!("{LEAD}{}-{}-{}", id.seq, id.index, base32(&mac))
    }

    /// Which delivery a mark is of; `None` for what this ring did not make.
    #[must_use]
    pub fn marked(&self, text: &str) -> Option<DeliveryId> {
        let text = text.trim();
        if text.len() > MAX_MARK_BYTES || !text.is_ascii() {
            return None;
        }
        let text = text.to_ascii_lowercase();
        let (numbers, mac) = text.strip_prefix(LEAD)?.rsplit_once('-')?;
        let (seq, index) = numbers.split_once('-')?;
        let id = DeliveryId {
            seq: seq.parse().ok()?,
            index: index.parse().ok()?,
        };
        // One delivery has one spelling.
        if format!("{}-{}", id.seq, id.index) != numbers || mac.len() != MAC_CHARS {
            return None;
        }
        let mac: [u8; MAC_BYTES] = unbase32(mac)?.try_into().ok()?;
        let good = self.seals(MAC_DOMAIN, &parts(id)).into_iter();
        let good = good.fold(subtle::Choice::from(0), |good, seal| good | seal.ct_eq(&mac));
        bool::from(good).then_some(id)
    }

    /// `desk+MARK@domain`; `None` where that would be no address.
    #[must_use]
    pub fn return_path(&self, desk: &Address, id: DeliveryId) -> Option<Address> {
        format!("{}+{}@{}", desk.local(), self.mark(id), desk.domain()).parse().ok()
    }

    /// The delivery that an address of the desk names, if it is a return path of ours. With or without angle brackets, in any case.
    #[must_use]
    pub fn returned_to(&self, desk: &Address, recipient: &str) -> Option<DeliveryId> {
        plus(desk, unbracketed(recipient)).and_then(|mark| self.marked(mark))
    }
}

impl KeyRing {
    /// The mark of a canary that leaves at a second: of a delivery that no record ever has.
    #[must_use]
    pub fn canary(&self, second: u64) -> (DeliveryId, String) {
        let id = DeliveryId {
            seq: second,
            index: CANARY_INDEX,
        };
        (id, self.mark(id))
    }

    /// At which second a canary left; `None` for what this ring did not send as one.
    #[must_use]
    pub fn is_canary(&self, mark: &str) -> Option<u64> {
        self.marked(mark).filter(|id| id.index == CANARY_INDEX).map(|id| id.seq)
    }
}

fn parts(id: DeliveryId) -> [Vec<u8>; 2] {
    [id.seq.to_be_bytes().to_vec(), id.index.to_be_bytes().to_vec()]
}

#[cfg(test)]
#[path = "return_path_tests.rs"]
mod tests;
