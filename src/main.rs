//! The program: arguments in, an exit code out.

use std::io;
use std::process::ExitCode;

use chaosdesk::cli::house::House;
use chaosdesk::cli::{self, Cli};
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::run(&cli, &House, &mut io::stdout(), &mut io::stderr()).into()
}
