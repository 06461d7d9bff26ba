//! A lane: sends messages one after the other, and asks for more where no other lane is at work.

use serde_json::json;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_core::webhooks::schedule::Answered;
use universal_wallet_core::webhooks::signing::sign;
use universal_wallet_sdk::Timestamp;

use super::state::{Job, Task, WebhookState};
use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::calls::step::DONE;
use crate::messages::to_distributor::{Target, ToDistributor};
use crate::platform::config::config;

/// Runs a lane until nothing is left for it.
pub(super) async fn run(state: Shared<WebhookState>) -> String {
    loop {
        match state.step(WebhookState::next) {
            Task::Send(job, target, secrets) => {
                let (answered, sent_at) = send(&state, &job, &target, &secrets).await;
                state.step(|state, now| state.sent(*job, sent_at, &answered, now));
            }
            Task::Ask(owner, message) => {
                let asked_from = matches!(message, ToDistributor::WebhookWork { from: Some(_), .. });
                let answer = objects::distributor(owner.distributor).ask(&message).await;
                state.step(|state, now| state.take(answer, asked_from, now));
            }
            Task::Report(owner, message) => {
                let answer = objects::distributor(owner.distributor).ask(&message).await;
                state.step(|state, now| state.reported(&message, answer, now));
            }
            Task::Rest => return DONE.into(),
        }
    }
}

/// Sends a message and returns the answer, and the time of sending.
async fn send(state: &Shared<WebhookState>, job: &Job, target: &Target, secrets: &[Secret]) -> (Answered, Timestamp) {
    let (now, wait_ms) = state.step(|state, now| (now, state.pace.wait_ms(now.unix_ms())));
    let demo = config().is_ok_and(|config| config.demo);
    if let Err(error) = target.url.must_be_allowed(demo) {
        return (Answered::NotAllowed(error), now);
    }
    let sent_at = now.plus_ms(wait_ms);
    let (timestamp, signature) = sign(secrets, job.id(), sent_at, &job.body);
    let request = json!({
        "url": target.url,
        "waitMs": wait_ms,
        "headers": {
            "content-type": "application/json",
            "user-agent": concat!("Universal-Wallet-Edge/", env!("CARGO_PKG_VERSION")),
            "webhook-id": job.id(),
            "webhook-timestamp": timestamp,
            "webhook-signature": signature,
        },
        "body": job.body,
    });
    (read(&objects::send(request.to_string()).await), sent_at)
}

/// Reads the shell's account of an answer: `S`, the status and the start of the body, `T` or `N`.
fn read(account: &str) -> Answered {
    if account == "T" {
        return Answered::TimedOut;
    }
    let answer = account.strip_prefix('S').and_then(|rest| rest.split_once('\n'));
    match answer.and_then(|(status, body)| Some((status.parse().ok()?, body))) {
        Some((status, body)) => Answered::Status(status, body.to_owned()),
        None => Answered::NoConnection,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shells_account_is_read_as_an_answer() {
        assert_eq!(read("S204\n"), Answered::Status(204, String::new()));
        assert_eq!(read("S500\na\nb"), Answered::Status(500, "a\nb".into()));
        assert_eq!(read("T"), Answered::TimedOut);
        for broken in ["N", "", "S\n", "E500", "Sx\n"] {
            assert_eq!(read(broken), Answered::NoConnection, "{broken}");
        }
    }
}
