//! The folder that `batond init` writes. May import nothing of the crate. It passes `batond check` as it is.

/// The files of a first configuration: paths from the configuration folder, and their texts.
#[must_use]
pub fn starter() -> Vec<(&'static str, &'static str)> {
    vec![
        ("batond.yaml", include_str!("starter/batond.yaml")),
        ("people.yaml", include_str!("starter/people.yaml")),
        ("queues/support.yaml", include_str!("starter/queues/support.yaml")),
        ("rules/10-mail.yaml", include_str!("starter/rules/10-mail.yaml")),
        ("rules/10-mail.test.yaml", include_str!("starter/rules/10-mail.test.yaml")),
    ]
}
