//! The Worker: finds the route, recognises who calls, and hands over to an object.

mod console;
mod issuer;
mod keys;
pub(crate) mod request;
pub(crate) mod routes;
mod session;

use serde::{Deserialize, Serialize};
use universal_wallet_core::input::Input;
use universal_wallet_core::refusal::{Code, Outcome, Refusal};
use wasm_bindgen::prelude::*;

use crate::platform::answer::{Answer, Origin, Scheme};
use crate::platform::config;
use crate::platform::step::Step;
use request::Request;
use routes::{Area, Matched, Route};
pub(crate) use session::not_signed_in;

/// Where a request that waits for something goes on.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Then {
    /// Its body was read.
    Body {
        request: Box<Request>,
        next: Next,
    },
    /// An object replied.
    Console(console::Then),
    Issuer(issuer::Then),
    Session(session::Then),
}

/// What a request does once its body is read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Next {
    Key(keys::Addressed),
    Console(console::Addressed),
    Session(session::Addressed),
    Issuer(issuer::Addressed),
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
        #[cfg(feature = "faults")]
        {
            crate::platform::fault::begin(request);
            crate::platform::fault::at("worker");
        }
        let Some(request) = Request::parse(request, request_id) else {
            return failure(request_id, &crate::platform::answer::internal());
        };
        let origin = request.origin.clone();
        finish(begin(request), &origin)
    }

    /// Goes on with a request: its body, or an object's reply, has come.
    #[must_use]
    pub fn resume(then: &str, reply: &str, request_id: &str) -> String {
        let origin = Origin { request_id: request_id.into(), scheme: Scheme::Session };
        match serde_json::from_str(then) {
            Ok(then) => resume(then, reply, &origin),
            Err(error) => finish(Err(universal_wallet_core::refusal::Fault::from(error).into()), &origin),
        }
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

    /// The answer while variables or secrets are not fit to serve.
    #[must_use]
    pub fn misconfigured(sentence: &str, request_id: &str) -> String {
        failure(request_id, &Refusal::new(Code::Unavailable, sentence.to_owned()).retry_after(60))
    }
}

fn failure(request_id: &str, refusal: &Refusal) -> String {
    let origin = Origin { request_id: request_id.into(), scheme: Scheme::Session };
    Answer::refusal(refusal, &origin).text(request_id)
}

fn finish(step: Outcome<Step>, origin: &Origin) -> String {
    step.unwrap_or_else(|refused| Step::Answer(Answer::refused(&refused, origin))).text(&origin.request_id)
}

fn begin(request: Request) -> Outcome<Step> {
    let (route, area, variable) = match routes::find(&request.method, &request.path) {
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
            let body = serde_json::json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
            Ok(Step::Answer(Answer::json(200, &body)?))
        }
        _ => Err(Refusal::not_found().into()),
    }
}

/// Waits for the body where the method has one, and goes on.
fn with_body(request: Request, next: Next) -> Outcome<Step> {
    if request.has_body() {
        return Ok(Step::Body(serde_json::to_string(&Then::Body { request: Box::new(request), next })?));
    }
    let input = Input { body: Ok(String::new()), idempotency_key: None };
    after_body(request, next, input)
}

fn after_body(request: Request, next: Next, input: Input) -> Outcome<Step> {
    match next {
        Next::Key(addressed) => keys::hand_over(request, addressed, input),
        Next::Console(addressed) => console::ask_who(request, addressed, input),
        Next::Session(addressed) => session::after_body(request, addressed, input),
        Next::Issuer(addressed) => issuer::after_body(request, addressed, input),
    }
}

fn resume(then: Then, reply: &str, origin: &Origin) -> String {
    match then {
        Then::Body { request, next } => {
            let origin = request.origin.clone();
            let input = request.input(reply);
            finish(after_body(*request, next, input), &origin)
        }
        Then::Console(then) => finish(console::resume(then, reply), origin),
        Then::Session(then) => finish(session::resume(then, reply), origin),
        Then::Issuer(then) => {
            let origin = Origin { scheme: Scheme::Bearer { sent: true }, ..origin.clone() };
            finish(issuer::resume(then, reply), &origin)
        }
    }
}
