//! The packs under `rules/`, built in so that `batond init` can copy them. May import nearest. A queue that several packs suggest is one file.

use super::nearest::nearest;

/// Ready rules for one kind of sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pack {
    /// What `batond init --with` calls it; for webhooks also the name of its source.
    pub name: &'static str,
    /// Where its rules stand among those of other packs: files are read by name, and the first rule that matches ends it.
    pub order: u8,
    /// Its file.
    pub text: &'static str,
    /// The cases that try it, for `batond test`.
    pub cases: &'static str,
    /// The queues it fills.
    pub queues: &'static [&'static str],
}

macro_rules! pack {
    ($order:literal, $name:literal, $queues:expr) => {
        Pack {
            name: $name,
            order: $order,
            text: include_str!(concat!("../../rules/", $name, ".yaml")),
            cases: include_str!(concat!("../../rules/", $name, ".test.yaml")),
            queues: &$queues,
        }
    };
}

macro_rules! queue {
    ($name:literal) => {
        ($name, include_str!(concat!("../../rules/queues/", $name, ".yaml")))
    };
}

/// All packs, in the order of their files: machines that write mail, webhooks, mailboxes that take all of their mail, and what is left of nobody's mail.
pub const PACKS: &[Pack] = &[
    pack!(20, "backup", ["operations"]),
    pack!(20, "cron", ["operations"]),
    pack!(20, "zabbix", ["incidents"]),
    pack!(30, "alertmanager", ["incidents"]),
    pack!(30, "gitea", ["development"]),
    pack!(30, "github", ["development", "security"]),
    pack!(30, "gitlab", ["development", "incidents", "security"]),
    pack!(30, "grafana", ["incidents"]),
    pack!(30, "opsgenie", ["incidents"]),
    pack!(30, "pagerduty", ["incidents"]),
    pack!(30, "sentry", ["incidents"]),
    pack!(30, "uptime-kuma", ["incidents"]),
    pack!(40, "calendar", ["schedule"]),
    pack!(50, "invoices", ["accounts"]),
    pack!(50, "security", ["security"]),
    pack!(50, "support", ["support"]),
    pack!(60, "bounces", ["operations"]),
];

/// The queues that packs suggest.
const QUEUES: [(&str, &str); 7] = [
    queue!("accounts"),
    queue!("development"),
    queue!("incidents"),
    queue!("operations"),
    queue!("schedule"),
    queue!("security"),
    queue!("support"),
];

/// The file of a suggested queue.
#[must_use]
pub fn suggested_queue(name: &str) -> Option<&'static str> {
    QUEUES.iter().find(|(queue, _)| *queue == name).map(|(_, text)| *text)
}

impl Pack {
    /// The pack of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        PACKS.iter().find(|pack| pack.name == name)
    }

    /// The packs of these names, each once, in the order their rules are read.
    ///
    /// # Errors
    /// Which name is none, and what to write instead.
    pub fn asked_for(names: &[String]) -> Result<Vec<&'static Self>, String> {
        let unknown = names.iter().find(|name| Self::named(name).is_none());
        if let Some(name) = unknown {
            let all = PACKS.iter().map(|pack| pack.name);
            let near = nearest(name, all.clone()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let all = all.collect::<Vec<_>>().join(", ");
            return Err(format!(
                "there is no pack `{name}`{near}
The packs are {all}"
            ));
        }
        let wanted = PACKS.iter().filter(|pack| names.iter().any(|name| name == pack.name));
        Ok(wanted.collect())
    }

    /// Its files, with the paths `batond init` gives them.
    #[must_use]
    pub fn files(&self) -> [(String, &'static str); 2] {
        let stem = format!("rules/{}-{}", self.order, self.name);
        [(format!("{stem}.yaml"), self.text), (format!("{stem}.test.yaml"), self.cases)]
    }

    /// What it is for: the first line of its file.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        let first = self.text.lines().next().unwrap_or_default();
        first.trim_start_matches(['#', ' ']).trim_end_matches('.')
    }

    /// Whether it brings the source of a webhook, named as the pack is; else it reads the mail of any source.
    #[must_use]
    pub fn has_source(&self) -> bool {
        self.text.lines().any(|line| line == "sources:")
    }
}
