//! The program: threads with room for deep plans, the command line, its exit code.

use std::process::ExitCode;

/// Planning a query recurses deeply, most of all in a debug build; the usual 2 to 8 MiB are not enough for it.
const STACK: usize = 64 << 20;

fn main() -> ExitCode {
    hedui::acquire::hush_guarded_panics();
    let work = || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build()?;
        let exit = runtime.block_on(hedui::cli::run(std::env::args_os()));
        runtime.shutdown_background();
        Ok::<_, std::io::Error>(exit)
    };
    let worker = std::thread::Builder::new().name("hedui".to_owned()).stack_size(STACK).spawn(work);
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(exit))) => exit.into(),
        // No thread or no runtime could be had, or the work panicked and said so itself.
        _ => ExitCode::FAILURE,
    }
}
