//! Signatures by OpenDKIM as a milter: one that signs for ops.example, one that checks and says so in Authentication-Results.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::desk::said;
use super::super::desk::{free_port, until};
use super::super::peers::{Served, peer, run};

/// The pair the town signs with.
pub struct Key {
    private: PathBuf,
    public: String,
}

/// Makes a key.
pub fn key(folder: &Path) -> Key {
    let program = peer("opendkim-genkey").expect("found before");
    let made = run(Command::new(program)
        .args(["-b", "2048", "-s", "town", "-d", "ops.example", "-D"])
        .arg(folder));
    assert!(made.status.success(), "{}", said(&made));
    let text = std::fs::read_to_string(folder.join("town.txt")).unwrap();
    // A TXT record in pieces: what stands between quotes.
    let public = text.split('"').skip(1).step_by(2).collect::<String>();
    Key {
        private: folder.join("town.private"),
        public,
    }
}

/// A running milter.
pub struct OpenDkim {
    pub port: u16,
    _process: Served,
}

impl OpenDkim {
    /// Signs everything that comes from here.
    pub fn signing(folder: &Path, key: &Key) -> Self {
        let more = format!(
            "Mode s\nDomain ops.example\nSelector town\nKeyFile {}\nRequireSafeKeys no\n",
            key.private.display()
        );
        Self::start(folder, &more)
    }

    /// Checks everything, wherever it comes from, against the one key there is. It asks no name server.
    pub fn checking(folder: &Path, key: &Key) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let keys = folder.join("keys");
        std::fs::write(&keys, format!("town._domainkey.ops.example {}\n", key.public)).unwrap();
        let nobody = folder.join("inside");
        std::fs::write(&nobody, "192.0.2.1\n").unwrap();
        let more = format!(
            "Mode v\nTestPublicKeys {}\nAuthservID mx.ops.example\nInternalHosts {}\nAlwaysAddARHeader yes\nRemoveARAll yes\n",
            keys.display(),
            nobody.display()
        );
        Self::start(folder, &more)
    }

    fn start(folder: &Path, more: &str) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let port = free_port();
        let config = folder.join("opendkim.conf");
        let text = format!(
            "Socket inet:{port}@127.0.0.1\nBackground no\nSyslog no\nCanonicalization relaxed/simple\nPidFile {}\n{more}",
            folder.join("pid").display()
        );
        std::fs::write(&config, text).unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let process = Command::new(peer("opendkim").expect("found before"))
            .args(["-f", "-x"])
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut _process = Served(process);
        until("OpenDKIM listens", || {
            let ended = _process.0.try_wait().unwrap();
            assert!(ended.is_none(), "{}", std::fs::read_to_string(folder.join("log")).unwrap());
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Self { port, _process }
    }
}
