//! A key calls. Its text alone tells whether it is ours and for whom; what was not minted here, or
//! for another distributor, is refused without calling any object.

use universal_wallet::id::DistributorID;
use universal_wallet_core::distributor::authenticate;
use universal_wallet_core::key_form::Recognised;
use universal_wallet_core::refusal::{Code, Outcome, Refusal};

use super::request::Request;
use super::routes::Route;
use super::{Step, hand_over};
use crate::distributor::KeyHeaders;
use crate::messages::{Asker, Call};
use crate::platform::answer::{Answer, Scheme};
use crate::platform::config::config;

pub(super) fn begin(mut request: Request<'_>, route: Route, [distributor, subject]: [&str; 2]) -> Outcome<Step> {
    let distributor: DistributorID = distributor.parse().map_err(|_| Refusal::not_found())?;
    let Some(config) = config() else { return Err(crate::platform::answer::unavailable().into()) };
    let recognised = request.bearer().map(|token| config.peppers.recognise(token.as_bytes(), distributor));
    request.origin.scheme = Scheme::Bearer { sent: recognised.is_some() };
    let digest = match recognised {
        None => {
            let refusal =
                Refusal::new(Code::MissingApiKey, "Send your API key in the header Authorization: Bearer uwk_….");
            return Ok(Step::Answer(Answer::refusal(&refusal, &request.origin)));
        }
        Some(Recognised::Forged) => {
            return Ok(Step::Answer(Answer::refusal(&authenticate::unknown(), &request.origin)));
        }
        Some(Recognised::Misaddressed) => {
            let refusal = Refusal::new(
                Code::DistributorMismatch,
                "This API key belongs to another distributor; check the ID in the path.",
            );
            return Ok(Step::Answer(KeyHeaders::of_unknown(&config).on(Answer::refusal(&refusal, &request.origin))));
        }
        Some(Recognised::Ours(digest)) => digest,
    };
    let Some(input) = request.input() else { return Ok(Step::Body) };
    let ip = request.client().map(|address| address.to_string());
    let call = Call {
        origin: request.origin,
        route,
        distributor,
        subject: subject.into(),
        query: request.query.to_owned(),
        ip,
        input,
    };
    hand_over(&Asker::Key(digest), &call)
}
