//! A relay that is a folder: one `.eml` file a mail, for demos and tests. May import model. A file is there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::message::Wire;
use crate::model::{Delivery, DeliveryId};

/// Writes mails into a folder.
#[derive(Debug, Clone)]
pub(super) struct FileRelay {
    folder: PathBuf,
}

impl FileRelay {
    /// Into `folder`, which is made when the first mail comes.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Writes one mail, named by its date and its delivery so that a listing is in order and a repeat replaces the file. On stable storage
    /// when this returns. Above the mail stands its return path, as a final delivery writes it (RFC 5321 section 4.4).
    pub async fn send(&self, delivery: &Delivery, mail: Wire) -> io::Result<()> {
        let name = file_name(delivery);
        let (folder, id) = (self.folder.clone(), delivery.id);
        tokio::task::spawn_blocking(move || write(&folder, &name, id, &mail))
            .await
            .map_err(io::Error::other)?
    }
}

/// `20261124T094000.000Z-d12.0.eml`
fn file_name(delivery: &Delivery) -> String {
    let date = delivery.letter.date.strftime("%Y%m%dT%H%M%S.%3fZ");
    format!("{date}-{}.eml", delivery.id)
}

fn write(folder: &Path, name: &str, id: DeliveryId, mail: &Wire) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let passing = folder.join(format!(".{id}.tmp"));
    let mut file = File::create(&passing)?;
    let from = mail.envelope.from().map(ToString::to_string).unwrap_or_default();
    write!(file, "Return-Path: <{from}>\r\n")?;
    file.write_all(&mail.bytes)?;
    file.sync_all()?;
    fs::rename(&passing, folder.join(name))?;
    File::open(folder)?.sync_all()
}
