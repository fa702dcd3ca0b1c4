//! The program: threads with room for deep plans, an allocator that keeps what it has, the command line, its exit code.

use std::process::ExitCode;

/// Planning a query recurses deeply, most of all in a debug build; the usual 2 to 8 MiB are not enough for it.
const STACK: usize = 64 << 20;

/// The runtime's own threads, of which there may be dozens, work off what was planned. Their stacks count where the address
/// space is limited (`ulimit -v`), whether they are used or not.
const RUNTIME_STACK: usize = 8 << 20;

fn main() -> ExitCode {
    allocator::keep_what_is_freed();
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
/// - Batches of rows come and go by the megabyte. By itself the library gives such memory back to the system and asks for it anew,
///   page by page, and what one thread freed lies in an arena of its own: eight of them a processor. With two a processor that
///   keep what they have, three million people are compared in 31 s instead of 35, within 1.3 GB instead of 1.7 (two cores, in turn,
///   twice); taking them in takes as long as before, and 1.2 GB instead of 0.9.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod allocator {
    /// Of larger blocks alone, and of more free memory than this at the end of what it has, the allocator lets go.
    const KEPT: libc::c_int = 1 << 30;

    /// Sets the allocator; a setting that it does not know leaves it as it was.
    #[allow(unsafe_code, reason = "the C library has no other door to its allocator but its environment")]
    pub(super) fn keep_what_is_freed() {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let arenas = libc::c_int::try_from(2 * processors).unwrap_or(libc::c_int::MAX);
        for (what, value) in
            [(libc::M_ARENA_MAX, arenas), (libc::M_MMAP_THRESHOLD, KEPT), (libc::M_TRIM_THRESHOLD, KEPT)]
        {
            // SAFETY: it takes two numbers, and there is no second thread yet.
            unsafe { libc::mallopt(what, value) };
        }
    }
}

/// Other systems have allocators of their own, which are left as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod allocator {
    pub(super) fn keep_what_is_freed() {}
}
