//! Panics of nodes make no noise: they are events of the run, not of the program.
//!
//! Idea: a node that panics is a lesson, shown on its row with its message. The panic hook would print over the
//! dashboard, so a wrapper round the hook stays silent while this thread is inside a node's step, and only then.
//! Shape: `quietly(|| ...)` marks the thread for the length of the call, unwinding included; `install` wraps the hook once.
//! Whoever wraps the hook later (the terminal's guard) must ask `is_quiet` too, or do nothing on its own for such panics.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Wraps the panic hook so that panics inside `quietly` print nothing. Doing it again changes nothing.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !is_quiet() {
                before(info);
            }
        }));
    });
}

/// Whether this thread is inside a node's step.
pub fn is_quiet() -> bool {
    QUIET.get()
}

/// Runs something whose panic must print nothing; the panic goes on to the caller.
pub fn quietly<R>(run: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            QUIET.set(self.0);
        }
    }
    let _restore = Restore(QUIET.replace(true));
    run()
}

/// Runs something, silently, and answers with the message if it panicked.
pub fn caught<R>(run: impl FnOnce() -> R) -> Result<R, String> {
    panic::catch_unwind(AssertUnwindSafe(|| quietly(run))).map_err(|payload| message_of(&*payload))
}

/// The words of a panic.
pub fn message_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without words".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_caught_with_its_words_and_the_thread_is_loud_again() {
        install();
        assert_eq!(caught(|| -> u8 { panic!("rule {} broken", 7) }), Err("rule 7 broken".to_owned()));
        assert!(!is_quiet());
        assert_eq!(caught(is_quiet), Ok(true));
    }
}
