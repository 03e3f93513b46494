//! Two Postfix instances, each in a folder of its own: the people's server, and the gateway in front of the desk.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::peers::peer;
use super::{MAILBOXES, folder_of};

const MAIN: &str = "\
compatibility_level = 3.6
queue_directory = FOLDER/queue
data_directory = FOLDER/data
mail_owner = postfix
setgid_group = postdrop
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
recipient_delimiter = +
smtpd_peername_lookup = no
smtpd_tls_security_level = none
smtp_tls_security_level = none
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_dns_support_level = disabled
disable_dns_lookups = yes
smtpd_milters = inet:127.0.0.1:MILTER
non_smtpd_milters =
milter_default_action = tempfail
maillog_file = FOLDER/log
maillog_file_prefixes = /
minimal_backoff_time = 1s
queue_run_delay = 1s
";

const MASTER: &str = "\
PORT      inet  n       -       n       -       -       smtpd
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
proxymap  unix  -       -       n       -       -       proxymap
relay     unix  -       -       n       -       -       smtp
smtp      unix  -       -       n       -       -       smtp
lmtp      unix  -       -       n       -       -       lmtp
virtual   unix  -       n       n       -       -       virtual
local     unix  -       -       n       -       -       error
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
showq     unix  n       -       n       -       -       showq
anvil     unix  -       -       n       -       1       anvil
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
postlog   unix-dgram n  -       n       -       1       postlogd
";

/// A running instance.
pub struct Postfix {
    config: PathBuf,
}

impl Postfix {
    /// People's own server: it signs what they send, keeps their mailboxes, and gives what is for the desk to the gateway.
    pub fn people(folder: &Path, port: u16, gateway: u16, milter: u16, mail: &Path) -> Self {
        let more = format!(
            "myhostname = people.ops.example\nvirtual_mailbox_domains = customer.example, ops.example\nvirtual_mailbox_base = {}\n\
             virtual_mailbox_maps = texthash:{folder}/mailboxes\nvirtual_uid_maps = static:{uid}\nvirtual_gid_maps = static:{uid}\n\
             virtual_minimum_uid = 100\ntransport_maps = texthash:{folder}/ways\n",
            mail.display(),
            folder = folder.join("config").display(),
            uid = super::dovecot::UID,
        );
        let mut boxes = String::new();
        for address in MAILBOXES {
            let (name, domain) = address.split_once('@').unwrap();
            boxes.push_str(&format!("{address} {domain}/{name}/\n"));
        }
        // What is for the desk and its queues is nobody's mailbox.
        let mut ways = String::new();
        for name in ["desk", "support"] {
            boxes.push_str(&format!("{name}@ops.example desk/\n"));
            ways.push_str(&format!("{name}@ops.example smtp:[127.0.0.1]:{gateway}\n"));
        }
        Self::start(folder, port, milter, &more, &[("mailboxes", boxes), ("ways", ways)])
    }

    /// The gateway in front of the desk: it checks signatures, says what it found, and gives all to LMTP.
    pub fn gateway(folder: &Path, port: u16, lmtp: u16, milter: u16) -> Self {
        let more = format!("myhostname = mx.ops.example\nrelay_domains = ops.example\nrelay_transport = lmtp:inet:127.0.0.1:{lmtp}\n");
        Self::start(folder, port, milter, &more, &[])
    }

    /// A relay that takes mail from whoever signs in over TLS. It knows nobody but the desk, which is behind that port.
    pub fn relay(folder: &Path, (smtp, smtps): (u16, u16), (sasl, desk): (u16, u16), certificate: &Path, more: &str) -> Self {
        let more = format!(
            "myhostname = relay.example\nsmtpd_milters =\nsmtpd_tls_security_level = may\nsmtpd_tls_auth_only = yes\n\
             smtpd_tls_cert_file = {certificate}\nsmtpd_tls_key_file = {key}\n\
             smtpd_sasl_auth_enable = yes\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = inet:127.0.0.1:{sasl}\n\
             smtpd_relay_restrictions = permit_sasl_authenticated, reject\nsmtpd_reject_unlisted_recipient = no\ntransport_maps = regexp:{ways}\n{more}",
            certificate = certificate.display(),
            key = certificate.with_extension("key").display(),
            ways = folder.join("config/ways").display(),
        );
        let ways = format!("/^desk(\\+.*)?@ops\\.example$/ smtp:[127.0.0.1]:{desk}\n/^ana@/ error:5.1.1 no such user here\n/./ discard:\n");
        let master = format!("127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\ndiscard unix - - n - - discard\n");
        let tables = [("ways", ways), ("further", master)];
        Self::start(folder, smtp, 0, &more, &tables)
    }

    /// One with these settings besides; what stands in `more` counts.
    pub fn start(folder: &Path, port: u16, milter: u16, more: &str, tables: &[(&str, String)]) -> Self {
        let config = folder.join("config");
        std::fs::create_dir_all(&config).unwrap();
        std::fs::create_dir_all(folder.join("queue")).unwrap();
        folder_of(&folder.join("data"), "postfix");
        let main = MAIN
            .replace("FOLDER", folder.to_str().unwrap())
            .replace("MILTER", &milter.to_string());
        std::fs::write(config.join("main.cf"), format!("{main}{more}")).unwrap();
        let further = tables
            .iter()
            .find(|(name, _)| *name == "further")
            .map_or("", |(_, text)| text.as_str());
        let master = MASTER.replace("PORT", &format!("127.0.0.1:{port}"));
        std::fs::write(config.join("master.cf"), format!("{master}{further}")).unwrap();
        for (name, table) in tables {
            std::fs::write(config.join(name), table).unwrap();
        }
        let postfix = Self { config };
        postfix.control("start").unwrap();
        postfix
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.config.with_file_name("log")).unwrap_or_default()
    }

    fn control(&self, word: &str) -> Result<(), String> {
        let program = peer("postfix").ok_or("postfix has gone")?;
        let mut command = Command::new(program);
        command.arg("-c").arg(&self.config).arg(word).stdout(Stdio::null());
        let output = command.output().map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("postfix {word}: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        if let Err(error) = self.control("stop") {
            eprintln!("{error}");
        }
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("--- end of Postfix's log\n{}", lines[lines.len().saturating_sub(30)..].join("\n"));
        }
    }
}
