//! The program: arguments in, an exit code out.

use std::io;
use std::process::ExitCode;

use chaosdesk::cli::house::House;
use chaosdesk::cli::{self, Cli};

fn main() -> ExitCode {
    let cli = Cli::read(std::env::args_os()).unwrap_or_else(|error| cli::refuse(&error));
    cli::run(&cli, &House, &mut io::stdout(), &mut io::stderr()).into()
}
