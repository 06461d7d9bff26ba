//! One browser, two people, a key, and what they began: a tab, a socket and a reading of the ledger.

use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::audit::reader::{Reader, Reading};
use universal_wallet_core::id::KeyID;
use universal_wallet_core::keys::model::KeyStatus;
use universal_wallet_core::keys::settings::Permission;
use universal_wallet_core::operations::create::MerchantLookup;
use universal_wallet_core::operations::requester::Requester;
use universal_wallet_core::people::codes::HalfDigest;
use universal_wallet_core::people::listening::Watch;
use universal_wallet_core::people::model::Role;
use universal_wallet_core::people::sign_in::{IDLE_MS, SESSION_MS, alive, end, refuse_another};
use universal_wallet_core::store::Store;
use universal_wallet_core::{approvals, keys, people};
use universal_wallet_sdk::Timestamp;

use crate::support::memory::MemoryStore;
use crate::support::{START, account, caller, create, distributor, input, member, minted, run, user};

/// Time that a session's record may be out of reach before its listener counts as gone.
const OUT_OF_REACH_MS: i64 = 5 * MINUTE_MS;
/// A minute in milliseconds.
const MINUTE_MS: i64 = 60_000;
/// The two people who share the browser: a maker and a checker.
const PEOPLE: [u128; 2] = [1, 2];
/// Entries of a page.
const PAGE: u64 = 2;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    SignIn(u128),
    SignOut,
    /// Opens the page again, which shows whoever is signed in.
    OpenTab,
    /// The tab makes a call that writes.
    Act,
    Listen,
    ReadAsPerson,
    ReadAsKey,
    NextPage,
    /// Something happens, and listeners are told.
    Event,
    /// The record of the listener's session is asked, and answers.
    Ask,
    /// It is asked each minute, and is out of reach.
    AskInVain,
    RevokeKey,
    /// The key may not read any more.
    TightenKey,
    DisableMaker,
    Wait(i64),
}

impl Step {
    pub(crate) const ALL: [Self; 18] = [
        Self::SignIn(PEOPLE[0]),
        Self::SignIn(PEOPLE[1]),
        Self::SignOut,
        Self::OpenTab,
        Self::Act,
        Self::Listen,
        Self::ReadAsPerson,
        Self::ReadAsKey,
        Self::NextPage,
        Self::Event,
        Self::Ask,
        Self::AskInVain,
        Self::RevokeKey,
        Self::TightenKey,
        Self::DisableMaker,
        Self::Wait(MINUTE_MS),
        Self::Wait(IDLE_MS - MINUTE_MS),
        Self::Wait(SESSION_MS),
    ];
}

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Seen {
    Acted,
    AnotherRefused,
    Told,
    NotTold,
    PageRead,
    PageRefused,
    ListenerKept,
    ListenerClosed,
    Other,
}

impl Seen {
    pub(crate) const ALL: [Self; 8] = [
        Self::Acted,
        Self::AnotherRefused,
        Self::Told,
        Self::NotTold,
        Self::PageRead,
        Self::PageRefused,
        Self::ListenerKept,
        Self::ListenerClosed,
    ];
}

#[derive(Clone, Debug)]
struct Session {
    number: u32,
    person: u128,
    created: Timestamp,
    seen: Timestamp,
    /// When the person signed out.
    ended: Option<Timestamp>,
}

impl Session {
    fn end(&self) -> Timestamp {
        let end = end(self.created, self.seen);
        self.ended.map_or(end, |ended| ended.min(end))
    }

    fn is_alive(&self, now: Timestamp) -> bool {
        self.ended.is_none() && alive(self.created, self.seen, now)
    }
}

#[derive(Clone, Debug)]
struct Socket {
    session: u32,
    watch: Watch,
}

#[derive(Clone, Debug)]
struct Export {
    reading: Reading,
    next: u64,
    /// Number of the last entry when it began.
    last: u64,
    /// The person and the time, or nobody for the key.
    begun: Option<(u128, Timestamp)>,
}

#[derive(Clone)]
pub(crate) struct World {
    store: MemoryStore,
    now: Timestamp,
    key: KeyID,
    sessions: Vec<Session>,
    /// Number of the session whose cookie the browser holds.
    cookie: Option<u32>,
    /// The person whom the tab shows.
    tab: Option<u128>,
    socket: Option<Socket>,
    export: Option<Export>,
}

