//! Results of a handler and of a call.

use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::DistributorID;
use universal_wallet_core::text::json_text;
use universal_wallet_sdk::ShortCode;

use crate::calls::step;
use crate::http::answer::Answer;
use crate::messages::envelope::{self, Receiver};
use crate::messages::refused_key::RefusedKey;
use crate::messages::to_distributor::{ExportPage, ToDistributor};
use crate::objects::distributor::deliveries::Attempt;

/// Result of a handler's synchronous stretch.
pub(super) enum Handled {
    /// The answer of the call.
    Answer(Answer),
    /// The start of a stream, and the position of its next page.
    Stream(Answer, Option<ExportPage>),
    /// A refusal that the Worker is to repeat for a moment.
    Learn(RefusedKey, Answer),
    /// The merchant with this short code has to be looked up; then the decision starts over.
    LookUp(ShortCode),
    /// A wallet has to be told first.
    Deliver(Attempt),
}

/// Result of a call.
pub(super) enum Response {
    /// The answer of the call.
    Answer(Answer),
    /// The start of a stream, and the position of its next page.
    Stream(Answer, ExportPage),
    /// A refusal that the Worker is to repeat for a moment.
    Learn(RefusedKey, Answer),
}

impl Response {
    /// A stream, or an ordinary answer if one page is enough.
    pub(super) fn stream(answer: Answer, more: Option<ExportPage>) -> Self {
        match more {
            Some(page) => Self::Stream(answer, page),
            None => Self::Answer(answer),
        }
    }

    /// The shell's next step.
    pub(super) fn step(self, distributor: DistributorID) -> Result<String, InternalError> {
        match self {
            Self::Answer(answer) => Ok(answer.text()),
            Self::Learn(refused, answer) => Ok(step::learn(&refused.text(), answer)),
            Self::Stream(answer, page) => step::stream(answer, &distributor.to_string(), &export_message(page)?),
        }
    }
}

/// The message that asks for a page of an export.
pub(super) fn export_message(export: ExportPage) -> Result<String, InternalError> {
    Ok(envelope::write(Receiver::Distributor, &json_text::write(&ToDistributor::Export { export })?))
}
