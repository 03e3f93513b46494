//! The `batond` command.

fn main() -> std::process::ExitCode {
    batond::cli::main()
}
