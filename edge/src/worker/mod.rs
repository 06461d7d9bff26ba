//! The Worker: finds the route, recognises who calls, and hands over to an object.

mod console;
pub(crate) mod issuer;
mod keys;
pub(crate) mod request;
pub mod routes;
pub(crate) mod session;

use std::cell::RefCell;

use serde_json::json;
use universal_wallet_core::input::Unread;
use universal_wallet_core::refusal::{Code, Outcome, Refusal};
use wasm_bindgen::prelude::*;

use crate::messages::{Asker, Call};
use crate::platform::answer::{Answer, Origin, Scheme};
use crate::platform::calls::{Calls, ask_text};
use crate::platform::config;
use crate::platform::step::Kind;
use request::Request;
use routes::{Area, Matched, Route};
pub(crate) use session::not_signed_in;

/// Where a request that asked an object goes on.
#[derive(Debug)]
pub(crate) enum Then {
    Console(console::Then),
    Issuer(issuer::Then),
}

/// The next step of a request.
type Step = crate::platform::step::Step<Then>;

thread_local! {
    /// The requests that asked an object.
    static CALLS: RefCell<Calls> = RefCell::default();
}

/// The Worker's entry points; the shell calls them.
#[wasm_bindgen]
pub struct Worker;

#[wasm_bindgen]
impl Worker {
    /// Reads variables and secrets (a JSON object of strings); answers a sentence where they are
    /// not fit to serve, else nothing.
    #[must_use]
    pub fn configure(variables: &str) -> String {
        config::configure(variables).err().unwrap_or_default()
    }

    /// Begins a request; see [`Request::parse`] for its form.
    #[must_use]
    pub fn begin(request: &str, request_id: &str) -> String {
        started(request, None, request_id)
    }

    /// Begins a request again, whose body was read, or could not be: then `trouble` says why, `large` or `broken`.
    #[must_use]
    pub fn begin_with_body(request: &str, body: &[u8], trouble: &str, request_id: &str) -> String {
        let body = match trouble {
            "" => core::str::from_utf8(body).map_err(|_| Unread::Broken),
            "large" => Err(Unread::TooLarge),
            _ => Err(Unread::Broken),
        };
        started(request, Some(body), request_id)
    }

    /// Goes on with a request: an object's reply has come.
    #[must_use]
    pub fn resume(number: &str, reply: &str, request_id: &str) -> String {
        let step = CALLS.with_borrow_mut(|calls| calls.resume(number, reply));
        step.unwrap_or_else(|| failure(request_id, &crate::platform::answer::internal()))
    }

    /// The answer where the shell itself found no other: an object that cannot be reached, or
    /// one that fell over.
    #[must_use]
    pub fn failed(unavailable: bool, request_id: &str) -> String {
        use crate::platform::answer;
        failure(request_id, &if unavailable { answer::unavailable() } else { answer::internal() })
    }

    /// The answer where there is nothing that the caller may know of.
    #[must_use]
    pub fn nothing(request_id: &str) -> String {
        failure(request_id, &Refusal::not_found())
    }

    /// From now on the rows of statements are counted, or not; those read and written until now.
    #[must_use]
    pub fn count_rows(count: bool) -> Vec<usize> {
        let (read, written) = crate::platform::db::count_rows(count);
        vec![read, written]
    }

    /// The name of the route that a method and a path lead to, for the log; nothing where they lead nowhere.
    #[must_use]
    pub fn route(method: &str, path: &str) -> String {
        match routes::find(method, path) {
            Matched::Route(route, ..) => format!("{route:?}"),
            Matched::OtherMethods(_) | Matched::Nothing => String::new(),
        }
    }

    /// The answer while variables or secrets are not fit to serve.
    #[must_use]
    pub fn misconfigured(sentence: &str, request_id: &str) -> String {
        failure(request_id, &Refusal::new(Code::Unavailable, sentence.to_owned()).retry_after(60))
    }
}

fn failure(request_id: &str, refusal: &Refusal) -> String {
    let origin = Origin { request_id: request_id.into(), scheme: Scheme::Session };
    Answer::refusal(refusal, &origin).text()
}

fn started(request: &str, body: Option<Result<&str, Unread>>, request_id: &str) -> String {
    #[cfg(feature = "faults")]
    {
        crate::platform::fault::begin(request);
        crate::platform::fault::at("worker");
    }
    let Some(request) = Request::parse(request, body, request_id) else {
        return failure(request_id, &crate::platform::answer::internal());
    };
    let origin = request.origin.clone();
    finish(begin(request), origin)
}

fn finish(step: Outcome<Step>, origin: Origin) -> String {
    match step {
        Ok(Step::Call(call)) => {
            let call = async move { call.await.unwrap_or_else(|refused| Answer::refused(&refused, &origin)).text() };
            CALLS.with_borrow_mut(|calls| calls.begin(call))
        }
        Ok(Step::Ask { to, name, message, then: Some(then) }) => {
            CALLS.with_borrow_mut(|calls| calls.begin(go_on(to, name, message, then, origin)))
        }
        Ok(step) => step.text(|_| 0),
        Err(refused) => Answer::refused(&refused, &origin).text(),
    }
}

/// What is still written as steps.
async fn go_on(mut to: Kind, mut name: String, mut message: String, mut then: Then, origin: Origin) -> String {
    loop {
        let reply = ask_text(to, name, message).await;
        match resume(then, &reply) {
            Ok(Step::Ask { to: next, name: of, message: text, then: Some(after) }) => {
                (to, name, message, then) = (next, of, text, after);
            }
            Ok(step) => return step.text(|_| 0),
            Err(refused) => return Answer::refused(&refused, &origin).text(),
        }
    }
}

/// Hands a call over to the Distributor that it is about, whose answer is the answer.
fn hand_over(caller: &Asker, call: &Call) -> Outcome<Step> {
    Ok(Step::Ask { to: Kind::Distributor, name: call.distributor.to_string(), message: call.text(caller)?, then: None })
}

fn begin(request: Request<'_>) -> Outcome<Step> {
    let (route, area, variable) = match routes::find(request.method, request.path) {
        Matched::Route(route, area, variable) => (route, area, variable),
        Matched::OtherMethods(allowed) => {
            let refusal = Refusal::new(
                Code::MethodNotAllowed,
                format!("This address answers to {allowed} only, not to {}.", request.shown_method()),
            );
            return Ok(Step::Answer(Answer::refusal(&refusal, &request.origin).header("Allow", allowed)));
        }
        Matched::Nothing => return Err(Refusal::not_found().into()),
    };
    match area {
        Area::Public => public(route),
        Area::Key => keys::begin(request, route, variable),
        Area::Console => console::begin(request, route, variable),
        Area::Session => session::begin(request, route),
        Area::Issuer => issuer::begin(request, route, variable),
    }
}

fn public(route: Route) -> Outcome<Step> {
    match route {
        Route::Health => {
            let body = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
            Ok(Step::Answer(Answer::json(200, &body)?))
        }
        Route::Description => Ok(Step::Describe(Answer::text_of("application/json", String::new()))),
        _ => Err(Refusal::not_found().into()),
    }
}

fn resume(then: Then, reply: &str) -> Outcome<Step> {
    match then {
        Then::Console(then) => console::resume(then, reply),
        Then::Issuer(then) => issuer::resume(then, reply),
    }
}
