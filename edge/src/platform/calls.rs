//! Calls that ask other objects, as ordinary async functions. Each runs until it has its answer or waits for a reply; then
//! the shell carries the message, and comes back with the call's number and the reply. Nothing else is waited for.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use serde::Serialize;
use serde::de::DeserializeOwned;
use universal_wallet_core::document;
use universal_wallet_core::refusal::Outcome;

use super::random;
use super::step::{Kind, asking, read_reply};

/// So many calls wait at once at most; a caller who went away may leave one behind, and the
/// oldest gives way.
const MOST: usize = 10_000;

type Call = Pin<Box<dyn Future<Output = String>>>;

/// What the call that runs and who runs it tell each other.
#[derive(Default)]
struct Exchange {
    asked: Option<(Kind, String, String)>,
    reply: Option<String>,
}

thread_local! {
    static EXCHANGE: RefCell<Exchange> = RefCell::default();
}

/// Asks another object.
pub(crate) async fn ask<T: DeserializeOwned>(
    to: Kind,
    name: impl Into<String>,
    message: &impl Serialize,
) -> Outcome<T> {
    read_reply(&ask_text(to, name.into(), document::write(message)?).await)
}

/// Asks another object by a text; its name has no line breaks.
pub(crate) async fn ask_text(to: Kind, name: String, message: String) -> String {
    EXCHANGE.with_borrow_mut(|exchange| *exchange = Exchange { asked: Some((to, name, message)), reply: None });
    poll_fn(|_| match EXCHANGE.with_borrow_mut(|exchange| exchange.reply.take()) {
        Some(reply) => Poll::Ready(reply),
        None => Poll::Pending,
    })
    .await
}

/// The calls that wait, by number.
#[derive(Default)]
pub(crate) struct Calls {
    next: Option<u64>,
    waiting: VecDeque<(u64, Call)>,
}

impl Calls {
    /// Begins a call; what the shell does next for it.
    pub(crate) fn begin(&mut self, call: impl Future<Output = String> + 'static) -> String {
        self.run(Box::pin(call), None)
    }

    /// Goes on with a call, once for each reply; `None` where no such call waits.
    pub(crate) fn resume(&mut self, number: &str, reply: &str) -> Option<String> {
        let number: u64 = number.parse().ok()?;
        let place = self.waiting.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        let (_, call) = self.waiting.remove(place)?;
        Some(self.run(call, Some(reply.into())))
    }

    #[inline(never)]
    fn run(&mut self, mut call: Call, reply: Option<String>) -> String {
        EXCHANGE.with_borrow_mut(|exchange| *exchange = Exchange { asked: None, reply });
        if let Poll::Ready(text) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return text;
        }
        let Some((to, name, message)) = EXCHANGE.with_borrow_mut(|exchange| exchange.asked.take()) else {
            unreachable!("a call waits for something else than a reply")
        };
        asking(to, &self.keep(call).to_string(), &name, &message)
    }

    fn keep(&mut self, call: Call) -> u64 {
        // Numbers begin anywhere, so that one of before a trap is not taken for one of after it.
        let number = self.next.unwrap_or_else(|| random::bits().unwrap_or_default() >> 1);
        self.next = Some(number.wrapping_add(1));
        if self.waiting.len() >= MOST {
            self.waiting.pop_front();
        }
        self.waiting.push_back((number, call));
        number
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    async fn twice() -> String {
        let one = ask_text(Kind::Wallet, "a".into(), "1".into()).await;
        let two = ask_text(Kind::User, "b".into(), "2".into()).await;
        format!("{one} {two}")
    }

    fn number(step: &str) -> String {
        step.split('\n').nth(1).unwrap().to_owned()
    }

    #[test]
    fn calls_go_on_with_their_own_replies() {
        let mut calls = Calls { next: Some(7), ..Calls::default() };
        let (one, other) = (calls.begin(twice()), calls.begin(twice()));
        assert_eq!((&*one, &*other), ("OWALLET\n7\na\n1", "OWALLET\n8\na\n1"));
        let other = calls.resume("8", "x").unwrap();
        assert_eq!(other, "OUSER\n9\nb\n2");
        let one = calls.resume("7", "p").unwrap();
        assert_eq!(calls.resume(&number(&one), "q").unwrap(), "p q");
        assert_eq!(calls.resume(&number(&other), "y").unwrap(), "x y");
        assert_eq!(calls.resume("7", "z"), None);
    }

    #[test]
    fn calls_that_never_return_give_way() {
        let alive = Rc::new(());
        let mut calls = Calls { next: Some(0), ..Calls::default() };
        for _ in 0..MOST + 3 {
            let held = alive.clone();
            calls.begin(async move {
                let text = twice().await;
                drop(held);
                text
            });
        }
        assert_eq!((calls.waiting.len(), Rc::strong_count(&alive)), (MOST, MOST + 1));
        assert_eq!(calls.resume("2", ""), None);
    }

    #[test]
    fn a_call_that_asks_nobody_does_not_wait() {
        let mut calls = Calls::default();
        assert_eq!(calls.begin(async { "A200".to_owned() }), "A200");
        assert!(calls.waiting.is_empty());
    }
}
