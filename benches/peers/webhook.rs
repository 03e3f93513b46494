//! adnanh/webhook, a small server that runs a command for a webhook. Its one rule reads the body and matches nothing, so that it answers and runs nothing: the best it can do. It keeps nothing.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Fallible, Process, free_port, program};

const HOOKS: &str = r#"[{
  "id": "load",
  "execute-command": "/bin/false",
  "trigger-rule": { "match": { "type": "value", "value": "none", "parameter": { "source": "payload", "name": "number" } } }
}]"#;

/// A running server.
pub struct Webhook {
    _process: Process,
    /// Where it takes webhooks.
    pub web: SocketAddr,
}

impl Webhook {
    /// Starts it in `folder`; `None` where it is not installed.
    pub fn start(folder: &Path) -> Fallible<Option<Self>> {
        let Some(program) = program("webhook") else { return Ok(None) };
        let hooks = folder.join("hooks.json");
        std::fs::write(&hooks, HOOKS)?;
        let web = free_port()?;
        let mut command = Command::new(program);
        command
            .arg("-hooks")
            .arg(hooks)
            .args(["-ip", "127.0.0.1", "-port", &web.port().to_string()]);
        let process = Process::start(command.stdout(Stdio::null()).stderr(Stdio::null()), &[web])?;
        Ok(Some(Self { _process: process, web }))
    }
}
