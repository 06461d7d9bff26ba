//! The factors of an account: enrolling, using, removing.

use universal_wallet_core::error::{Code, Error, Outcome};
use universal_wallet_core::people::second_factor::challenge::CHALLENGE_MS;
use universal_wallet_core::people::second_factor::factor_id::FactorID;
use universal_wallet_core::people::second_factor::factors::{
    Factors, MAX_PASSKEYS, MAX_WRONG_CODES_A_DAY, Method, NewFactor, PasskeyRefused,
};
use universal_wallet_core::people::second_factor::totp::TotpSecret;
use universal_wallet_core::people::second_factor::webauthn::{Rejected, RelyingParty, register};
use universal_wallet_core::text::base64url::Base64Url;
use universal_wallet_sdk::Timestamp;
use uuid::Uuid;

use super::authenticator::{Authenticator, base64};
use super::signatures::Ring;
use crate::support::{DAY_MS, START};

const CHALLENGE: &[u8] = b"a challenge of thirty-two bytes!";

/// RFC 6238's secret, whose code at 1111111111 s is 050471, and at the next step 266759.
const SECRET: [u8; 20] = *b"12345678901234567890";
const AT: Timestamp = Timestamp::from_unix_ms(1_111_111_111_000);

fn party() -> RelyingParty {
    RelyingParty { id: "wallet.example".into(), origin: "https://wallet.example".into() }
}

fn new(number: u128, at: Timestamp) -> NewFactor {
    let shift = usize::try_from(number).unwrap() * 13;
    let random = std::array::from_fn(|place| u8::try_from((place * 7 + shift) % 251).unwrap());
    NewFactor { id: FactorID::from_uuid(Uuid::from_u128(number)), at, random }
}

fn code<T>(outcome: Outcome<T>) -> Code {
    match outcome {
        Err(Error::Refusal(refusal)) => refusal.code,
        Err(Error::Internal(fault)) => panic!("{}", fault.0),
        Ok(_) => panic!("not refused"),
    }
}

fn with_passkey(factors: &mut Factors, number: u128, authenticator: &Authenticator) -> Outcome<usize> {
    let party = party();
    let created = authenticator.created(&authenticator.creation(&party.id, &party.origin, &base64(CHALLENGE)));
    let registered = register(&party, CHALLENGE, &serde_json::from_value(created).unwrap(), &Ring).unwrap();
    let transports = ["internal".to_owned(), "of a later level".to_owned()];
    let codes = factors.enrol_passkey(&new(number, START), format!("Key {number}"), registered, &transports)?;
    Ok(codes.len())
}

fn use_passkey(factors: &mut Factors, authenticator: &Authenticator) -> Result<(), PasskeyRefused> {
    let party = party();
    let response = authenticator.assertion(&party.id, &party.origin, &base64(CHALLENGE), Some(&base64(b"handle")));
    let credential = serde_json::from_value(authenticator.got(&response)).unwrap();
    factors.use_passkey(&party, CHALLENGE, &credential, (b"handle", true), &Ring, START)
}

#[test]
fn an_app_is_enrolled_by_a_right_code_which_does_not_count_again() {
    let mut factors = Factors::default();
    assert_eq!(code(factors.enrol_totp(&new(1, AT), TotpSecret::new(SECRET), "050472")), Code::InvalidCredentials);
    assert!(!factors.is_enrolled() && factors.methods().is_empty());
    let codes = factors.enrol_totp(&new(1, AT), TotpSecret::new(SECRET), "050471").unwrap();
    assert_eq!((codes.len(), factors.recovery_codes_left()), (8, 8));
    assert_eq!(factors.enrolled(), [Method::Totp]);
    assert_eq!(factors.methods(), [Method::Totp, Method::RecoveryCode]);
    assert_eq!(code(factors.use_totp("050471", AT)), Code::InvalidCredentials);
    factors.use_totp("266759", AT).unwrap();
    assert_eq!(code(factors.use_totp("266759", AT)), Code::InvalidCredentials);
}

#[test]
fn ten_wrong_codes_a_day_leave_passkeys_and_recovery_codes() {
    let mut factors = Factors::default();
    let codes = factors.enrol_totp(&new(1, AT), TotpSecret::new(SECRET), "050471").unwrap();
    let mut authenticator = Authenticator::es256();
    with_passkey(&mut factors, 2, &authenticator).unwrap();
    for _ in 0..MAX_WRONG_CODES_A_DAY {
        assert_eq!(code(factors.use_totp("000000", AT)), Code::InvalidCredentials);
    }
    // The right one is not even looked at.
    let Err(Error::Refusal(refused)) = factors.use_totp("266759", AT) else { panic!() };
    assert_eq!(refused.code, Code::TooManyAttempts);
    let midnight = DAY_MS - AT.unix_ms() % DAY_MS;
    assert_eq!(i64::from(refused.retry_after_s.unwrap()), midnight / 1000);
    factors.use_recovery_code(codes[0].expose()).unwrap();
    authenticator.counter += 1;
    use_passkey(&mut factors, &authenticator).unwrap();
    assert_eq!(code(factors.use_totp("000000", AT.plus_ms(midnight))), Code::InvalidCredentials);
}

