//! A signed-in person calls: the cookie is checked, then the session, then the Distributor decides.

use serde_json::json;
use universal_wallet::id::DistributorID;
use universal_wallet_core::document;
use universal_wallet_core::refusal::{Code, Outcome, Refusal, refuse};

use super::request::Request;
use super::routes::Route;
use super::session::{Cookie, not_signed_in, refuse_cross_site};
use super::{Step, hand_over};
use crate::messages::{Asker, Call, ConsoleCaller, SignedIn, ToUser};
use crate::platform::step::{Kind, read_reply};

/// The session was asked for.
#[derive(Debug)]
pub(crate) struct Then {
    call: Option<Call>,
}

pub(super) fn begin(request: Request<'_>, route: Route, [distributor, subject]: [&str; 2]) -> Outcome<Step> {
    if request.has_body() || route == Route::Events {
        refuse_cross_site(&request)?;
    }
    if route == Route::Events && !request.is_socket() {
        return refuse(Code::InvalidRequest, "Open this address as a WebSocket.");
    }
    let distributor: Option<DistributorID> = distributor.parse().ok();
    let Some(cookie) = Cookie::of(&request) else { return Err(not_signed_in().into()) };
    let Some(input) = request.input() else { return Ok(Step::Body) };
    let ip = request.client().map(|address| address.to_string());
    let call = distributor.map(|distributor| Call {
        origin: request.origin,
        route,
        distributor,
        subject: subject.into(),
        query: request.query.to_owned(),
        ip,
        input,
    });
    let message = ToUser::Session { token: cookie.token };
    Ok(Step::ask(Kind::User, cookie.login.as_str(), &message, super::Then::Console(Then { call }))?)
}

pub(super) fn resume(then: Then, reply: &str) -> Outcome<Step> {
    let person: SignedIn = read_reply(reply)?;
    // A distributor that the person never joined is not even asked.
    let Some(call) = then.call.filter(|call| person.distributors.contains(&call.distributor)) else {
        return Err(Refusal::not_found().into());
    };
    let caller = ConsoleCaller {
        user: person.user,
        login: person.login,
        must_change_password: person.must_change_password,
        only_here: person.distributors.len() == 1,
    };
    if call.route == Route::Events {
        let caller = document::write(&caller)?;
        return Ok(Step::Socket(json!({ "name": call.distributor, "caller": caller }).to_string()));
    }
    hand_over(&Asker::Person(caller), &call)
}
