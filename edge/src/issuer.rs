//! The Issuer object, of which there is one: the distributors, the merchants, and the heads of the
//! distributors' chains.

use universal_wallet::ShortCode;
use universal_wallet::id::DistributorID;
use universal_wallet_core::digest::Digest;
use universal_wallet_core::document;
use universal_wallet_core::input::{Input, must_be_same};
use universal_wallet_core::operation::Merchant;
use universal_wallet_core::people::read_name;
use universal_wallet_core::refusal::{Code, Fault, Outcome, refuse};
use universal_wallet_core::store::Idempotency;
use universal_wallet_core::verify::Anchor;
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectState;

use crate::messages::{Begun, CreatedMerchant, ToIssuer};
use crate::platform::answer::report;
use crate::platform::db::{Db, NONE};
use crate::platform::random;
use crate::platform::schema::Schema;
use crate::platform::step::reply;

/// These tables are the first version.
const SCHEMA: Schema = Schema { table: "distributors", steps: &[] };

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

/// How many distributors a page of their list has.
pub(crate) const DISTRIBUTORS_PAGE: usize = 1000;

/// The object, as the shell holds it.
#[wasm_bindgen]
pub struct Issuer {
    db: Db,
}

#[wasm_bindgen]
impl Issuer {
    /// Loads the object.
    pub fn open(state: DurableObjectState) -> Result<Self, JsError> {
        let db = Db::from(state);
        SCHEMA.upgrade(&db)?;
        db.run(TABLES, NONE).map_err(|fault| {
            report("", &fault);
            JsError::new("the object cannot be loaded")
        })?;
        Ok(Self { db })
    }

    /// Takes a message.
    pub fn call(&mut self, message: &str, _now_ms: f64) -> String {
        match document::read(message) {
            Ok(ToIssuer::Begin { id, idempotency_key, request }) => {
                reply(self.db.atomically(|| self.begin(id, idempotency_key, request)))
            }
            Ok(ToIssuer::Created { id }) => reply(self.created(id)),
            Ok(ToIssuer::CreateMerchant { input }) => reply(self.db.atomically(|| self.create_merchant(&input))),
            Ok(ToIssuer::Merchant { short_code }) => reply(self.merchant(&short_code)),
            Ok(ToIssuer::Distributors { after }) => reply(self.distributors(after)),
            Ok(ToIssuer::Anchor { distributor, anchor }) => reply(self.keep(distributor, anchor)),
            Ok(ToIssuer::AnchorOf { distributor }) => reply(self.anchor(distributor)),
            Err(error) => reply::<()>(Err(error.into())),
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

    fn remember(&self, key: Option<&Idempotency>, subject: &str) -> Result<(), Fault> {
        let Some(key) = key else { return Ok(()) };
        self.db.run(
            "INSERT INTO remembered (scope, idempotency, request, subject) VALUES (?, ?, ?, ?)",
            (&key.scope, &key.value, key.request, subject),
        )
    }

    /// A distributor begins; one that began by the same call, and was not finished, goes on.
    fn begin(&self, id: Option<DistributorID>, idempotency_key: Option<String>, request: Digest) -> Outcome<Begun> {
        let key = idempotency_key.map(|value| Idempotency { scope: "distributors".into(), value, request });
        if let Some(key) = &key
            && let Some(subject) = self.remembered(key)?
        {
            let id = subject.parse().map_err(|_| Fault::new("a stored distributor ID that is none"))?;
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

    /// A page of the distributors, and one more where there is more.
    fn distributors(&self, after: Option<DistributorID>) -> Outcome<Vec<DistributorID>> {
        let rows: Vec<(DistributorID,)> = self.db.rows(
            "SELECT id FROM distributors WHERE id > ? AND created = 1 ORDER BY id LIMIT ?",
            (after.map_or_else(String::new, |id| id.to_string()), DISTRIBUTORS_PAGE + 1),
        )?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    fn merchant(&self, short_code: &str) -> Outcome<Option<Merchant>> {
        let row: Option<(String,)> = self.db.row("SELECT doc FROM merchants WHERE short_code = ?", (short_code,))?;
        Ok(row.map(|(doc,)| document::read(&doc)).transpose()?)
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
            let merchant = known.ok_or_else(|| Fault::new("a remembered merchant that is not there"))?;
            return Ok(CreatedMerchant { merchant, replayed: true });
        }
        if known.is_some() {
            return refuse(Code::AlreadyExists, format!("The short code {short_code} is taken."));
        }
        let merchant = Merchant { id: format!("mer_{}", random::uuid()?), short_code, name };
        self.db
            .run("INSERT INTO merchants (short_code, doc) VALUES (?, ?)", (short_code, document::write(&merchant)?))?;
        self.remember(key.as_ref(), &short_code.to_string())?;
        Ok(CreatedMerchant { merchant, replayed: false })
    }

    /// Keeps the head of a chain; one that is not further than the last is not kept.
    fn keep(&self, distributor: DistributorID, anchor: Anchor) -> Outcome<()> {
        if self.anchor(distributor)?.is_some_and(|kept| kept.number >= anchor.number) {
            return Ok(());
        }
        Ok(self.db.run(
            "INSERT INTO anchors (distributor, doc) VALUES (?, ?) \
             ON CONFLICT (distributor) DO UPDATE SET doc = excluded.doc",
            (distributor, document::write(&anchor)?),
        )?)
    }

    fn anchor(&self, distributor: DistributorID) -> Outcome<Option<Anchor>> {
        let row: Option<(String,)> = self.db.row("SELECT doc FROM anchors WHERE distributor = ?", (distributor,))?;
        Ok(row.map(|(doc,)| document::read(&doc)).transpose()?)
    }
}
