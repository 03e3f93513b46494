//! Events to log lines and metrics. May import model, engine. Nothing else logs domain facts.
