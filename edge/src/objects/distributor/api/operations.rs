//! Operations: requested by keys and persons, read, withdrawn by keys.

use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::{InternalError, Outcome, Refusal};
use universal_wallet_core::keys::model::Key;
use universal_wallet_core::operations::create::{Created, MerchantLookup, Prepared, make, prepare};
use universal_wallet_core::operations::lifecycle;
use universal_wallet_core::operations::model::Operation;
use universal_wallet_core::operations::requester::Requester;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::input::Input;
use universal_wallet_sdk::Timestamp;

use super::response::Handled;
use crate::http::answer::Answer;
use crate::messages::call::Call;
use crate::objects::distributor::state::DistributorState;
use crate::platform::random;

impl DistributorState {
    /// `POST /operations`.
    pub(super) fn create_operation(
        &mut self,
        requester: &Requester,
        call: &Call,
        merchant: &MerchantLookup,
        now: Timestamp,
    ) -> Outcome<Handled> {
        let moment = Moment { now, random: random::bits()? };
        let created = self.create(moment, requester, &call.input, merchant.clone())?;
        self.created(created)
    }

    /// Makes an operation in one transaction, or in one statement, which is atomic too.
    fn create(
        &mut self,
        moment: Moment,
        requester: &Requester,
        input: &Input,
        merchant: MerchantLookup,
    ) -> Outcome<Created> {
        match prepare(&self.store, moment, requester, input, merchant)? {
            Prepared::Done(Created::LookUp(short_code)) => match self.merchants.find(short_code, self.clock)? {
                MerchantLookup::NotYet => Ok(Created::LookUp(short_code)),
                known => self.create(moment, requester, input, known),
            },
            Prepared::Done(created) => Ok(created),
            Prepared::Ready(ready) if ready.is_one_write() => {
                self.write_once(|store| make(store, moment, requester, ready))
            }
            Prepared::Ready(ready) => self.write(|store| make(store, moment, requester, ready)),
        }
    }

    /// Continues a call that requested an operation.
    pub(super) fn created(&mut self, created: Created) -> Outcome<Handled> {
        match created {
            Created::New(operation) => Ok(match self.attempt(operation.number) {
                Some(attempt) => Handled::Deliver(attempt),
                None => Handled::Answer(Answer::json(200, &operation.receipt())?),
            }),
            Created::Replayed(operation) => {
                Ok(Handled::Answer(Answer::json(200, &operation.receipt())?.replayed(true)))
            }
            Created::LookUp(short_code) => Ok(Handled::LookUp(short_code)),
        }
    }

    /// The answer to the call that made an operation, after its wallet was told.
    pub(super) fn receipt(&self, number: u64, operation: Option<Operation>) -> Outcome<Answer> {
        let operation = match operation {
            Some(operation) => operation,
            None => self.store.operation_at(number)?.ok_or_else(|| InternalError::new("a missing operation"))?,
        };
        Ok(Answer::json(200, &operation.receipt())?)
    }

    /// `GET /operations/{operationID}`.
    pub(super) fn get_operation(&self, call: &Call) -> Outcome<Answer> {
        let id = call.subject.parse().map_err(|_| Refusal::not_found())?;
        let operation = self.store.operation(id)?.ok_or_else(Refusal::not_found)?;
        Ok(Answer::json(200, &operation.view(call.distributor))?)
    }

    /// `DELETE /operations/{operationID}`.
    pub(super) fn withdraw_operation(&mut self, key: &Key, call: &Call, now: Timestamp) -> Outcome<Answer> {
        call.input.optional_object()?.finish()?;
        let operation = self.write(|store| lifecycle::withdraw_by_key(store, now, key, &call.subject))?;
        Ok(Answer::json(200, &operation.view(call.distributor))?)
    }
}
