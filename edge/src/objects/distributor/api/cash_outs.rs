//! Customers' cash-out requests: listed and processed.

use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::Outcome;
use universal_wallet_core::operations::cash_outs;
use universal_wallet_core::operations::model::CashOutRequest;
use universal_wallet_core::operations::requester::Requester;
use universal_wallet_core::operations::responses::{CashOutPage, CashOutRequestView};
use universal_wallet_core::text::json_text;
use universal_wallet_sdk::Timestamp;

use super::lists::Cursors;
use super::response::Handled;
use crate::http::answer::Answer;
use crate::http::query::Query;
use crate::messages::call::Call;
use crate::objects::distributor::state::DistributorState;
use crate::platform::random;

impl DistributorState {
    /// `GET /cashouts`: open requests, oldest first.
    pub(super) fn list_cash_outs(&self, call: &Call) -> Outcome<Answer> {
        let query = Query::of(call.route, &call.query)?;
        let limit = query.limit()?;
        let cursors = Cursors::new(&self.store, "cashouts");
        let after = cursors.read(&query)?.unwrap_or(0);
        let rows: Vec<(u64, String)> = self.store.db.rows(
            "SELECT n, doc FROM requests WHERE status = 'open' AND n > ? ORDER BY n LIMIT ?",
            (after, limit + 1),
        )?;
        let more = rows.len() > limit as usize;
        let mut items: Vec<CashOutRequestView> = Vec::with_capacity(rows.len());
        for (number, text) in rows.into_iter().take(limit as usize) {
            let request: CashOutRequest = json_text::read(&text)?;
            items.push(request.view(cursors.make(number)));
        }
        let next_cursor = items.last().filter(|_| more).map(|item| item.cursor.clone()).unwrap_or_default();
        Ok(Answer::json(200, &CashOutPage { items, next_cursor, limit })?)
    }

    /// `PUT /cashouts/{operationID}`.
    pub(super) fn process_cash_out(&mut self, requester: &Requester, call: &Call, now: Timestamp) -> Outcome<Handled> {
        let moment = Moment { now, random: random::bits()? };
        let created = self.write(|store| cash_outs::process(store, moment, requester, &call.subject, &call.input))?;
        self.created(created)
    }
}
