//! What becomes of a request once its caller is recognised.

use std::pin::Pin;

use universal_wallet_core::error::Outcome;

use crate::calls::step::{self, ObjectKind};
use crate::http::answer::Answer;
use crate::messages::call::{Call, Principal};

/// A call that asks objects, and then has the shell's next step.
type Asking = Pin<Box<dyn Future<Output = Outcome<String>>>>;

/// A request whose caller is recognised.
pub(super) enum Begun {
    /// The shell's next step.
    Step(String),
    /// Objects are asked first.
    Asking(Asking),
}

impl Begun {
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
