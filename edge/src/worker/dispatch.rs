//! Dispatch of a request by its route to the module for its kind of caller.

use std::pin::Pin;
use std::rc::Rc;

use serde_json::json;
use universal_wallet_core::error::{Code, Error, Outcome, Refusal};

use super::begun::Begun;
use super::{console_calls, issuer_calls, key_calls, session};
use crate::calls::step;
use crate::http::answer::{Answer, Origin};
use crate::http::request::Request;
use crate::http::routes::{Access, Matched, Route, find};
use crate::platform::log::{self, Context};

/// The shell's next step for a request; `begin` starts a call that asks objects.
pub(super) fn dispatch(
    mut request: Request<'_>,
    begin: impl FnOnce(Pin<Box<dyn Future<Output = String>>>) -> String,
) -> String {
    let next = route(&mut request);
    let origin = request.origin;
    match next {
        Ok(Begun::Step(step)) => step,
        Ok(Begun::Asking(call)) => {
            begin(Box::pin(async move { call.await.unwrap_or_else(|refused| refuse(&refused, &origin)) }))
        }
        Err(refused) => refuse(&refused, &origin),
    }
}

fn refuse(refused: &Error, origin: &Origin) -> String {
    Answer::refused(refused, origin).text()
}

fn route(request: &mut Request<'_>) -> Outcome<Begun> {
    let (route, variable) = match find(request.method, request.path) {
        Matched::Route(route, variable) => (route, variable),
        Matched::OtherMethods(allowed) => {
            let refusal = Refusal::new(
                Code::MethodNotAllowed,
                format!("This address answers to {allowed} only, not to {}.", request.shown_method()),
            );
            return Ok(Begun::answer(Answer::refusal(&refusal, &request.origin).header("Allow", allowed)));
        }
        Matched::Nothing => return Err(Refusal::not_found().into()),
    };
    let request_id = request.origin.request_id.clone();
    log::enter(Rc::new(Context { request_id, route: route.id().into(), object: "Worker" }));
    match route.access() {
        Access::Public => public(route),
        Access::Key(_) => key_calls::begin(request, route, variable),
        Access::Console(_) => console_calls::begin(request, route, variable),
        Access::Session => session::begin(request, route, variable),
        Access::Issuer => issuer_calls::begin(request, route, variable),
    }
}

fn public(route: Route) -> Outcome<Begun> {
    match route {
        Route::GetHealth => {
            let body = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
            Ok(Begun::answer(Answer::json(200, &body)?))
        }
        _ => Ok(Begun::Step(step::describe(Answer::text_of("application/json", String::new())))),
    }
}
