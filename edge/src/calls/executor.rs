//! A small executor: calls that ask other objects are ordinary async functions. Each runs until it has its step or
//! waits for the shell: to carry a message and come back with the reply, for a turn after other events, or for the ends of
//! calls beside it. The shell comes back with the call's number, so no waker is needed. Other calls that begin beside a
//! call run on their own.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use universal_wallet_core::error::InternalError;
use universal_wallet_sdk::Timestamp;

use super::step::{self, DONE, ObjectKind};
use crate::messages::reply;
use crate::platform::{clock, log, random};

/// Maximum number of waiting calls. A caller who went away may leave one behind, so the oldest is dropped.
const MAX_WAITING: usize = 10_000;
/// Time after which a waiting call is dropped: its reply, which has a deadline, went astray.
const MAX_WAIT_MS: i64 = 120_000;
/// Minimum time between two searches for calls that waited too long.
const SEARCH_MS: i64 = 10_000;

type Call = Pin<Box<dyn Future<Output = String>>>;

/// A call's wish, while it waits.
enum Wish {
    /// The reply of an object.
    Reply(ObjectKind, String, String),
    /// The answer of a receiver outside the edge.
    Receiver(String),
    /// A turn after other events of this object.
    Turn,
    /// The ends of other calls.
    All(Vec<Call>),
}

/// Slot through which the running call and the executor exchange wish and reply.
#[derive(Default)]
struct Exchange {
    wish: Option<Wish>,
    reply: Option<String>,
}

thread_local! {
    static EXCHANGE: RefCell<Exchange> = RefCell::default();
}

async fn wait_for(wish: Wish) -> String {
    EXCHANGE.with_borrow_mut(|exchange| *exchange = Exchange { wish: Some(wish), reply: None });
    poll_fn(|_| match EXCHANGE.with_borrow_mut(|exchange| exchange.reply.take()) {
        Some(reply) => Poll::Ready(reply),
        None => Poll::Pending,
    })
    .await
}

/// Asks an object and returns its reply. Object names have no line breaks.
pub(super) async fn ask(to: ObjectKind, name: String, message: String) -> String {
    wait_for(Wish::Reply(to, name, message)).await
}

/// Sends a message out of the edge and returns the shell's account of the answer.
pub(super) async fn send(request: String) -> String {
    wait_for(Wish::Receiver(request)).await
}

/// Lets other events of this object go first. All who wait take turns, so however many they are, they take no more of
/// the object's time than one.
pub(crate) async fn turn() {
    wait_for(Wish::Turn).await;
}

/// Runs calls beside each other, so that one which waits does not hold the others; returns when all have ended.
pub(crate) async fn all(calls: impl IntoIterator<Item = impl Future<Output = ()> + 'static>) {
    let calls = calls.into_iter().map(|call| -> Call {
        Box::pin(async move {
            call.await;
            DONE.into()
        })
    });
    wait_for(Wish::All(calls.collect())).await;
}

/// A waiting call, with its log context.
struct Waiting {
    number: u64,
    call: Call,
    context: Rc<log::Context>,
    /// Time after which its reply went astray; other calls may take any time.
    until: Option<Timestamp>,
}

/// Waiting calls by number.
#[derive(Default)]
pub(crate) struct Calls {
    next: Option<u64>,
    waiting: VecDeque<Waiting>,
    searched_at: Option<Timestamp>,
}

impl Calls {
    /// True if no call waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

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
        EXCHANGE.with_borrow_mut(|exchange| *exchange = Exchange { wish: None, reply });
        if let Poll::Ready(step) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return step;
        }
        match EXCHANGE.with_borrow_mut(|exchange| exchange.wish.take()) {
            Some(Wish::Reply(to, name, message)) => {
                let until = clock::now().plus_ms(MAX_WAIT_MS);
                step::ask(Some(self.keep(call, Some(until))), to, &name, &message)
            }
            Some(Wish::Receiver(request)) => step::send(self.keep(call, None), &request),
            Some(Wish::Turn) => step::turn(self.keep(call, None)),
            Some(Wish::All(calls)) => {
                let steps: Vec<String> = calls.into_iter().map(|call| self.run(call, None)).collect();
                step::all(self.keep(call, None), &steps)
            }
            // Nothing would ever wake the call.
            None => reply::unreadable(&InternalError::new("a call that waits for nothing")),
        }
    }

    fn keep(&mut self, call: Call, until: Option<Timestamp>) -> u64 {
        // Numbers start at random, so a number from before a trap does not match a call after it.
        let number = self.next.unwrap_or_else(|| random::bits().unwrap_or_default() >> 1);
        self.next = Some(number.wrapping_add(1));
        let now = clock::now();
        if self.searched_at.is_none_or(|at| now >= at.plus_ms(SEARCH_MS)) {
            self.searched_at = Some(now);
            self.waiting.retain(|waiting| waiting.until.is_none_or(|until| now < until));
        }
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(Waiting { number, call, context: log::context(), until });
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
        assert_eq!((&*one, &*other), ("OWALLET 10000\n7\na\n1", "OWALLET 10000\n8\na\n1"));
        let other = calls.resume("8", "x").unwrap();
        assert_eq!(other, "OUSER 10000\n9\nb\n2");
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
    fn calls_whose_replies_went_astray_are_dropped_by_age() {
        let dropped = Rc::new(());
        let mut calls = Calls { next: Some(0), ..Calls::default() };
        let mut ask_at = |ms: i64| {
            clock::begin(f64::from(u32::try_from(ms).unwrap()));
            let held = dropped.clone();
            calls.begin(async move {
                let text = twice().await;
                drop(held);
                text
            });
            Rc::strong_count(&dropped) - 1
        };
        assert_eq!(ask_at(0), 1);
        assert_eq!(ask_at(MAX_WAIT_MS - 1), 2);
        assert_eq!(ask_at(MAX_WAIT_MS + SEARCH_MS), 2, "the first one is gone");
    }

    #[test]
    fn calls_beside_each_other_go_on_by_themselves_and_the_last_ends_all() {
        let mut calls = Calls { next: Some(0), ..Calls::default() };
        let part = |name: &'static str| async move {
            ask(ObjectKind::Wallet, name.into(), String::new()).await;
        };
        let step = calls.begin(async move {
            all([part("a"), part("b")]).await;
            turn().await;
            "A200".to_owned()
        });
        assert_eq!(step, r#"J["2",["OWALLET 10000\n0\na\n","OWALLET 10000\n1\nb\n"]]"#);
        assert_eq!(calls.resume("1", "").unwrap(), DONE);
        assert_eq!(calls.resume("0", "").unwrap(), DONE);
        assert_eq!(calls.resume("2", "").unwrap(), "P3");
        assert_eq!(calls.resume("3", "").unwrap(), "A200");
    }

    #[test]
    fn a_call_that_asks_nobody_does_not_wait() {
        let mut calls = Calls::default();
        assert_eq!(calls.begin(async { "A200".to_owned() }), "A200");
        assert!(calls.waiting.is_empty());
    }
}
