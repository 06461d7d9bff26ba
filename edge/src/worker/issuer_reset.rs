//! The issuer's reset of a password: the last resort for a person of several distributors.

use serde::Serialize;
use universal_wallet_core::error::{Code, Error, Outcome, Refusal};
use universal_wallet_core::people::account::IssuerReset;
use universal_wallet_core::people::codes::NewCode;
use universal_wallet_core::people::model::Login;
use universal_wallet_core::text::input::Input;
use universal_wallet_core::text::secret::Secret;

use super::provisioning::new_code;
use crate::calls::objects;
use crate::http::answer::Answer;
use crate::messages::to_distributor::ToDistributor;
use crate::messages::to_issuer::ToIssuer;
use crate::messages::to_user::{Known, ToUser};

/// A password that the issuer reset.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PasswordReset {
    /// Code that signs in once, within 7 days, and must then be changed; absent from a repeated call once the person signed
    /// in.
    #[serde(skip_serializing_if = "Option::is_none")]
    one_time_password: Option<String>,
}

/// `POST /issuer/v1/users/{login}/reset-password`. Each Distributor pauses the person and notes it before the password is
/// set, so that no reset goes unnoticed.
pub(super) async fn reset_password(login: Login, input: &Input) -> Outcome<Answer> {
    let call = input.idempotency_key()?;
    input.optional_object()?.finish()?;
    let user = objects::user(login.as_str());
    let known: Option<Known> = user.ask(&ToUser::Look).await?;
    let Known { account, memberships, resets_over } = known.ok_or_else(Refusal::not_found)?;
    let idempotency = input.idempotency("issuer:reset-password", "POST users reset-password", login.as_str())?;
    if let Some(idempotency) = &idempotency {
        objects::issuer().ask::<()>(&ToIssuer::Remember { idempotency: idempotency.clone() }).await?;
    }
    if call.as_ref().is_some_and(|call| resets_over.contains(call)) {
        return answer(IssuerReset::Over, None);
    }
    for listed in &memberships {
        let pause = ToDistributor::Pause { account, idempotency: idempotency.clone() };
        match objects::distributor(listed.distributor).ask::<()>(&pause).await {
            Err(Error::Refusal(refusal)) if refusal.code == Code::NotFound => {}
            paused => paused?,
        }
    }
    let NewCode { text, digest: code } = new_code()?;
    let done = user.ask(&ToUser::ResetByIssuer { told: memberships, code, call }).await?;
    answer(done, Some(&text))
}

fn answer(done: IssuerReset, secret: Option<&Secret>) -> Outcome<Answer> {
    let told = secret.filter(|_| done != IssuerReset::Over).map(|secret| secret.expose().to_owned());
    Ok(Answer::json(200, &PasswordReset { one_time_password: told })?.replayed(done != IssuerReset::Made))
}
