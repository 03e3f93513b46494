//! Postfix in an instance of its own: its smtpd into its queue, where mail is held, and from there to a relay once it is let go. Needs root.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Fallible, free_port, program};

/// Everything that would slow it down on purpose or only here is off: rate limits, the pause when mail comes in faster than it leaves, TLS, DNS. Its log is a file, as ours is.
const MAIN: &str = "\
compatibility_level = 3.6
queue_directory = FOLDER/queue
data_directory = FOLDER/data
mail_owner = postfix
setgid_group = postdrop
myhostname = postfix.example
mydestination =
relay_domains = ops.example
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
smtpd_peername_lookup = no
smtpd_tls_security_level = none
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_client_access static:HOLD, permit_mynetworks, reject
in_flow_delay = 0
default_process_limit = 150
maillog_file = FOLDER/data/log
maillog_file_prefixes = /
";

const MASTER: &str = "\
PORT      inet  n       -       n       -       150     smtpd
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
proxymap  unix  -       -       n       -       -       proxymap
relay     unix  -       -       n       -       -       CLIENT
smtp      unix  -       -       n       -       -       CLIENT
local     unix  -       -       n       -       -       error
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
showq     unix  n       -       n       -       -       showq
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
";

/// A running instance.
pub struct Postfix {
    program: PathBuf,
    config: PathBuf,
    /// Where it takes mail.
    pub smtp: SocketAddr,
}

impl Postfix {
    /// Starts it in `folder`, to take mail and keep it; the reason, where it cannot run.
    pub fn start(folder: &Path) -> Fallible<Result<Self, &'static str>> {
        Self::with(folder, "error", "")
    }

    /// Starts it in `folder` as a relay to `next`: mail waits until [`Postfix::release`]. How many go at once, and how connections are used again, is
    /// as Postfix comes.
    pub fn relaying(folder: &Path, next: SocketAddr) -> Fallible<Result<Self, &'static str>> {
        let more = format!(
            "relay_transport = relay:[{}]:{}\ndisable_dns_lookups = yes\nsmtp_tls_security_level = none\n",
            next.ip(),
            next.port()
        );
        Self::with(folder, "smtp", &more)
    }

    fn with(folder: &Path, client: &str, more: &str) -> Fallible<Result<Self, &'static str>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Err("Postfix only starts as root"));
        }
        let Some(program) = program("postfix") else {
            return Ok(Err("Postfix is not installed: tests/setup.sh bench"));
        };
        let smtp = free_port()?;
        let config = folder.join("config");
        for part in [&config, &folder.join("queue"), &folder.join("data")] {
            std::fs::create_dir_all(part)?;
        }
        let owned = Command::new("chown").arg("postfix").arg(folder.join("data")).status()?;
        if !owned.success() {
            return Ok(Err("there is no user `postfix`"));
        }
        let folder = folder.to_str().ok_or("a folder whose name is not text")?;
        std::fs::write(config.join("main.cf"), MAIN.replace("FOLDER", folder) + more)?;
        let master = MASTER.replace("PORT", &smtp.to_string()).replace("CLIENT", client);
        std::fs::write(config.join("master.cf"), master)?;
        let postfix = Self { program, config, smtp };
        postfix.control("start")?;
        Ok(Ok(postfix))
    }

    /// How many mails it has taken.
    pub fn held(&self) -> usize {
        let queue = self.config.with_file_name("queue").join("hold");
        std::fs::read_dir(queue).map_or(0, Iterator::count)
    }

    /// Lets go what is held, at once.
    pub fn release(&self) -> Fallible<()> {
        for (name, words) in [("postsuper", ["-H", "ALL"].as_slice()), ("postqueue", &["-f"])] {
            let program = program(name).ok_or("Postfix is not whole")?;
            let output = Command::new(program).arg("-c").arg(&self.config).args(words).output()?;
            if !output.status.success() {
                return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into());
            }
        }
        Ok(())
    }

    fn control(&self, word: &str) -> Fallible<()> {
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(&self.config).arg(word).stdout(Stdio::null());
        let output = command.output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("postfix {word}: {}", String::from_utf8_lossy(&output.stderr)).into())
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        if let Err(error) = self.control("stop") {
            eprintln!("{error}");
        }
    }
}
