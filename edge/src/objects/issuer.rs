//! The single Issuer object: the distributors, the merchants, and the heads of the distributors' chains.

use universal_wallet_core::audit::verify::Anchor;
use universal_wallet_core::error::{Code, InternalError, Outcome, refuse};
use universal_wallet_core::id::DistributorID;
use universal_wallet_core::operations::model::Merchant;
use universal_wallet_core::people::model::read_name;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::{Idempotency, Input, must_be_same};
use universal_wallet_core::text::json_text;
use universal_wallet_sdk::ShortCode;
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectState;

use crate::messages::envelope::{self, Receiver};
use crate::messages::reply::{reply, unreadable};
use crate::messages::to_issuer::{Begun, CreatedMerchant, DISTRIBUTORS_PAGE, ToIssuer};
use crate::platform::migrations::Migrations;
use crate::platform::random;
use crate::platform::storage::{NONE, Storage};

const MIGRATIONS: Migrations = Migrations { table: "distributors", retired: None, steps: &[] };

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS distributors (
  id TEXT PRIMARY KEY, request TEXT NOT NULL, created INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS merchants (short_code TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS anchors (distributor TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS remembered (
  scope TEXT NOT NULL, idempotency TEXT NOT NULL, request TEXT NOT NULL, subject TEXT NOT NULL,
  PRIMARY KEY (scope, idempotency)
) STRICT, WITHOUT ROWID;
";

/// The object as the shell holds it.
#[wasm_bindgen]
pub struct Issuer {
    db: Storage,
}

#[wasm_bindgen]
impl Issuer {
    /// Loads the object; the event names the request.
    pub fn open(state: DurableObjectState, event: &str) -> Result<Self, JsError> {
        envelope::enter("Issuer", event);
        let db = Storage::from(state);
        MIGRATIONS.open(&db, || db.run(TABLES, NONE))?;
        Ok(Self { db })
    }

    /// Handles a message.
    pub fn call(&mut self, message: &str, _now_ms: f64) -> String {
        envelope::enter("Issuer", message);
        match envelope::read(Receiver::Issuer, message) {
            Ok(message) => self.take(message),
            Err(fault) => unreadable(&fault),
        }
    }
}

impl Issuer {
    fn take(&self, message: ToIssuer) -> String {
        match message {
            ToIssuer::Begin { id, idempotency_key, request } => {
                reply(self.db.atomically(|| self.begin(id, idempotency_key, request)))
            }
            ToIssuer::Created { id } => reply(self.created(id)),
            ToIssuer::Remember { idempotency } => reply(self.remember_once(&idempotency)),
            ToIssuer::CreateMerchant { input } => reply(self.db.atomically(|| self.create_merchant(&input))),
            ToIssuer::Merchant { short_code } => reply(self.merchant(&short_code)),
            ToIssuer::Distributors { after } => reply(self.distributors(after)),
            ToIssuer::Anchor { distributor, anchor } => reply(self.keep(distributor, anchor)),
            ToIssuer::AnchorOf { distributor } => reply(self.anchor(distributor)),
        }
    }

    fn remembered(&self, key: &Idempotency) -> Outcome<Option<String>> {
        let row: Option<(Digest, String)> = self.db.row(
            "SELECT request, subject FROM remembered WHERE scope = ? AND idempotency = ?",
            (&key.scope, &key.value),
        )?;
        match row {
            Some((request, subject)) => must_be_same(&request, &key.request).map(|()| Some(subject)),
            None => Ok(None),
        }
    }

    fn remember(&self, key: Option<&Idempotency>, subject: &str) -> Result<(), InternalError> {
        let Some(key) = key else { return Ok(()) };
        self.db.run(
            "INSERT INTO remembered (scope, idempotency, request, subject) VALUES (?, ?, ?, ?)",
            (&key.scope, &key.value, key.request, subject),
        )
    }

    fn remember_once(&self, key: &Idempotency) -> Outcome<()> {
        match self.remembered(key)? {
            Some(_) => Ok(()),
            None => Ok(self.remember(Some(key), "")?),
        }
    }

    /// Begins a distributor; a repeated call continues the one that it began.
    fn begin(&self, id: Option<DistributorID>, idempotency_key: Option<String>, request: Digest) -> Outcome<Begun> {
        let key = idempotency_key.map(|value| Idempotency { scope: "distributors".into(), value, request });
        if let Some(key) = &key
            && let Some(subject) = self.remembered(key)?
        {
            let id =
                subject.parse().map_err(|_| InternalError::new("a stored distributor ID that cannot be parsed"))?;
            let row: Option<(u8,)> = self.db.row("SELECT created FROM distributors WHERE id = ?", (id,))?;
            return Ok(Begun { id, replayed: row.is_some_and(|(created,)| created == 1) });
        }
        let id = match id {
            Some(id) => id,
            None => DistributorID::from_uuid(random::uuid()?),
        };
        let row: Option<(Digest, u8)> = self.db.row("SELECT request, created FROM distributors WHERE id = ?", (id,))?;
        match row {
            Some((before, 0)) if before == request => {}
            Some(_) => return refuse(Code::AlreadyExists, "There is a distributor with this ID already."),
            None => self.db.run("INSERT INTO distributors (id, request) VALUES (?, ?)", (id, request))?,
        }
        self.remember(key.as_ref(), &id.to_string())?;
        Ok(Begun { id, replayed: false })
    }

    fn created(&self, id: DistributorID) -> Outcome<()> {
        Ok(self.db.run("UPDATE distributors SET created = 1 WHERE id = ?", (id,))?)
    }

    /// A page of the distributors, and one more if another page follows.
    fn distributors(&self, after: Option<DistributorID>) -> Outcome<Vec<DistributorID>> {
        let rows: Vec<(DistributorID,)> = self.db.rows(
            "SELECT id FROM distributors WHERE id > ? AND created = 1 ORDER BY id LIMIT ?",
            (after.map_or_else(String::new, |id| id.to_string()), DISTRIBUTORS_PAGE + 1),
        )?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    fn merchant(&self, short_code: &str) -> Outcome<Option<Merchant>> {
        let row: Option<(String,)> = self.db.row("SELECT doc FROM merchants WHERE short_code = ?", (short_code,))?;
        Ok(row.map(|(doc,)| json_text::read(&doc)).transpose()?)
    }

    fn create_merchant(&self, input: &Input) -> Outcome<CreatedMerchant> {
        input.idempotency_key()?;
        let mut body = input.object()?;
        let short_code: Option<ShortCode> = body.required("shortCode");
        let name = read_name(&mut body, "name");
        body.finish()?;
        let (Some(short_code), Some(name)) = (short_code, name) else {
            return refuse(Code::InvalidRequest, "The request is not complete.");
        };
        let key = input.idempotency("merchants", "POST merchants", &format!("{short_code}\0{name}"))?;
        let known = self.merchant(&short_code.to_string())?;
        if let Some(key) = &key
            && self.remembered(key)?.is_some()
        {
            let merchant = known.ok_or_else(|| InternalError::new("a remembered merchant that is missing"))?;
            return Ok(CreatedMerchant { merchant, replayed: true });
        }
        if known.is_some() {
            return refuse(Code::AlreadyExists, format!("The short code {short_code} is taken."));
        }
        let merchant = Merchant { id: format!("mer_{}", random::uuid()?), short_code, name };
        self.db
            .run("INSERT INTO merchants (short_code, doc) VALUES (?, ?)", (short_code, json_text::write(&merchant)?))?;
        self.remember(key.as_ref(), &short_code.to_string())?;
        Ok(CreatedMerchant { merchant, replayed: false })
    }

    /// Keeps the head of a chain, unless it is no further than the kept one.
    fn keep(&self, distributor: DistributorID, anchor: Anchor) -> Outcome<()> {
        if self.anchor(distributor)?.is_some_and(|kept| kept.number >= anchor.number) {
            return Ok(());
        }
        Ok(self.db.run(
            "INSERT INTO anchors (distributor, doc) VALUES (?, ?) \
             ON CONFLICT (distributor) DO UPDATE SET doc = excluded.doc",
            (distributor, json_text::write(&anchor)?),
        )?)
    }

    fn anchor(&self, distributor: DistributorID) -> Outcome<Option<Anchor>> {
        let row: Option<(String,)> = self.db.row("SELECT doc FROM anchors WHERE distributor = ?", (distributor,))?;
        Ok(row.map(|(doc,)| json_text::read(&doc)).transpose()?)
    }
}
