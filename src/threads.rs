//! Work side by side: a few threads that take pieces from one queue. What comes out is in the order of what went in; nothing
//! of it hangs on the number of threads.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    thread,
};

/// Planning a query recurses deeply; see `main.rs`.
const DEEP: usize = 64 << 20;
/// What else is done does not; a small stack leaves room where a process may have only so many addresses.
const SHALLOW: usize = 2 << 20;

/// Does every piece of work on one of so many threads; what each gave, in the order of the work.
///
/// Where the system gives fewer threads, those do all of it; where it gives none, whoever waits here does.
pub(crate) fn on_threads<W: Send, R: Send>(
    threads: usize,
    work: Vec<W>,
    each: impl Fn(W) -> R + Sync,
) -> Vec<R> {
    share_out(threads, SHALLOW, work, |_, piece| each(piece))
}

/// As [`on_threads`], for what plans queries; `each` hears which lane it is on.
pub(crate) fn in_lanes<W: Send, R: Send>(
    lanes: usize,
    work: Vec<W>,
    each: impl Fn(usize, W) -> R + Sync,
) -> Vec<R> {
    share_out(lanes, DEEP, work, each)
}

fn share_out<W: Send, R: Send>(
    lanes: usize,
    stack: usize,
    work: Vec<W>,
    each: impl Fn(usize, W) -> R + Sync,
) -> Vec<R> {
    let lanes = lanes.max(1).min(work.len());
    let queue: Mutex<VecDeque<(usize, W)>> = Mutex::new(work.into_iter().enumerate().collect());
    // The lock is let go before the work begins. A lane that panicked poisons nothing: its panic is passed on below.
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let take = |lane| {
        let mut made = Vec::new();
        while let Some((place, piece)) = next() {
            made.push((place, each(lane, piece)));
        }
        made
    };
    let take = &take;
    let mut made = thread::scope(|scope| {
        // Threads that are begun one after the other have memory of their own to give out; with the one that waits here they
        // might have to share.
        let start = |lane: usize| {
            let thread = thread::Builder::new().name(format!("lane {lane}")).stack_size(stack);
            thread.spawn_scoped(scope, move || take(lane)).ok()
        };
        let others: Vec<_> = (0..lanes).filter_map(start).collect();
        let mut made = if others.is_empty() { take(0) } else { Vec::new() };
        for other in others {
            made.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    });
    made.sort_by_key(|(place, _)| *place);
    made.into_iter().map(|(_, one)| one).collect()
}

/// Does one thing on a thread of its own while another is done here; one after the other where there is but one thread.
pub(crate) fn beside<A: Send, H>(
    threads: usize,
    aside: impl Fn() -> A + Sync,
    here: impl FnOnce() -> H,
) -> (A, H) {
    thread::scope(|scope| {
        let start = || thread::Builder::new().stack_size(SHALLOW).spawn_scoped(scope, &aside).ok();
        let other = (threads > 1).then(start).flatten();
        let here = here();
        let aside = other.map_or_else(&aside, |other| {
            other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        (aside, here)
    })
}

/// Frees it on a thread of its own: what a city's night held in memory takes a while, for which nothing need wait.
pub(crate) fn free_aside<T: Send + 'static>(done: T) {
    // Where the system gives no thread it is freed here and now.
    drop(thread::Builder::new().spawn(move || drop(done)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_on_any_number_of_threads_comes_back_in_its_order() {
        for threads in [0, 1, 3, 100] {
            let doubled = on_threads(threads, (0..50).collect(), |number: u32| number * 2);
            assert_eq!(doubled, (0..50).map(|number| number * 2).collect::<Vec<_>>(), "{threads}");
        }
        assert!(on_threads(3, Vec::new(), |number: u32| number).is_empty());
    }

    #[test]
    fn every_piece_hears_of_a_lane_that_there_is() {
        let lanes = in_lanes(3, vec![(); 1000], |lane, ()| lane);
        assert!(lanes.iter().all(|lane| *lane < 3));
    }

    #[test]
    fn two_things_are_done_each_once_on_one_thread_or_two() {
        for threads in [0, 1, 2] {
            let times = std::sync::atomic::AtomicU32::new(0);
            let aside = || times.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(beside(threads, aside, || "here"), (0, "here"), "{threads}");
            assert_eq!(times.into_inner(), 1, "{threads}");
        }
        assert!(std::panic::catch_unwind(|| beside(2, || panic!("aside"), || ())).is_err());
    }

    #[test]
    fn a_piece_that_panics_is_not_passed_over() {
        let done = std::panic::catch_unwind(|| {
            on_threads(2, vec![1, 0, 3], |number: u32| if number == 0 { panic!("nothing") } else { number })
        });
        assert!(done.is_err());
    }
}
