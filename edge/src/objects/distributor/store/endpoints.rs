//! Endpoints in storage.

use std::rc::Rc;

use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::WebhookID;
use universal_wallet_core::text::json_text;
use universal_wallet_core::webhooks::model::Endpoint;
use universal_wallet_sdk::Timestamp;

use super::{SqlStore, stored};
use crate::platform::storage::NONE;

impl SqlStore {
    pub(super) fn endpoint(&self, id: WebhookID) -> Result<Option<Rc<Endpoint>>, InternalError> {
        let Some(number) = self.number_of(id.uuid()) else { return Ok(None) };
        let endpoint: Option<Endpoint> = stored(self.db.row("SELECT doc FROM webhooks WHERE n = ?", (number,))?)?;
        Ok(endpoint.filter(|endpoint| endpoint.id == id).map(Rc::new))
    }

    pub(super) fn live_endpoints(&self) -> Result<Vec<Rc<Endpoint>>, InternalError> {
        let rows: Vec<(String,)> = self.db.rows("SELECT doc FROM webhooks WHERE live = 1 ORDER BY n", NONE)?;
        rows.iter().map(|(text,)| Ok(Rc::new(json_text::read(text)?))).collect()
    }

    pub(super) fn put_endpoint(&mut self, endpoint: &Endpoint, document: &str) -> Result<(), InternalError> {
        let Some(number) = self.number_of(endpoint.id.uuid()) else {
            return Err(InternalError::new("an endpoint ID outside this distributor's numbering"));
        };
        self.senders_changed = true;
        self.db.run(
            "INSERT INTO webhooks (n, id, live, doc) VALUES (?, ?, ?, ?) ON CONFLICT (n) DO UPDATE SET \
             live = excluded.live, doc = excluded.doc",
            (number, endpoint.id, u8::from(endpoint.is_live()), document),
        )
    }

    /// Time since which an endpoint's receiver fails.
    pub(crate) fn failing_since(&self, id: WebhookID) -> Result<Option<Timestamp>, InternalError> {
        let Some(number) = self.number_of(id.uuid()) else { return Ok(None) };
        let row: Option<(Option<i64>,)> = self.db.row("SELECT failing FROM webhooks WHERE n = ?", (number,))?;
        Ok(row.and_then(|(at,)| at).map(Timestamp::from_unix_ms))
    }

    /// Records the report of an endpoint's object.
    pub(crate) fn set_failing(&self, id: WebhookID, since: Option<Timestamp>) -> Result<(), InternalError> {
        let Some(number) = self.number_of(id.uuid()) else { return Ok(()) };
        self.db.run("UPDATE webhooks SET failing = ? WHERE n = ?", (since.map(Timestamp::unix_ms), number))
    }

    /// Endpoints whose receiver fails or was given up, newest first, with the time of the first failure.
    pub(crate) fn endpoints_in_trouble(&self) -> Result<Vec<(Endpoint, Option<Timestamp>)>, InternalError> {
        let rows: Vec<(Option<i64>, String)> = self
            .db
            .rows("SELECT failing, doc FROM webhooks WHERE failing IS NOT NULL ORDER BY n DESC LIMIT 100", NONE)?;
        rows.into_iter().map(|(at, text)| Ok((json_text::read(&text)?, at.map(Timestamp::from_unix_ms)))).collect()
    }
}
