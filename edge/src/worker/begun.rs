//! State of a request after its caller is authenticated.

use std::pin::Pin;

use universal_wallet_core::error::Outcome;

use crate::calls::step::{self, ObjectKind};
use crate::http::answer::Answer;
use crate::messages::call::{Call, Principal};

/// A call that asks objects and then returns the shell's next step.
type Asking = Pin<Box<dyn Future<Output = Outcome<String>>>>;

/// A request whose caller is authenticated.
pub(super) enum Begun {
    /// The shell's next step.
    Step(String),
    /// A call that asks objects first.
    Asking(Asking),
}

impl Begun {
    /// An answered request.
    pub(super) fn answer(answer: Answer) -> Self {
        Self::Step(answer.text())
    }

    /// A request that is answered after objects were asked.
    pub(super) fn asking(call: impl Future<Output = Outcome<Answer>> + 'static) -> Self {
        Self::Asking(Box::pin(async { Ok(call.await?.text()) }))
    }
}

/// Passes a call to its Distributor, whose step is the next one.
pub(super) fn hand_over(principal: &Principal, call: &Call) -> Outcome<String> {
    Ok(step::ask(None, ObjectKind::Distributor, &call.distributor.to_string(), &call.message(principal)?))
}
