//! The User object, named by login: password, failed attempts, sessions, memberships. An unknown login stores nothing
//! and costs the same work.

use serde::{Deserialize, Serialize};
use universal_wallet_core::error::{Code, InternalError, Outcome, Refusal, refuse};
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::people::model::Login;
use universal_wallet_core::people::password::{
    HalfMark, MAX_BYTES, MIN_CHARACTERS, ONE_TIME_MS, PasswordHash, random_text, verify,
};
use universal_wallet_core::people::sign_in::{
    IDLE_MS, KNOWN_MS, MAX_FROM_ANYWHERE, MAX_PER_LOGIN, WINDOW_MS, alive, not_signed_in, too_many, wrong_credentials,
};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::json_text;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_sdk::Timestamp;
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectState;

use crate::messages::envelope::{self, Receiver};
use crate::messages::reply::{reply, unreadable};
use crate::messages::to_user::{Joined, Known, SignedIn, ToUser, Welcome};
use crate::platform::migrations::Migrations;
use crate::platform::storage::{NONE, Storage};
use crate::platform::{clock, random};

const MIGRATIONS: Migrations = Migrations { table: "user", retired: None, steps: &[] };

const TABLES: &str = "
CREATE TABLE user (one INTEGER PRIMARY KEY CHECK (one = 1), doc TEXT NOT NULL) STRICT;
CREATE TABLE sessions (
  token TEXT PRIMARY KEY, created INTEGER NOT NULL, seen INTEGER NOT NULL, wrong INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE known_addresses (ip TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

/// Minimum time between two records of a session's use.
const SEEN_STEP_MS: i64 = 60_000;

/// A person who can sign in.
#[derive(Clone, Serialize, Deserialize)]
struct UserRecord {
    id: UserID,
    login: Login,
    name: String,
    password: PasswordHash,
    /// Expiry of a password made by others, which signs in once and has to be changed.
    one_time_until: Option<Timestamp>,
    one_time_used: bool,
    /// Failures since the last sign-in.
    failures: u32,
    distributors: Vec<DistributorID>,
    /// The call or approval that created the person, by which a repeated one finds them again.
    provisioning: String,
    created_at: Timestamp,
}

/// The object as the shell holds it.
#[wasm_bindgen]
pub struct User {
    db: Storage,
    person: Option<UserRecord>,
}

#[wasm_bindgen]
impl User {
    /// Loads the object; the event names the request.
    pub fn open(state: DurableObjectState, event: &str) -> Result<Self, JsError> {
        envelope::enter("User", event);
        let db = Storage::from(state);
        let person = MIGRATIONS.open(&db, || load(&db))?;
        Ok(Self { db, person })
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

fn load(db: &Storage) -> Result<Option<UserRecord>, InternalError> {
    if !db.has_table("user")? {
        return Ok(None);
    }
    let row: Option<(String,)> = db.row("SELECT doc FROM user", NONE)?;
    row.map(|(doc,)| json_text::read(&doc)).transpose()
}

impl User {
    fn take(&mut self, message: ToUser, now: Timestamp) -> String {
        match message {
            ToUser::SignIn { password, ip } => reply(self.sign_in(password.expose(), &ip, now)),
            ToUser::Session { token } => reply(self.session(&token, now)),
            ToUser::SignOut { token } => reply(self.sign_out(&token, now)),
            ToUser::ChangePassword { token, current, new } => {
                reply(self.change_password(&token, current.expose(), new.expose(), now))
            }
            ToUser::Join { login, name, distributor, password, provisioning } => {
                reply(self.join(login, name, distributor, password, provisioning, now))
            }
            ToUser::Look => reply(Ok(self.known())),
            ToUser::Welcome(welcome) => reply(self.welcome(welcome, now)),
            ToUser::Reset { distributor, first_half, second_half } => {
                reply(self.reset(distributor, first_half, second_half.expose(), now))
            }
            ToUser::End => reply(self.end()),
        }
    }

    fn save(&mut self, person: UserRecord) -> Result<(), InternalError> {
        let doc = json_text::write(&person)?;
        self.db.run(
            "INSERT INTO user (one, doc) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET doc = excluded.doc",
            (doc,),
        )?;
        self.person = Some(person);
        Ok(())
    }

    fn signed_in(person: &UserRecord, token: Option<Secret>) -> SignedIn {
        SignedIn {
            user: person.id,
            login: person.login.clone(),
            name: person.name.clone(),
            must_change_password: person.one_time_until.is_some(),
            distributors: person.distributors.clone(),
            token,
        }
    }

    fn sign_in(&mut self, password: &str, ip: &str, now: Timestamp) -> Outcome<SignedIn> {
        if let Some(person) = &self.person
            && person.failures >= MAX_FROM_ANYWHERE
            && !self.is_known_address(ip, now)?
        {
            return Err(too_many(WINDOW_MS).into());
        }
        // Argon2id has the same cost for known and unknown logins.
        let tried = if password.len() > MAX_BYTES { "" } else { password };
        let right = verify(tried, self.person.as_ref().map(|person| &person.password))?;
        let Some(person) = self.person.clone() else { return Err(wrong_credentials().into()) };
        let expired = person.one_time_until.is_some_and(|until| person.one_time_used || now >= until);
        if !right || expired {
            let failures = person.failures.saturating_add(1);
            self.save(UserRecord { failures, ..person })?;
            return Err(wrong_credentials().into());
        }
        let secret = random_text(&random::bytes()?, 43);
        let one_time_used = person.one_time_until.is_some();
        self.save(UserRecord { failures: 0, one_time_used, ..person.clone() })?;
        self.db.run("DELETE FROM sessions WHERE seen <= ?", (now.unix_ms() - IDLE_MS,))?;
        self.db.run(
            "INSERT INTO sessions (token, created, seen) VALUES (?1, ?2, ?2)",
            (Digest::of(&[secret.as_bytes()]), now.unix_ms()),
        )?;
        self.db.run(
            "INSERT INTO known_addresses (ip, at) VALUES (?, ?) ON CONFLICT (ip) DO UPDATE SET at = excluded.at",
            (ip, now.unix_ms()),
        )?;
        self.db.run("DELETE FROM known_addresses WHERE at <= ?", (now.unix_ms() - KNOWN_MS,))?;
        Ok(Self::signed_in(&person, Some(secret.into())))
    }

    fn is_known_address(&self, ip: &str, now: Timestamp) -> Result<bool, InternalError> {
        let since = now.unix_ms() - KNOWN_MS;
        let row: Option<(u8,)> = self.db.row("SELECT 1 FROM known_addresses WHERE ip = ? AND at > ?", (ip, since))?;
        Ok(row.is_some())
    }

    /// The person of a live session.
    fn session(&mut self, token: &Digest, now: Timestamp) -> Outcome<SignedIn> {
        let Some(person) = &self.person else { return Err(not_signed_in().into()) };
        let row: Option<(i64, i64)> = self.db.row("SELECT created, seen FROM sessions WHERE token = ?", (token,))?;
        let Some((created, seen)) = row else { return Err(not_signed_in().into()) };
        if !alive(Timestamp::from_unix_ms(created), Timestamp::from_unix_ms(seen), now) {
            self.db.run("DELETE FROM sessions WHERE token = ?", (token,))?;
            return Err(not_signed_in().into());
        }
        if now.unix_ms() - seen >= SEEN_STEP_MS {
            self.db.run("UPDATE sessions SET seen = ? WHERE token = ?", (now.unix_ms(), token))?;
        }
        Ok(Self::signed_in(person, None))
    }

    fn sign_out(&mut self, token: &Digest, now: Timestamp) -> Outcome<SignedIn> {
        let person = self.session(token, now)?;
        self.db.run("DELETE FROM sessions WHERE token = ?", (token,))?;
        Ok(person)
    }

    fn change_password(&mut self, token: &Digest, current: &str, new: &str, now: Timestamp) -> Outcome<SignedIn> {
        let caller = self.session(token, now)?;
        if new.chars().count() < MIN_CHARACTERS {
            let message = format!("must have at least {MIN_CHARACTERS} characters");
            return Err(Refusal::field(Code::InvalidRequest, "new", message).into());
        }
        if new.len() > MAX_BYTES {
            return Err(Refusal::field(Code::InvalidRequest, "new", "is too long").into());
        }
        if new == current {
            return Err(Refusal::field(Code::InvalidRequest, "new", "must differ from the current one").into());
        }
        let Some(person) = self.person.clone() else { return Err(not_signed_in().into()) };
        if !verify(current, Some(&person.password))? {
            // Somebody who found an open session must not be able to guess the password in it.
            self.db.run("UPDATE sessions SET wrong = wrong + 1 WHERE token = ?", (token,))?;
            self.db.run("DELETE FROM sessions WHERE token = ? AND wrong >= ?", (token, MAX_PER_LOGIN))?;
            return refuse(Code::InvalidCredentials, "The current password is wrong.");
        }
        let password = PasswordHash::new(new, random::bytes()?)?;
        self.save(UserRecord { password, one_time_until: None, one_time_used: false, failures: 0, ..person })?;
        self.db.run("DELETE FROM sessions WHERE token <> ?", (token,))?;
        Ok(caller)
    }

    fn known(&self) -> Option<Known> {
        let person = self.person.as_ref()?;
        Some(Known { user: person.id, name: person.name.clone(), distributors: person.distributors.clone() })
    }

    /// Ends all sessions.
    fn end(&self) -> Outcome<()> {
        if self.person.is_none() {
            return Ok(());
        }
        Ok(self.db.run("DELETE FROM sessions", NONE)?)
    }

    /// Adds a member whom two people approved. The approval is decided after this, so a repeated message finds the
    /// person made before, until somebody signs in.
    fn welcome(&mut self, welcome: Welcome, now: Timestamp) -> Outcome<()> {
        let Welcome { user, login, name, distributor, approval, halves } = welcome;
        let known = self.person.clone();
        let mine = |person: &UserRecord| person.provisioning == approval && !person.one_time_used;
        if let Some(mut person) = known.clone().filter(|person| !mine(person)) {
            if person.id != user || halves.is_some() {
                return refuse(Code::InvalidState, "This login belongs to somebody by now; ask again.");
            }
            if !person.distributors.contains(&distributor) {
                person.distributors.push(distributor);
                self.save(person)?;
            }
            return Ok(());
        }
        let Some((first_half, second_half)) = halves else {
            return refuse(Code::InvalidState, "This login belongs to nobody by now; ask again.");
        };
        if known.is_none() {
            MIGRATIONS.create(&self.db, TABLES)?;
        }
        let password = PasswordHash::of_halves(first_half, second_half.expose())?;
        self.save(UserRecord {
            id: user,
            login,
            name,
            password,
            one_time_until: Some(now.plus_ms(ONE_TIME_MS)),
            one_time_used: false,
            failures: 0,
            distributors: vec![distributor],
            provisioning: approval,
            created_at: now,
        })?;
        Ok(())
    }

    /// Sets a new password that two people of a distributor approved. They must not let themselves in as somebody who
    /// also belongs to other distributors.
    fn reset(&mut self, distributor: DistributorID, first: HalfMark, second: &str, now: Timestamp) -> Outcome<()> {
        let Some(person) = self.person.clone() else { return Err(Refusal::not_found().into()) };
        if person.distributors != [distributor] {
            return refuse(Code::InvalidState, "This person is a member of other distributors too; ask the issuer.");
        }
        let password = PasswordHash::of_halves(first, second)?;
        let one_time_until = Some(now.plus_ms(ONE_TIME_MS));
        self.save(UserRecord { password, one_time_until, one_time_used: false, failures: 0, ..person })?;
        self.end()
    }

    /// Makes the person a member. An existing login keeps name and password; a new one gets a password that signs in
    /// once, or the demo password.
    fn join(
        &mut self,
        login: Login,
        name: String,
        distributor: DistributorID,
        demo_password: Option<Secret>,
        provisioning: String,
        now: Timestamp,
    ) -> Outcome<Joined> {
        let known = self.person.clone();
        if let Some(mut person) =
            known.clone().filter(|person| person.provisioning != provisioning || person.one_time_used)
        {
            if !person.distributors.contains(&distributor) {
                person.distributors.push(distributor);
                self.save(person.clone())?;
            }
            return Ok(Joined { user: person.id, name: person.name, one_time_password: None });
        }
        let one_time = demo_password.is_none();
        let text = match demo_password {
            Some(password) => password,
            None => random_text(&random::bytes()?, 20).into(),
        };
        let person = UserRecord {
            id: match &known {
                Some(person) => person.id,
                None => UserID::from_uuid(random::uuid()?),
            },
            login,
            name: name.clone(),
            password: PasswordHash::new(text.expose(), random::bytes()?)?,
            one_time_until: one_time.then(|| now.plus_ms(ONE_TIME_MS)),
            one_time_used: false,
            failures: 0,
            distributors: vec![distributor],
            provisioning,
            created_at: now,
        };
        if known.is_none() {
            MIGRATIONS.create(&self.db, TABLES)?;
        }
        let user = person.id;
        self.save(person)?;
        Ok(Joined { user, name, one_time_password: one_time.then_some(text) })
    }
}
