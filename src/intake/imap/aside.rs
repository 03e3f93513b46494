//! Why a mail of a mailbox is put aside, in words. May import nothing of the crate. Says where it lies and what to do.

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It has so many bytes, by what its server says.
    TooLarge(u64),
    /// It has more bytes than its source takes, and than its server said.
    LargerThanSaid,
    /// The server does not give it, however often it is asked.
    NotGiven,
}

impl Why {
    /// A sentence without its subject.
    #[must_use]
    pub fn because(self) -> String {
        match self {
            Self::TooLarge(size) => format!("has {size} bytes, more than its source takes (`max_size`)"),
            Self::LargerThanSaid => "has more bytes than its source takes (`max_size`), and than its server said".to_owned(),
            Self::NotGiven => "was asked for again and again, and its server does not give it".to_owned(),
        }
    }

    /// Where it lies now, and what to do. `place` is the account and the folder, `failed` where it is moved to.
    #[must_use]
    pub fn what_to_do(self, place: &str, failed: Option<&str>) -> String {
        let lies = match failed {
            Some(folder) => format!("It lay in {place} and is moved to the folder {folder} of the same account."),
            None => format!("It stays in {place}, and is left alone there."),
        };
        let todo = match (self, failed) {
            (Self::TooLarge(_) | Self::LargerThanSaid, Some(_)) => {
                "To have it taken, raise `max_size` of this source, `batond reload`, and move it back."
            }
            (Self::TooLarge(_) | Self::LargerThanSaid, None) => "To have it taken, raise `max_size` of this source and `batond reload`.",
            (Self::NotGiven, Some(_)) => {
                "Open it there in a mail program. If that shows it, move it back, and it is tried again; else ask whoever runs the mail server."
            }
            (Self::NotGiven, None) => {
                "Open it there in a mail program. If that shows it, restart batond, and it is tried again; else ask whoever runs the mail server, or delete it."
            }
        };
        format!("{lies} {todo}")
    }
}
