//! Calls of signed-in persons: the cookie is checked, then the session, then the Distributor decides.

use universal_wallet_core::error::{Code, Outcome, Refusal, refuse};
use universal_wallet_core::id::DistributorID;
use universal_wallet_core::people::second_factor::proof::SecondFactor;
use universal_wallet_core::people::sign_in::not_signed_in;
use universal_wallet_core::text::json_text;

use super::begun::{Begun, hand_over};
use crate::calls::objects;
use crate::calls::step::{self, READ_BODY};
use crate::http::cookie::Cookie;
use crate::http::request::Request;
use crate::http::routes::Route;
use crate::http::shown_person::ShownPerson;
use crate::messages::call::{Call, Principal};
use crate::messages::envelope::{self, Receiver};
use crate::messages::to_distributor::{ConsoleCaller, Listener};
use crate::messages::to_user::{SignedIn, ToUser};

pub(super) fn begin(request: &Request<'_>, route: Route, [distributor, subject, part]: [&str; 3]) -> Outcome<Begun> {
    if request.has_body() || route == Route::ListenToEvents {
        request.refuse_cross_site()?;
    }
    if route == Route::ListenToEvents && !request.is_socket() {
        return refuse(Code::InvalidRequest, "Open this address as a WebSocket.");
    }
    let distributor: Option<DistributorID> = distributor.parse().ok();
    let cookie = request.cookie.and_then(Cookie::read).ok_or_else(not_signed_in)?;
    let Some(input) = request.input() else { return Ok(Begun::Step(READ_BODY.into())) };
    let shown = ShownPerson::of(request, route)?;
    let ip = request.client().map(|address| address.to_string());
    let call = distributor.map(|distributor| Call {
        origin: request.origin.clone(),
        route,
        distributor,
        subject: if part.is_empty() { subject.into() } else { [subject, "/", part].concat() },
        query: request.query.to_owned(),
        ip,
        input,
    });
    Ok(Begun::Asking(Box::pin(answer(cookie, shown, call))))
}

async fn answer(cookie: Cookie, shown: ShownPerson, call: Option<Call>) -> Outcome<String> {
    let session = ToUser::Session { token: cookie.token };
    let person: SignedIn = objects::user(cookie.login.as_str()).ask(&session).await?;
    shown.must_be(person.account)?;
    // A distributor that the person never joined is not even asked.
    let joined = |call: &Call| person.memberships.iter().any(|listed| listed.distributor == call.distributor);
    let call = call.filter(joined).ok_or_else(Refusal::not_found)?;
    let enrolled = !person.second_factor.enrolled.is_empty();
    let second_factor = SecondFactor { enrolled, verified_at: person.second_factor.verified_at };
    let caller =
        ConsoleCaller { account: person.account, must_change_password: person.must_change_password, second_factor };
    if call.route == Route::ListenToEvents {
        let listener = Listener { caller, login: cookie.login, token: cookie.token };
        let message = envelope::write(Receiver::DistributorListener, &json_text::write(&listener)?);
        return Ok(step::listen(&call.distributor.to_string(), &message)?);
    }
    hand_over(&Principal::Person(caller), &call)
}