#[test]
fn recovery_codes_count_once_and_new_ones_end_the_old() {
    let mut factors = Factors::default();
    let codes = factors.enrol_totp(&new(1, AT), TotpSecret::new(SECRET), "050471").unwrap();
    factors.use_recovery_code(codes[3].expose()).unwrap();
    assert_eq!(code(factors.use_recovery_code(codes[3].expose())), Code::InvalidCredentials);
    assert_eq!(factors.recovery_codes_left(), 7);
    let more = factors.new_recovery_codes(&new(9, AT).random);
    assert_eq!(code(factors.use_recovery_code(codes[0].expose())), Code::InvalidCredentials);
    for code in &more {
        factors.use_recovery_code(code.expose()).unwrap();
    }
    assert_eq!(factors.methods(), [Method::Totp]);
}

#[test]
fn a_passkey_counts_for_its_account_alone_and_a_copy_not_at_all() {
    let (mut mine, mut others) = (Factors::default(), Factors::default());
    let (mut authenticator, other) = (Authenticator::es256(), Authenticator::ed25519());
    assert_eq!(with_passkey(&mut mine, 1, &authenticator).unwrap(), 8);
    with_passkey(&mut others, 2, &other).unwrap();
    assert_eq!(use_passkey(&mut mine, &other), Err(PasskeyRefused::Unknown));
    authenticator.counter = 5;
    use_passkey(&mut mine, &authenticator).unwrap();
    assert_eq!(mine.views()[0].last_used_at, Some(START));
    authenticator.counter = 4;
    let id = mine.views()[0].factor_id;
    assert_eq!(use_passkey(&mut mine, &authenticator), Err(PasskeyRefused::Rejected(id, Rejected::Counter)));
    authenticator.counter = 6;
    use_passkey(&mut mine, &authenticator).unwrap();
}

#[test]
fn a_passkey_is_enrolled_once_and_ten_are_enough() {
    let mut factors = Factors::default();
    let authenticator = Authenticator::es256();
    with_passkey(&mut factors, 1, &authenticator).unwrap();
    assert_eq!(code(with_passkey(&mut factors, 2, &authenticator)), Code::AlreadyExists);
    assert_eq!(factors.descriptors()[0].transports, ["internal"]);
    for number in 2..=u128::try_from(MAX_PASSKEYS).unwrap() {
        assert_eq!(with_passkey(&mut factors, number, &Authenticator::es256()).unwrap(), 0);
    }
    assert_eq!(code(with_passkey(&mut factors, 99, &Authenticator::es256())), Code::InvalidState);
    assert_eq!(factors.views().len(), MAX_PASSKEYS);
}

#[test]
fn an_account_answers_a_hundred_challenges_in_five_minutes() {
    let mut factors = Factors::default();
    let authenticator = Authenticator::es256();
    with_passkey(&mut factors, 1, &authenticator).unwrap();
    let (mine, until) = (Base64Url::from(authenticator.id.as_slice()), START.plus_ms(CHALLENGE_MS));
    let mut answer = |credential: &Base64Url, number: u8, now| {
        factors.take_anonymous(credential, &Base64Url::from([number].as_slice()), until, now)
    };
    // Credentials of nobody here use up no room.
    for number in 0..=255 {
        assert_eq!(code(answer(&b"another".as_slice().into(), number, START)), Code::InvalidCredentials);
    }
    for number in 0..100 {
        answer(&mine, number, START).unwrap();
    }
    assert_eq!(code(answer(&mine, 7, START)), Code::InvalidCredentials);
    assert_eq!(code(answer(&mine, 100, START)), Code::TooManyAttempts);
    answer(&mine, 100, until).unwrap();
}

#[test]
fn the_last_factor_stays_where_one_is_required_and_takes_the_recovery_codes_with_it() {
    let mut factors = Factors::default();
    factors.enrol_totp(&new(1, AT), TotpSecret::new(SECRET), "050471").unwrap();
    with_passkey(&mut factors, 2, &Authenticator::es256()).unwrap();
    let [totp, passkey] = [0, 1].map(|place| factors.views()[place].factor_id);
    assert_eq!(factors.remove(totp, true).unwrap(), Method::Totp);
    assert_eq!(code(factors.remove(totp, true)), Code::NotFound);
    assert_eq!(code(factors.remove(passkey, true)), Code::InvalidState);
    assert!(factors.is_enrolled() && factors.recovery_codes_left() == 8);
    assert_eq!(factors.remove(passkey, false).unwrap(), Method::Passkey);
    assert!(!factors.is_enrolled() && factors.methods().is_empty());
}

#[test]
fn factors_are_read_as_they_are_stored() {
    let mut factors = Factors::default();
    factors.enrol_totp(&new(1, AT), TotpSecret::new(SECRET), "050471").unwrap();
    with_passkey(&mut factors, 2, &Authenticator::es256()).unwrap();
    let stored = serde_json::to_string(&factors).unwrap();
    let read: Factors = serde_json::from_str(&stored).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), stored);
    assert_eq!(read.views(), factors.views());
    let id = factors.views()[0].factor_id;
    assert_eq!(id.to_string().parse(), Ok(id));
    for bad in ["fac_", "usr_00000000-0000-0000-0000-000000000001", "fac_0000", ""] {
        assert!(bad.parse::<FactorID>().is_err());
    }
}
