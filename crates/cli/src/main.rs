//! The binary `campana`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    campana_cli::main()
}
