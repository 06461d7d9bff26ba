//! The Worker: its exports, which the shell calls with strings.

mod begun;
mod client;
mod console_calls;
mod dispatch;
pub(crate) mod issuer_calls;
pub(crate) mod issuer_reset;
mod key_calls;
mod memberships;
pub(crate) mod passkey_options;
pub(crate) mod provisioning;
mod refused_keys;
pub(crate) mod second_factor;
pub(crate) mod session;
pub(crate) mod session_answer;

use std::cell::RefCell;
use std::rc::Rc;

use universal_wallet_core::error::{Code, Refusal};
use universal_wallet_core::text::input::Unread;
use wasm_bindgen::prelude::*;

use crate::calls::executor::Calls;
use crate::http::answer::{Answer, Origin, Scheme};
use crate::http::request::Request;
use crate::http::routes::{self, Matched};
use crate::platform::log::Context;
use crate::platform::{clock, config, log, storage};

thread_local! {
    /// Requests that wait for an object.
    static CALLS: RefCell<Calls> = RefCell::default();
}

/// The Worker's entry points; the shell calls them.
#[wasm_bindgen]
pub struct Worker;

#[wasm_bindgen]
impl Worker {
    /// Reads variables and secrets (a JSON object of strings); returns a sentence if they are unfit to serve, and
    /// otherwise nothing.
    #[must_use]
    pub fn configure(variables: &str) -> String {
        config::configure(variables).err().unwrap_or_default()
    }

    /// Begins a request; see [`Request::parse`] for its form.
    #[must_use]
    pub fn begin(request: &str, request_id: &str, now_ms: f64) -> String {
        clock::begin(now_ms);
        begin(request, None, request_id)
    }

    /// Begins a request again with its body, or with the reason in `trouble` why the body could not be read: `large`,
    /// `encoded` (compressed) or `broken`.
    #[must_use]
    pub fn begin_with_body(request: &str, body: &[u8], trouble: &str, request_id: &str, now_ms: f64) -> String {
        clock::begin(now_ms);
        let body = match trouble {
            "" => str::from_utf8(body).map_err(|_| Unread::Broken),
            "large" => Err(Unread::TooLarge),
            "encoded" => Err(Unread::NotJson),
            _ => Err(Unread::Broken),
        };
        begin(request, Some(body), request_id)
    }

    /// Resumes a request with an object's reply.
    #[must_use]
    pub fn resume(number: &str, reply: &str, request_id: &str) -> String {
        let step = CALLS.with_borrow_mut(|calls| calls.resume(number, reply));
        step.unwrap_or_else(|| refusal(request_id, &Refusal::internal()))
    }

    /// Learns a refusal from a Distributor, which is repeated for a moment; returns its answer.
    #[must_use]
    pub fn learn(refusal: &str, request_id: &str, now_ms: f64) -> String {
        clock::begin(now_ms);
        refused_keys::learn(refusal).unwrap_or_else(|| self::refusal(request_id, &Refusal::internal()))
    }

    /// The answer if the shell has no other: an object could not be reached or crashed.
    #[must_use]
    pub fn failed(unavailable: bool, request_id: &str) -> String {
        refusal(request_id, &if unavailable { Refusal::unavailable() } else { Refusal::internal() })
    }

    /// The answer where the caller may not know of anything.
    #[must_use]
    pub fn nothing(request_id: &str) -> String {
        refusal(request_id, &Refusal::not_found())
    }

    /// The answer while variables or secrets are unfit to serve.
    #[must_use]
    pub fn misconfigured(sentence: &str, request_id: &str) -> String {
        refusal(request_id, &Refusal::new(Code::Unavailable, sentence.to_owned()).retry_after(60))
    }

    /// Starts or stops counting the rows of statements; returns the numbers read and written so far.
    #[must_use]
    pub fn count_rows(count: bool) -> Vec<usize> {
        let (read, written) = storage::count_rows(count);
        vec![read, written]
    }

    /// Stable name of the route for a method and path, for the log; empty if none matches.
    #[must_use]
    pub fn route(method: &str, path: &str) -> String {
        match routes::find(method, path) {
            Matched::Route(route, _) => route.id().into(),
            Matched::OtherMethods(_) | Matched::Nothing => String::new(),
        }
    }

    /// Sets whether this instance plays code of the next version; only in test builds.
    #[cfg(feature = "fault_injection")]
    pub fn play_next_version(plays: bool) {
        crate::platform::fault_injection::play_next_version(plays);
    }
}

/// The answer to a request whose caller is not authenticated.
fn refusal(request_id: &str, refusal: &Refusal) -> String {
    let origin = Origin { request_id: request_id.into(), scheme: Scheme::Session };
    Answer::refusal(refusal, &origin).text()
}

fn begin(request: &str, body: Option<Result<&str, Unread>>, request_id: &str) -> String {
    log::enter(Rc::new(Context { request_id: request_id.into(), route: String::new(), object: "Worker" }));
    #[cfg(feature = "fault_injection")]
    {
        crate::platform::fault_injection::begin(request);
        crate::platform::fault_injection::at("worker");
    }
    match Request::parse(request, body, request_id) {
        Some(request) => dispatch::dispatch(request, |call| CALLS.with_borrow_mut(|calls| calls.begin(call))),
        None => refusal(request_id, &Refusal::internal()),
    }
}
