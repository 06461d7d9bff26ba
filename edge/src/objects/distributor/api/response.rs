//! What a handler comes to, and what the call comes to.

use universal_wallet::id::DistributorID;
use universal_wallet_core::error::InternalError;
use universal_wallet_core::text::json_text;

use crate::calls::step;
use crate::http::answer::Answer;
use crate::messages::envelope::{self, Receiver};
use crate::messages::to_distributor::{ExportPage, ToDistributor};
use crate::objects::distributor::deliveries::Attempt;

/// What a handler comes to in one synchronous stretch.
pub(super) enum Handled {
    /// Its answer.
    Answer(Answer),
    /// The beginning of a stream, and where it goes on.
    Stream(Answer, Option<ExportPage>),
    /// The merchant of this short code is looked up; then the call is decided again from its beginning.
    LookUp(String),
    /// A wallet is told first.
    Deliver(Attempt),
}

/// What a call comes to.
pub(super) enum Response {
    /// Its answer.
    Answer(Answer),
    /// The beginning of a stream, and where it goes on.
    Stream(Answer, ExportPage),
}

impl Response {
    /// A stream, which is an ordinary answer where it fits on one page.
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
            Self::Stream(answer, page) => step::stream(answer, &distributor.to_string(), &export_message(page)?),
        }
    }
}

/// The message that asks for a page of an export.
pub(super) fn export_message(export: ExportPage) -> Result<String, InternalError> {
    Ok(envelope::write(Receiver::Distributor, &json_text::write(&ToDistributor::Export { export })?))
}
