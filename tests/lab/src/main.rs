//! Runs the lab from the command line.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use rotation_lab::server::{Options, Server};

fn main() -> ExitCode {
    let options = Options::parse();
    let run = tokio::runtime::Runtime::new().and_then(|runtime| {
        let outcome = runtime.block_on(run(&options));
        // Open sockets and hanging requests are nothing to wait for.
        runtime.shutdown_background();
        outcome
    });
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rotation-lab: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> io::Result<()> {
    let server = Server::bind(options).await?;
    let mut output = io::stdout();
    writeln!(output, "rotation-lab listening on http://{}", server.address())?;
    output.flush()?;
    options.missing().iter().for_each(|line| eprintln!("rotation-lab: {line}"));
    tokio::select! {
        served = server.serve() => served,
        told = told_to_stop() => told,
    }
}

#[cfg(unix)]
async fn told_to_stop() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        told = tokio::signal::ctrl_c() => told,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn told_to_stop() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
