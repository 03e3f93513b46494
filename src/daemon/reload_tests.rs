//! A bad configuration is refused, a good one decides, and what needs a restart is named.
