//! The program: arguments in, an exit code out.

use std::io;
use std::process::ExitCode;

use chaosdesk::cli::house::House;
use chaosdesk::cli::{self, Cli};

/// Gives freed pages back to the system. The system's own allocator keeps those of other threads than the first, and the cluster
/// has a thread of its own: after an hour the program held twice what it used.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::read(std::env::args_os()).unwrap_or_else(|error| cli::refuse(&error));
    cli::run(&cli, &House, &mut io::stdout(), &mut io::stderr()).into()
}
