//! Shared test support: storage in memory, people, request bodies, repeatable randomness.

pub(crate) mod evidence;
pub(crate) mod memory;
pub(crate) mod random;
pub(crate) mod row;
pub(crate) mod wallet;

use memory::MemoryStore;
use universal_wallet_core::audit::entry_builder::Moment;
use universal_wallet_core::error::{Code, Error, Outcome};
use universal_wallet_core::id::{DistributorID, UserID};
use universal_wallet_core::keys::token::{Minted, Peppers};
use universal_wallet_core::operations::create::{Created, MerchantLookup, Prepared};
use universal_wallet_core::operations::requester::Requester;
use universal_wallet_core::people::caller::Caller;
use universal_wallet_core::people::codes::CodeDigest;
use universal_wallet_core::people::model::{Admission, Member, Person, Role};
use universal_wallet_core::people::second_factor::proof::{Requirement, Standing};
use universal_wallet_core::store::{Profile, Store};
use universal_wallet_core::text::input::Input;
use universal_wallet_core::{operations, provisioning};
use universal_wallet_sdk::Timestamp;
use uuid::Uuid;

/// An hour in milliseconds.
pub(crate) const HOUR_MS: i64 = 3_600_000;
/// A day in milliseconds.
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// Noon of some day.
pub(crate) const START: Timestamp = Timestamp::from_unix_ms(20_781 * DAY_MS + 12 * HOUR_MS);

/// Makes an operation, or finds the one that the same call made before, in one piece as the object does.
pub(crate) fn create(
    store: &mut dyn Store,
    moment: Moment,
    requester: &Requester,
    input: &Input,
    looked_up: MerchantLookup,
) -> Outcome<Created> {
    match operations::create::prepare(store, moment, requester, input, looked_up)? {
        Prepared::Done(created) => Ok(created),
        Prepared::Ready(ready) => operations::create::make(store, moment, requester, ready),
    }
}

/// A request body with an idempotency key.
pub(crate) fn input(body: impl Into<String>, idempotency_key: Option<&str>) -> Input {
    Input { body: Ok(body.into()), idempotency_key: idempotency_key.map(Into::into) }
}

/// The user with that number.
pub(crate) fn user(number: u128) -> UserID {
    UserID::from_uuid(Uuid::from_u128(number))
}

/// The account of the person with that number.
pub(crate) fn account(number: u128) -> UserID {
    user(1_000_000 + number)
}

/// A code with that number, given by its halves' numbers.
pub(crate) fn code(first: u128, second: u128) -> CodeDigest {
    CodeDigest::parse(&format!("{first:016x}-{second:016x}")).unwrap()
}

/// A member with that number, who joined.
pub(crate) fn member(number: u128, roles: &[Role]) -> Member {
    let person = Person { id: user(number), name: format!("Person {number}") };
    let login = format!("person-{number}").parse().unwrap();
    let code = code(number, number);
    let admission = Admission::Joined { account: account(number), code };
    Member { admission, ..Member::invited(person, login, roles.into(), code, START) }
}

/// A distributor with that number and its members.
pub(crate) fn distributor(number: u128, now: Timestamp, members: impl IntoIterator<Item = Member>) -> MemoryStore {
    let id = DistributorID::from_uuid(Uuid::from_u128(number));
    let name = format!("Distributor {number}");
    let profile = Profile {
        entry: 0,
        id,
        name,
        currency: "NGN".into(),
        suspended: false,
        second_factor: Requirement::Optional,
        low_float: None,
        low_since: None,
        created_at: now,
    };
    let mut store = MemoryStore::new(&profile);
    provisioning::create(&mut store, now, profile).unwrap();
    for member in members {
        provisioning::add_user(&mut store, now, member).unwrap();
    }
    store
}

/// A signed-in member making a call.
pub(crate) fn caller(store: &MemoryStore, id: UserID) -> Caller {
    Caller { member: store.member(id).unwrap(), must_change_password: false, second_factor: Standing::Proved }
}

/// A member who requests an operation in the console.
pub(crate) fn person(store: &MemoryStore, number: u128) -> Requester {
    Requester::Person(caller(store, user(number)))
}

/// A new secret for a key.
pub(crate) fn minted(distributor: DistributorID, random: u64) -> Minted {
    let mut random = random::Random::new(random);
    let fill = |bytes: &mut [u8; 64]| {
        bytes.fill_with(|| u8::try_from(random.below(256)).unwrap());
        Ok(())
    };
    Peppers::new("a pepper for tests, of 32 characters", "").mint(distributor, fill).unwrap()
}

/// Runs a command; asserts that a refused one has written nothing, and returns its code.
pub(crate) fn run<T>(store: &mut MemoryStore, command: impl FnOnce(&mut MemoryStore) -> Outcome<T>) -> Result<T, Code> {
    let before = store.writes;
    match command(store) {
        Ok(result) => Ok(result),
        Err(error) => {
            let code = code_of(&error);
            assert_eq!(store.writes, before, "{code:?} was answered, and something was stored");
            Err(code)
        }
    }
}

/// The code of a refusal; panics at a fault of ours.
pub(crate) fn code_of(error: &Error) -> Code {
    match error {
        Error::Refusal(refusal) => refusal.code,
        Error::Internal(fault) => panic!("a fault: {}", fault.0),
    }
}
