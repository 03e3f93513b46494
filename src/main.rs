//! The `batond` command.

/// Many threads take and give back small pieces of mail all day: see benches/README.md for what this saves.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    batond::cli::main()
}
