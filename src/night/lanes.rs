//! Work side by side: a few threads that take pieces from one queue. What comes out is in the order of what went in.
//! It gives nothing that hangs on the number of threads.

use std::{
    collections::VecDeque,
    io,
    sync::{Mutex, PoisonError},
    thread,
};

/// Planning a query recurses deeply; see `main.rs`.
const STACK: usize = 64 << 20;

/// Does every piece of work on one of `lanes` threads; `each` hears which lane it is on.
pub(super) fn in_lanes<W: Send, R: Send>(
    lanes: usize,
    work: Vec<W>,
    each: impl Fn(usize, W) -> R + Sync,
) -> io::Result<Vec<R>> {
    let queue: Mutex<VecDeque<(usize, W)>> = Mutex::new(work.into_iter().enumerate().collect());
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::new());
    let (queue, results_of, each) = (&queue, &results, &each);
    thread::scope(|scope| {
        for lane in 0..lanes.max(1) {
            thread::Builder::new().name(format!("lane {lane}")).stack_size(STACK).spawn_scoped(
                scope,
                move || {
                    // A lane that panicked poisons the lock; the scope passes its panic on. The lock is let go before the
                    // work begins.
                    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    while let Some((place, piece)) = next() {
                        let result = each(lane, piece);
                        results_of.lock().unwrap_or_else(PoisonError::into_inner).push((place, result));
                    }
                },
            )?;
        }
        Ok::<_, io::Error>(())
    })?;
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(place, _)| *place);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// Frees it on a thread of its own: what a city's night held in memory takes a while, for which nothing need wait.
pub(super) fn free_aside<T: Send + 'static>(done: T) {
    // Where the system gives no thread it is freed here and now.
    drop(thread::Builder::new().spawn(move || drop(done)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_work_on_any_number_of_lanes() {
        for lanes in [0, 1, 3, 100] {
            let doubled = in_lanes(lanes, (0..50).collect(), |_, number: u32| number * 2).unwrap();
            assert_eq!(doubled, (0..50).map(|number| number * 2).collect::<Vec<_>>(), "{lanes}");
        }
    }
}
