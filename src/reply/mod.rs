//! What people write back: the new text, the verbs, the dates, the keys. May import model. A line is a command only if it parses whole.

mod attribution;
mod away_line;
mod header_block;
mod key_places;
mod keys;
mod named_line;
mod near;
mod new_text;
mod numbered;
mod read;
mod return_path;
mod round_line;
mod signature;
mod swap_line;
mod verb;
mod verb_line;
mod when;

pub use away_line::{AwayWords, Stretch};
pub use key_places::{MAX_DESK_LOCAL_BYTES, message_id, reply_address, token_in_address, token_in_message_id};
pub use keys::{KeyError, KeyRing, KeyRingError, MIN_SECRET_BYTES, Token, VALID_DAYS, parse_item};
pub use new_text::{REPLY_MARKER, new_text};
pub use numbered::{Numbered, read_numbered};
pub use read::{ReadContext, read};
pub use round_line::{RoundLine, read_round};
pub use swap_line::SwapWords;
pub use verb::{Line, Said, Verb};
pub use when::{WhenContext, WhenError, parse_when};
