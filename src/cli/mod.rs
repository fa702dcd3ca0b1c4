//! The command line: the only module that knows clap, terminals, the environment, the clock and exit codes.
//!
//! One file a subcommand. Each says what to do to a stage and prints what came of it; none computes anything itself.

#![expect(clippy::result_large_err, reason = "a failure is made once, at the end of a command")]

mod accept;
mod approve;
mod args;
mod check;
mod cluster;
mod demo;
mod exit;
mod explain;
mod failure;
mod key_source;
mod machine;
mod mutants;
mod open;
mod output;
mod places;
mod progress;
mod rekey;
mod root;
mod run;
mod seal;
mod synth;
mod test;
mod transfer;

use std::{ffi::OsString, sync::Arc, time::Duration};

use clap::Parser;

pub use exit::Exit;

use args::{Args, Command};
use cluster::Reached;
use output::Output;

/// Parses the arguments, does what they say, and returns the exit code.
pub async fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let holds_key = key_source::take_out(&mut arguments);
    let named_lang = key_source::lang(&arguments);
    let parsed = Args::try_parse_from(arguments);
    if holds_key {
        let mut global = parsed.map(|args| args.global).unwrap_or_default();
        global.lang = global.lang.or(named_lang);
        let failure = key_source::typed();
        Output::new(&global).failure(&failure);
        return failure.exit;
    }
    let args = match parsed {
        Ok(args) => args,
        Err(error) => {
            let is_wrong = error.use_stderr();
            // Nothing can be done when the terminal itself is gone.
            let _ = error.print();
            return if is_wrong { Exit::Usage } else { Exit::Done };
        }
    };
    let output = Arc::new(Output::new(&args.global));
    let reached = Reached::default();
    // A node of a cluster takes its leave by itself.
    let is_node = matches!(args.command, Command::Cluster(_));
    let watcher = (!is_node).then(|| tokio::spawn(stop_on_ctrl_c(Arc::clone(&output), Arc::clone(&reached))));
    let result = match &args.command {
        Command::Demo(demo) => demo::run(&args.global, demo, &output).await,
        Command::Run(run) => run::run(&args.global, run, &output, &reached).await,
        Command::Seal(seal) => seal::run(&args.global, seal, &output),
        Command::Accept(accept) => accept::run(&args.global, accept, &output).await,
        Command::Check(check) => check::run(&args.global, check, &output).await,
        Command::Test(test) => test::run(&args.global, test, &output).await,
        Command::Synth(synth) => synth::run(&args.global, synth, &output),
        Command::Cluster(node) => cluster::run(&args.global, node, &output).await,
    };
    if let Some(watcher) = watcher {
        watcher.abort();
    }
    match result {
        Ok(exit) => exit,
        Err(failure) => {
            output.failure(&failure);
            failure.exit
        }
    }
}

/// How long the program may take to say goodbye to a server.
const FAREWELL: Duration = Duration::from_millis(1200);

/// Ends the program on ctrl-c, at once and on a thread of its own: the work may be in the middle of a long file.
///
/// What was being written stands in a draft that nobody sees; the next run sweeps it.
async fn stop_on_ctrl_c(output: Arc<Output>, reached: Reached) {
    if tokio::signal::ctrl_c().await.is_ok() {
        output.clear();
        cluster::stop(&reached).await;
        if let Some(farewell) = output.farewell() {
            let _ = tokio::time::timeout(FAREWELL, farewell).await;
        }
        output.problem("已中断，没有留下半成品。", "interrupted; nothing was left half done.", None);
        std::process::exit(1);
    }
}
