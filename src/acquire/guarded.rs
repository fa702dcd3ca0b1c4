//! Libraries that were written for files that are right, and stop the program on some that are wrong: such a panic is caught
//! and means that the file is damaged. Nothing of ours runs inside, and no other panic is caught or hushed.
//!
//! # Decisions
//!
//! - A panic that is caught is no news to the operator, and what a library says of it may quote the file. So the program's hook
//!   keeps quiet on the thread, and for the time, that a guarded library runs; it is installed once, when the program begins.

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
};

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs what may panic on a damaged file; none: it did.
pub(super) fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    let before = IS_GUARDED.replace(true);
    let done = panic::catch_unwind(AssertUnwindSafe(read)).ok();
    IS_GUARDED.set(before);
    done
}

/// From now on nothing is printed about panics that are caught here. All others are told as before.
pub fn hush_guarded_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        // Where the thread's own storage is gone nothing is guarded any more.
        if !IS_GUARDED.try_with(Cell::get).unwrap_or(false) {
            usual(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn only_a_guarded_panic_is_hushed_and_only_on_its_own_thread() {
        const SAID: &str = "counted by this test alone";
        static TOLD: AtomicUsize = AtomicUsize::new(0);
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| match panic.payload_as_str() {
            Some(SAID) => drop(TOLD.fetch_add(1, Ordering::Relaxed)),
            _ => usual(panic),
        }));
        hush_guarded_panics();
        let other = || std::thread::spawn(|| panic!("{}", SAID)).join().is_err();
        // A guard inside a guard does not end the outer one.
        assert_eq!(guarded(|| (guarded(|| panic!("{}", SAID)), 1)), Some((None::<()>, 1)));
        assert_eq!(guarded(|| -> bool { panic!("{}", SAID) }), None);
        assert_eq!(TOLD.load(Ordering::Relaxed), 0);
        assert_eq!(guarded(other), Some(true));
        assert_eq!(TOLD.load(Ordering::Relaxed), 1, "another thread's panic is told");
        assert!(panic::catch_unwind(|| panic!("{}", SAID)).is_err());
        assert_eq!(TOLD.load(Ordering::Relaxed), 2, "a panic that is not guarded is told");
    }
}
