//! Finds a request's route and hands it to what answers its kind of caller.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use serde_json::json;
use universal_wallet_core::error::{Code, Outcome, Refusal};

use super::{console_calls, issuer_calls, key_calls, session};
use crate::calls::step::{self, ObjectKind};
use crate::http::answer::{Answer, Origin};
use crate::http::request::Request;
use crate::http::routes::{Access, Matched, Route, find};
use crate::messages::call::{Call, Principal};
use crate::platform::log::{self, Context};

/// A call that asks objects, and then has the shell's next step.
type Asking = Pin<Box<dyn Future<Output = Outcome<String>>>>;

/// What becomes of a request.
pub(super) enum Next {
    /// The shell's next step.
    Step(String),
    /// Objects are asked first.
    Asking(Asking),
}

impl Next {
    /// The request is answered.
    pub(super) fn answer(answer: Answer) -> Self {
        Self::Step(answer.text())
    }

    /// Objects are asked, and then the request is answered.
    pub(super) fn asking(call: impl Future<Output = Outcome<Answer>> + 'static) -> Self {
        Self::Asking(Box::pin(async { Ok(call.await?.text()) }))
    }
}

/// Hands a call over to the Distributor that it is about, whose step is the next.
pub(super) fn hand_over(principal: &Principal, call: &Call) -> Outcome<String> {
    Ok(step::ask(None, ObjectKind::Distributor, &call.distributor.to_string(), &call.message(principal)?))
}

/// The shell's next step for a request; `begin` begins a call that asks objects.
pub(super) fn dispatch(
    mut request: Request<'_>,
    begin: impl FnOnce(Pin<Box<dyn Future<Output = String>>>) -> String,
) -> String {
    let next = route(&mut request);
    let origin = request.origin;
    match next {
        Ok(Next::Step(step)) => step,
        Ok(Next::Asking(call)) => {
            begin(Box::pin(async move { call.await.unwrap_or_else(|refused| refuse(&refused, &origin)) }))
        }
        Err(refused) => refuse(&refused, &origin),
    }
}

fn refuse(refused: &universal_wallet_core::error::Error, origin: &Origin) -> String {
    Answer::refused(refused, origin).text()
}

fn route(request: &mut Request<'_>) -> Outcome<Next> {
    let (route, variable) = match find(request.method, request.path) {
        Matched::Route(route, variable) => (route, variable),
        Matched::OtherMethods(allowed) => {
            let refusal = Refusal::new(
                Code::MethodNotAllowed,
                format!("This address answers to {allowed} only, not to {}.", request.shown_method()),
            );
            return Ok(Next::answer(Answer::refusal(&refusal, &request.origin).header("Allow", allowed)));
        }
        Matched::Nothing => return Err(Refusal::not_found().into()),
    };
    let request_id = request.origin.request_id.clone();
    log::enter(Rc::new(Context { request_id, route: route.id().into(), object: "Worker" }));
    match route.access() {
        Access::Public => public(route),
        Access::Key(_) => key_calls::begin(request, route, variable),
        Access::Console(_) => console_calls::begin(request, route, variable),
        Access::Session => session::begin(request, route),
        Access::Issuer => issuer_calls::begin(request, route, variable),
    }
}

fn public(route: Route) -> Outcome<Next> {
    match route {
        Route::GetHealth => {
            let body = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
            Ok(Next::answer(Answer::json(200, &body)?))
        }
        _ => Ok(Next::Step(step::describe(Answer::text_of("application/json", String::new())))),
    }
}
