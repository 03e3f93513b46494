//! The command line: one file per subcommand. May import everything. Data to stdout, narration to stderr.
