//! A small executor: calls that ask other objects are ordinary async functions. Each runs until it has its step or
//! waits for a reply; the shell carries the message, and comes back with the call's number and the reply. The reply is
//! the only thing that a call waits for, so no waker is needed. Calls that begin beside another run on their own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::step::{self, ObjectKind};
use crate::messages::reply;
use crate::platform::{log, random};
use universal_wallet_core::error::InternalError;

/// Maximum number of waiting calls. A caller who went away may leave one behind, so the oldest is dropped.
const MAX_WAITING: usize = 10_000;

type Call = Pin<Box<dyn Future<Output = String>>>;

/// A message that the running call waits to have answered.
enum Asked {
    /// By an object of a kind and name.
    Object(ObjectKind, String, String),
    /// By a receiver outside the edge.
    Receiver(String),
}

/// Slot through which the running call and the executor exchange message and reply.
#[derive(Default)]
struct Exchange {
    asked: Option<Asked>,
    reply: Option<String>,
}

thread_local! {
    static EXCHANGE: RefCell<Exchange> = RefCell::default();
}

/// Asks an object and returns its reply. Object names have no line breaks.
pub(super) async fn ask(to: ObjectKind, name: String, message: String) -> String {
    exchange(Asked::Object(to, name, message)).await
}

/// Sends a message out of the edge and returns the shell's account of the answer.
pub(super) async fn send(request: String) -> String {
    exchange(Asked::Receiver(request)).await
}

async fn exchange(asked: Asked) -> String {
    EXCHANGE.with_borrow_mut(|exchange| *exchange = Exchange { asked: Some(asked), reply: None });
    poll_fn(|_| match EXCHANGE.with_borrow_mut(|exchange| exchange.reply.take()) {
        Some(reply) => Poll::Ready(reply),
        None => Poll::Pending,
    })
    .await
}

/// A call that waits for a reply, with its log context.
struct Waiting {
    number: u64,
    call: Call,
    context: Rc<log::Context>,
}

/// Waiting calls by number.
#[derive(Default)]
pub(crate) struct Calls {
    next: Option<u64>,
    waiting: VecDeque<Waiting>,
}

impl Calls {
    /// Begins a call on behalf of the current context and returns the shell's next step.
    pub(crate) fn begin(&mut self, call: impl Future<Output = String> + 'static) -> String {
        self.run(Box::pin(call), None)
    }

    /// Resumes a call with its reply; `None` if no such call waits.
    pub(crate) fn resume(&mut self, number: &str, reply: &str) -> Option<String> {
        let number: u64 = number.parse().ok()?;
        let place = self.waiting.binary_search_by_key(&number, |waiting| waiting.number).ok()?;
        let Waiting { call, context, .. } = self.waiting.remove(place)?;
        log::enter(context);
        #[cfg(feature = "fault_injection")]
        crate::platform::fault_injection::at("resumed");
        Some(self.run(call, Some(reply.into())))
    }

    fn run(&mut self, mut call: Call, reply: Option<String>) -> String {
        EXCHANGE.with_borrow_mut(|exchange| *exchange = Exchange { asked: None, reply });
        if let Poll::Ready(step) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return step;
        }
        match EXCHANGE.with_borrow_mut(|exchange| exchange.asked.take()) {
            Some(Asked::Object(to, name, message)) => step::ask(Some(self.keep(call)), to, &name, &message),
            Some(Asked::Receiver(request)) => step::send(self.keep(call), &request),
            // Nothing would ever wake the call.
            None => reply::unreadable(&InternalError::new("a call that waits for anything but a reply")),
        }
    }

    fn keep(&mut self, call: Call) -> u64 {
        // Numbers start at random, so a number from before a trap does not match a call after it.
        let number = self.next.unwrap_or_else(|| random::bits().unwrap_or_default() >> 1);
        self.next = Some(number.wrapping_add(1));
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(Waiting { number, call, context: log::context() });
        number
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    async fn twice() -> String {
        let one = ask(ObjectKind::Wallet, "a".into(), "1".into()).await;
        let two = ask(ObjectKind::User, "b".into(), "2".into()).await;
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
    fn a_call_waits_for_a_receiver_as_for_an_object() {
        let mut calls = Calls { next: Some(1), ..Calls::default() };
        let step = calls.begin(async { send("{\"url\":\"u\"}".into()).await + "!" });
        assert_eq!(step, "F1\n{\"url\":\"u\"}");
        assert_eq!(calls.resume("1", "S200\n").unwrap(), "S200\n!");
    }

    #[test]
    fn calls_that_never_return_give_way() {
        let alive = Rc::new(());
        let mut calls = Calls { next: Some(0), ..Calls::default() };
        for _ in 0..MAX_WAITING + 3 {
            let held = alive.clone();
            calls.begin(async move {
                let text = twice().await;
                drop(held);
                text
            });
        }
        assert_eq!((calls.waiting.len(), Rc::strong_count(&alive)), (MAX_WAITING, MAX_WAITING + 1));
        assert_eq!(calls.resume("2", ""), None);
    }

    #[test]
    fn a_call_that_asks_nobody_does_not_wait() {
        let mut calls = Calls::default();
        assert_eq!(calls.begin(async { "A200".to_owned() }), "A200");
        assert!(calls.waiting.is_empty());
    }
}
