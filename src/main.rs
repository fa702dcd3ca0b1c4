//! The program: threads with room for deep plans, an allocator whose memory they share, the command line, its exit code.

use std::process::ExitCode;

/// Planning a query recurses deeply, most of all in a debug build; the usual 2 to 8 MiB are not enough for it.
const STACK: usize = 64 << 20;

/// The runtime's own threads, of which there may be dozens, work off what was planned; where they plan, on the nodes of a cluster,
/// the engine is built so that it gets more stack by itself. Their stacks count where the address space is limited (`ulimit -v`),
/// whether they are used or not.
const RUNTIME_STACK: usize = 8 << 20;

fn main() -> ExitCode {
    allocator::share_arenas();
    hedui::acquire::hush_guarded_panics();
    let work = || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_stack_size(RUNTIME_STACK)
            .enable_all()
            .build()?;
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

/// How the C library's allocator is set.
///
/// # Decisions
///
/// - What one thread freed lies in its arena, of which there may be eight a processor. With two a processor three million people
///   are compared within 1.2 GB instead of 1.7, and in 32 to 33 s instead of 34 to 40 (two cores, in turn, twice). One arena in all
///   makes the threads wait for each other: a night of a million took a third longer.
/// - Keeping more of what is freed from the system (`M_MMAP_THRESHOLD`, `M_TRIM_THRESHOLD`) changed nothing that could be measured.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod allocator {
    /// Bounds the arenas; where that is refused they stay as they are.
    #[allow(unsafe_code, reason = "the C library has no other door to its allocator but its environment")]
    pub(super) fn share_arenas() {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let arenas = libc::c_int::try_from(2 * processors).unwrap_or(libc::c_int::MAX);
        // SAFETY: it takes two numbers, and there is no second thread yet.
        unsafe { libc::mallopt(libc::M_ARENA_MAX, arenas) };
    }
}

/// Other systems have allocators of their own, which are left as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod allocator {
    pub(super) fn share_arenas() {}
}
