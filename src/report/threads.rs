//! Work on several threads: what comes out is in the order of what went in, and never hangs on their number.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Does some work for each item, on so many threads; what it gave, in the order of the items.
pub(super) fn on_threads<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let take = || {
        let mut made = Vec::new();
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(item) = items.get(at)
        {
            made.push((at, work(item)));
        }
        made
    };
    let mut made = thread::scope(|scope| {
        // Threads that are begun one after the other have memory of their own to give out; with the one that waits here they
        // might have to share. Where the system gives no more threads, fewer do it.
        let start = |_| thread::Builder::new().spawn_scoped(scope, take).ok();
        let wanted = if threads < 2 { 0 } else { threads.min(items.len()) };
        let others: Vec<_> = (0..wanted).filter_map(start).collect();
        let mut made = if others.is_empty() { take() } else { Vec::new() };
        for other in others {
            made.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    });
    made.sort_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_on_several_threads_comes_back_in_order() {
        let items = (0..1000).collect::<Vec<usize>>();
        for threads in [0, 1, 3] {
            let made = on_threads(threads, &items, |item| item * 2);
            assert_eq!(made, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
        assert!(on_threads(3, &[], |item: &u8| *item).is_empty());
    }
}
