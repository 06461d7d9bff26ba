//! The User object, named by login: the account, its sessions, and the distributors that invited the login. A login that
//! nobody invited stores nothing and costs the same work.

mod account;
mod second_factor;
mod sessions;

use universal_wallet_core::error::{InternalError, Outcome};
use universal_wallet_core::people::account::{Account, UserRecord};
use universal_wallet_core::people::sign_in::not_signed_in;
use universal_wallet_core::text::json_text;
use universal_wallet_sdk::Timestamp;
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectState;

use crate::messages::envelope::{self, Receiver};
use crate::messages::reply::{reply, unreadable};
use crate::messages::to_user::ToUser;
use crate::platform::clock;
use crate::platform::migrations::Migrations;
use crate::platform::storage::{NONE, Storage};

const MIGRATIONS: Migrations = Migrations { table: "user", retired: None, steps: &[] };

const TABLES: &str = "
CREATE TABLE user (one INTEGER PRIMARY KEY CHECK (one = 1), doc TEXT NOT NULL) STRICT;
CREATE TABLE sessions (
  token TEXT PRIMARY KEY, created INTEGER NOT NULL, seen INTEGER NOT NULL, wrong INTEGER NOT NULL DEFAULT 0,
  proofs TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

/// The object as the shell holds it.
#[wasm_bindgen]
pub struct User {
    db: Storage,
    record: UserRecord,
}

#[wasm_bindgen]
impl User {
    /// Loads the object; the event names the request.
    pub fn open(state: DurableObjectState, event: &str) -> Result<Self, JsError> {
        envelope::enter("User", event);
        let db = Storage::from(state);
        let record = MIGRATIONS.open(&db, || load(&db))?;
        Ok(Self { db, record })
    }

    /// Handles a message.
    pub fn call(&mut self, message: &str, now_ms: f64) -> String {
        envelope::enter("User", message);
        clock::begin(now_ms);
        match envelope::read(Receiver::User, message) {
            Ok(message) => self.take(message, clock::now()),
            Err(fault) => unreadable(&fault),
        }
    }
}

fn load(db: &Storage) -> Result<UserRecord, InternalError> {
    if !db.has_table("user")? {
        return Ok(UserRecord::default());
    }
    let row: Option<(String,)> = db.row("SELECT doc FROM user", NONE)?;
    row.map_or_else(|| Ok(UserRecord::default()), |(doc,)| json_text::read(&doc))
}

impl User {
    fn take(&mut self, message: ToUser, now: Timestamp) -> String {
        match message {
            ToUser::SignIn { password, device } => reply(self.sign_in(password.expose(), device.as_deref(), now)),
            ToUser::SignInByCode { code } => reply(self.sign_in_by_code(&code, now)),
            ToUser::NoteDevice { device } => reply(self.note_device(&device, now)),
            ToUser::Factor(call) => reply(self.factor_call(*call, now)),
            ToUser::SignInByPasskey(sign_in) => reply(self.sign_in_by_passkey(*sign_in, now)),
            ToUser::Session { token } => reply(self.session(&token, now)),
            ToUser::EndOf { token } => reply(self.end_of(&token, now)),
            ToUser::SignOut { token } => reply(self.sign_out(&token, now)),
            ToUser::ChangePassword { token, current, new } => {
                reply(self.change_password(&token, current.expose(), new.expose(), now))
            }
            ToUser::Invite { distributor } => reply(self.invite(distributor)),
            ToUser::Start { code, membership, name } => reply(self.start(code, membership, name)),
            ToUser::Abandon { code } => reply(self.change(|record| {
                record.abandon(&code);
                Ok(())
            })),
            ToUser::Finish { login, code, password } => reply(self.finish(&login, &code, password, now)),
            ToUser::InvitedBy { token } => reply(self.session(&token, now).map(|_| self.record.invited_by.clone())),
            ToUser::BeginJoining { token, membership } => reply(
                self.session(&token, now)
                    .and_then(|_| self.change_account(|account| account.begin_joining(membership))),
            ),
            ToUser::Forget { membership } => reply(self.change_account(|account| {
                account.forget(&membership);
                Ok(())
            })),
            ToUser::Look => reply(Ok(self.known())),
            ToUser::Reset { by, unknown, code } => reply(self.reset(by, &unknown, code, now)),
            ToUser::ResetByIssuer { told, code, call } => reply(self.reset_by_issuer(&told, code, call, now)),
        }
    }

    /// Changes the record and stores it; a refusal changes nothing.
    fn change<T>(&mut self, change: impl FnOnce(&mut UserRecord) -> Outcome<T>) -> Outcome<T> {
        let mut record = self.record.clone();
        let result = change(&mut record)?;
        if record == self.record {
            return Ok(result);
        }
        if !self.db.has_table("user")? {
            MIGRATIONS.create(&self.db, TABLES)?;
        }
        let doc = json_text::write(&record)?;
        self.db.run(
            "INSERT INTO user (one, doc) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET doc = excluded.doc",
            (doc,),
        )?;
        self.record = record;
        Ok(result)
    }

    /// Changes the account, which must exist.
    fn change_account<T>(&mut self, change: impl FnOnce(&mut Account) -> Outcome<T>) -> Outcome<T> {
        self.change(|record| change(record.account.as_mut().ok_or_else(not_signed_in)?))
    }
}