impl World {
    /// The maker is signed in, and the tab shows it.
    pub(crate) fn new() -> Self {
        let both = [Role::Admin, Role::Maker, Role::Checker];
        let founders = [member(PEOPLE[0], &[Role::Maker]), member(PEOPLE[1], &both), member(3, &both)];
        let mut store = distributor(1, START, founders);
        let moment = Moment { now: START, random: 0 };
        let body = r#"{"label":"Till","permissions":["read-balance","read-transactions"]}"#;
        let maker = caller(&store, user(PEOPLE[0]));
        let asked =
            run(&mut store, |store| keys::lifecycle::request(store, moment, &maker, &input(body, None))).unwrap();
        let (key, approval) = (asked.key.id, asked.key.approval);
        let checker = caller(&store, user(PEOPLE[1]));
        let stored = store.approval(approval).unwrap().unwrap();
        let digest = input(format!(r#"{{"digest":"{}"}}"#, stored.digest), None);
        run(&mut store, |store| {
            approvals::decide::approve(store, START, &checker, &approval.to_string(), &digest, HalfDigest::of("second"))
        })
        .unwrap();
        let id = store.profile().id;
        run(&mut store, |store| {
            keys::lifecycle::claim(store, moment, &maker, &key.to_string(), &input("", None), || Ok(minted(id, 1)))
        })
        .unwrap();
        let mut world =
            Self { store, now: START, key, sessions: Vec::new(), cookie: None, tab: None, socket: None, export: None };
        world.take(Step::SignIn(PEOPLE[0])).unwrap();
        world.take(Step::OpenTab).unwrap();
        world
    }

    fn session(&self) -> Option<&Session> {
        let session = self.sessions.iter().find(|session| Some(session.number) == self.cookie)?;
        session.is_alive(self.now).then_some(session)
    }

    /// A call of the tab with the browser's cookie: the session's person where the call is let through.
    fn call(&mut self) -> Result<u128, Option<Seen>> {
        let person = self.session().ok_or(None)?.person;
        let shown = self.tab.ok_or(None)?;
        if refuse_another(account(shown), account(person)).is_err() {
            assert_ne!(shown, person, "a tab is refused that shows the session's person");
            return Err(Some(Seen::AnotherRefused));
        }
        assert_eq!(shown, person, "a tab that shows one person acts as another");
        let (now, cookie) = (self.now, self.cookie);
        let session = self.sessions.iter_mut().find(|session| Some(session.number) == cookie).unwrap();
        session.seen = now;
        Ok(person)
    }

    fn is_member(&self, person: u128) -> bool {
        self.store.member_of(account(person)).is_some_and(|member| member.is_active())
    }

    /// Takes a step; nothing where it is not possible.
    pub(crate) fn take(&mut self, step: Step) -> Option<Seen> {
        match step {
            Step::SignIn(person) => {
                if self.sessions.len() == 2 {
                    return None;
                }
                let number = u32::try_from(self.sessions.len()).unwrap();
                let (created, seen) = (self.now, self.now);
                self.sessions.push(Session { number, person, created, seen, ended: None });
                self.cookie = Some(number);
                Some(Seen::Other)
            }
            Step::SignOut => {
                let (now, number) = (self.now, self.session()?.number);
                self.sessions.iter_mut().find(|session| session.number == number)?.ended = Some(now);
                self.cookie = None;
                Some(Seen::Other)
            }
            Step::OpenTab => {
                self.tab = Some(self.session()?.person);
                Some(Seen::Other)
            }
            Step::Act => match self.call() {
                Ok(person) => self.act(person),
                Err(seen) => seen,
            },
            Step::Listen => {
                let person = self.call().ok().filter(|person| self.is_member(*person))?;
                assert_eq!(Some(person), self.tab);
                self.socket = Some(Socket { session: self.cookie?, watch: Watch::begin(self.now) });
                Some(Seen::Other)
            }
            Step::ReadAsPerson => {
                let person = self.call().ok().filter(|person| self.is_member(*person))?;
                self.begin_to_read(Reader::person(account(person), self.now), Some((person, self.now)))
            }
            Step::ReadAsKey => {
                let digest = self.store.key(self.key).unwrap()?.digest?;
                self.begin_to_read(Reader::Key { digest, address: None }, None)
            }
            Step::NextPage => self.next_page(),
            Step::Event => self.event(),
            Step::Ask => self.ask(),
            Step::AskInVain => self.ask_in_vain(),
            Step::RevokeKey => {
                let (checker, key) = (caller(&self.store, user(PEOPLE[1])), self.key.to_string());
                let now = self.now;
                let revoke = |store: &mut MemoryStore| {
                    keys::lifecycle::revoke_by_member(store, now, &checker, &key, &input("", None))
                };
                run(&mut self.store, revoke).ok().map(|_| Seen::Other)
            }
            Step::TightenKey => {
                let (checker, key) = (caller(&self.store, user(PEOPLE[1])), self.key.to_string());
                let (now, body) = (self.now, input(r#"{"permissions":["read-balance"]}"#, None));
                let tighten = |store: &mut MemoryStore| keys::tightening::tighten(store, now, &checker, &key, &body);
                run(&mut self.store, tighten).ok().map(|_| Seen::Other)
            }
            Step::DisableMaker => {
                let (admin, body) = (caller(&self.store, user(3)), input(r#"{"disabled":true}"#, None));
                let (moment, id) = (Moment { now: self.now, random: 0 }, user(PEOPLE[0]).to_string());
                let disable =
                    |store: &mut MemoryStore| people::members::change(store, moment, &admin, &id, &body).map(drop);
                run(&mut self.store, disable).ok().map(|()| Seen::Other)
            }
            Step::Wait(ms) => {
                self.now = self.now.plus_ms(ms);
                approvals::deadlines::settle(&mut self.store, self.now).unwrap();
                Some(Seen::Other)
            }
        }
    }

    /// Requests an operation; the chain says that the person whom the tab shows did.
    fn act(&mut self, person: u128) -> Option<Seen> {
        if !self.is_member(person) || self.store.operations.len() == 1 {
            return None;
        }
        let requester = Requester::Person(caller(&self.store, user(person)));
        let body = input(r#"{"operationType":"cash-in","amount":"1","phoneTo":"+2348031234567"}"#, None);
        let moment = Moment { now: self.now, random: 0 };
        run(&mut self.store, |store| create(store, moment, &requester, &body, MerchantLookup::NotYet)).ok();
        Some(Seen::Acted)
    }

    fn begin_to_read(&mut self, reader: Reader, begun: Option<(u128, Timestamp)>) -> Option<Seen> {
        let reading = Reading::begin(&self.store, reader);
        reading.refuse_ended(&self.store, self.now).ok()?;
        let last = self.store.head().number;
        self.export = Some(Export { reading, next: 1, last, begun });
        Some(Seen::Other)
    }

    fn key_may_read(&self) -> bool {
        let key = self.store.key(self.key).unwrap().unwrap();
        let reads = key.settings.permissions.contains(&Permission::ReadTransactions);
        key.status == KeyStatus::Active && reads && key.expires_at.is_none_or(|end| self.now < end)
    }

    /// Reads a page: only while the reader might read from the beginning, and only what was there then.
    fn next_page(&mut self) -> Option<Seen> {
        let Export { reading, next, last, begun } = self.export.clone()?;
        let allowed = match begun {
            Some((person, at)) => self.is_member(person) && self.now < at.plus_ms(IDLE_MS),
            None => self.key_may_read(),
        };
        if let Err(error) = reading.refuse_ended(&self.store, self.now) {
            assert!(!allowed, "a reader who may read is refused: {error:?}");
            self.export = None;
            return Some(Seen::PageRefused);
        }
        assert!(allowed, "a reading goes on after the reader's right has ended");
        let count = reading.page(next, PAGE);
        assert!(next + count <= last + 1, "a reading tells what came after its beginning");
        self.export = (count > 0).then(|| Export { reading, next: next + count, last, begun });
        Some(Seen::PageRead)
    }

    /// Tells the listener, or not: never long after the session has ended.
    fn event(&mut self) -> Option<Seen> {
        let socket = self.socket.clone()?;
        let session = self.sessions.iter().find(|session| session.number == socket.session)?;
        if socket.watch.may_hear(self.now) {
            // The session ends without a word; its record is asked once it may have been idle, then every minute.
            let most = session.end().plus_ms(IDLE_MS + OUT_OF_REACH_MS);
            assert!(self.now < most, "a listener hears of events after the session has ended");
            return Some(Seen::Told);
        }
        self.socket = None;
        Some(Seen::NotTold)
    }

    fn due(&self) -> Option<Socket> {
        self.socket.clone().filter(|socket| socket.watch.ask_at() <= self.now)
    }

    /// Asks for the end of the listener's session; a session that has ended ends the listening.
    fn ask(&mut self) -> Option<Seen> {
        let socket = self.due()?;
        let session = self.sessions.iter().find(|session| session.number == socket.session)?;
        let watch = Watch::answered(session.ended.is_none().then(|| session.end()), self.now);
        let hears = watch.is_some_and(|watch| watch.may_hear(self.now));
        assert_eq!(hears, session.is_alive(self.now), "a session's end is its listener's");
        self.socket = watch.map(|watch| Socket { watch, ..socket });
        Some(if watch.is_some() { Seen::ListenerKept } else { Seen::ListenerClosed })
    }

    fn ask_in_vain(&mut self) -> Option<Seen> {
        self.due()?;
        let until = self.now.plus_ms(OUT_OF_REACH_MS);
        while let Some(socket) = self.due() {
            self.socket = Some(Socket { watch: socket.watch.unanswered(self.now), ..socket });
            if self.now >= until {
                break;
            }
            self.now = self.now.plus_ms(MINUTE_MS);
        }
        Some(Seen::Other)
    }

    /// A text that tells states apart.
    pub(crate) fn fingerprint(&self) -> String {
        let Self { store, now, key, sessions, cookie, tab, socket, export } = self;
        let key = store.key(*key).unwrap().unwrap();
        let maker: bool = self.is_member(PEOPLE[0]);
        let head = store.head().number;
        let key = (key.status, key.settings.permissions.len());
        format!("{now:?} {head} {key:?} {maker} {sessions:?} {cookie:?} {tab:?} {socket:?} {export:?}")
    }
}
