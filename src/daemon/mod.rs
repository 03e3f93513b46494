//! Build, life cycle, reload, signals, systemd. May import everything below. Teardown runs in reverse order under one deadline.
