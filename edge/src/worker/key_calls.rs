//! Calls of keys. The text of a key alone tells whether it is genuine and for which distributor; a forged or
//! misaddressed key is refused without asking any object.

use universal_wallet_core::error::{Code, Outcome, Refusal};
use universal_wallet_core::id::DistributorID;
use universal_wallet_core::keys::token::Recognised;
use universal_wallet_core::keys::verify;

use super::begun::{Begun, hand_over};
use super::refused_keys;
use crate::calls::step::READ_BODY;
use crate::http::answer::{Answer, Scheme};
use crate::http::key_headers::KeyHeaders;
use crate::http::request::Request;
use crate::http::routes::{Access, Route};
use crate::messages::call::{Call, Principal};
use crate::platform::config::config;

pub(super) fn begin(request: &mut Request<'_>, route: Route, [distributor, subject, _]: [&str; 3]) -> Outcome<Begun> {
    let distributor: DistributorID = distributor.parse().map_err(|_| Refusal::not_found())?;
    let config = config()?;
    let recognised = request.bearer().map(|token| config.peppers.recognise(token.as_bytes(), distributor));
    request.origin.scheme = Scheme::Bearer { sent: recognised.is_some() };
    let digest = match recognised {
        None => {
            return Err(Refusal::new(
                Code::MissingApiKey,
                "Send your API key in the header Authorization: Bearer uwk_….",
            )
            .into());
        }
        Some(Recognised::Forged) => return Err(verify::unknown().into()),
        Some(Recognised::Misaddressed) => {
            let refusal = Refusal::new(
                Code::DistributorMismatch,
                "This API key belongs to another distributor; check the ID in the path.",
            );
            let headers = KeyHeaders::of_unknown(config.rate_limit_per_key);
            return Ok(Begun::answer(headers.on(Answer::refusal(&refusal, &request.origin))));
        }
        Some(Recognised::Ours(digest)) => digest,
    };
    let permission = if let Access::Key(permission) = route.access() { permission } else { None };
    if refused_keys::is_refused(digest, request.client(), permission) {
        let headers = KeyHeaders { per_second: config.rate_limit_per_key, ..KeyHeaders::default() };
        return Ok(Begun::answer(headers.on(Answer::refusal(&verify::refused_too_often(), &request.origin))));
    }
    let Some(input) = request.input() else { return Ok(Begun::Step(READ_BODY.into())) };
    let call = Call {
        origin: request.origin.clone(),
        route,
        distributor,
        subject: subject.into(),
        query: request.query.to_owned(),
        ip: request.client().map(|address| address.to_string()),
        input,
    };
    Ok(Begun::Step(hand_over(&Principal::Key(digest), &call)?))
}
