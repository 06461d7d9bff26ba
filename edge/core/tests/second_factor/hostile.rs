//! Credentials that are altered, copied, or made for something else.

use ciborium::Value;
use serde_json::json;
use universal_wallet_core::people::second_factor::webauthn::{
    Registered, Rejected, RelyingParty, Stored, authenticate, register,
};

use super::authenticator::{Authenticator, Response, base64};
use super::signatures::Ring;

const HOST: &str = "wallet.example";
const ORIGIN: &str = "https://wallet.example";
const CHALLENGE: &[u8] = b"a challenge of thirty-two bytes!";
const HANDLE: &[u8] = b"handle";

fn party() -> RelyingParty {
    RelyingParty { id: HOST.into(), origin: ORIGIN.into() }
}

fn creation(authenticator: &Authenticator) -> Response {
    authenticator.creation(HOST, ORIGIN, &base64(CHALLENGE))
}

fn enrol(credential: serde_json::Value) -> Result<Registered, Rejected> {
    register(&party(), CHALLENGE, &serde_json::from_value(credential).unwrap(), &Ring)
}

fn assertion(authenticator: &Authenticator) -> Response {
    authenticator.assertion(HOST, ORIGIN, &base64(CHALLENGE), Some(&base64(HANDLE)))
}

fn sign_in(registered: &Registered, credential: serde_json::Value) -> Result<u32, Rejected> {
    let stored = Stored {
        public_key: &registered.public_key,
        sign_count: registered.sign_count,
        backup_eligible: registered.backup_eligible,
        user_handle: HANDLE,
    };
    authenticate(&party(), CHALLENGE, &serde_json::from_value(credential).unwrap(), stored, true, &Ring)
}

type Alter = fn(&mut Response);

/// Ways to alter a response before it is signed, and the reason for which it is rejected then.
fn altered() -> Vec<(Rejected, Alter)> {
    vec![
        (Rejected::Challenge, |it| it.client["challenge"] = json!(base64(b"another one"))),
        (Rejected::Challenge, |it| it.client["challenge"] = json!("")),
        (Rejected::Malformed, |it| it.client["challenge"] = json!("*")),
        (Rejected::Malformed, |it| it.client["challenge"] = json!(null)),
        (Rejected::Origin, |it| it.client["origin"] = json!("https://wallet.example.org")),
        (Rejected::Origin, |it| it.client["origin"] = json!("http://wallet.example")),
        (Rejected::Origin, |it| it.client["origin"] = json!("https://wallet.example:8443")),
        (Rejected::Origin, |it| it.client["origin"] = json!("https://wallet.example/")),
        (Rejected::Type, |it| it.client["type"] = json!("payment.get")),
        (Rejected::CrossOrigin, |it| it.client["crossOrigin"] = json!(true)),
        (Rejected::CrossOrigin, |it| it.client["topOrigin"] = json!("https://wallet.example")),
        (Rejected::Malformed, |it| it.client["more"] = json!("x".repeat(4096))),
        (Rejected::Malformed, |it| it.client = json!([])),
        (Rejected::RelyingParty, |it| it.data[0] ^= 1),
        (Rejected::UserPresence, |it| it.data[32] &= !0x01),
        (Rejected::UserVerification, |it| it.data[32] &= !0x04),
        (Rejected::Backup, |it| it.data[32] |= 0x10),
        (Rejected::Malformed, |it| it.data[32] |= 0x80),
        (Rejected::Malformed, |it| it.data.truncate(36)),
        (Rejected::Malformed, |it| it.data.clear()),
        (Rejected::Malformed, |it| it.data.push(0)),
        (Rejected::Malformed, |it| it.data.extend([0; 9000])),
    ]
}

#[test]
fn a_passkey_of_each_algorithm_enrols_and_signs_in() {
    for mut authenticator in [Authenticator::es256(), Authenticator::ed25519()] {
        let registered = enrol(authenticator.created(&creation(&authenticator))).unwrap();
        authenticator.counter += 1;
        assert_eq!(sign_in(&registered, authenticator.got(&assertion(&authenticator))), Ok(2));
        let mut ignored = assertion(&authenticator);
        ignored.client["crossOrigin"] = json!(false);
        ignored.client["of a later level"] = json!({});
        assert_eq!(sign_in(&registered, authenticator.got(&ignored)), Ok(2));
    }
}

#[test]
fn an_altered_enrolment_is_rejected_for_its_reason() {
    let authenticator = Authenticator::es256();
    for (place, (rejected, alter)) in altered().into_iter().enumerate() {
        let mut response = creation(&authenticator);
        alter(&mut response);
        assert_eq!(enrol(authenticator.created(&response)), Err(rejected), "{place}");
    }
    let mut response = creation(&authenticator);
    response.client["type"] = json!("webauthn.get");
    assert_eq!(enrol(authenticator.created(&response)), Err(Rejected::Type));
    // Authenticator data of a sign-in, which hold no key.
    response = creation(&authenticator);
    response.data = assertion(&authenticator).data;
    assert_eq!(enrol(authenticator.created(&response)), Err(Rejected::Malformed));
}

#[test]
fn an_altered_sign_in_is_rejected_for_its_reason() {
    let mut authenticator = Authenticator::es256();
    let registered = enrol(authenticator.created(&creation(&authenticator))).unwrap();
    authenticator.counter = 7;
    for (place, (rejected, alter)) in altered().into_iter().enumerate() {
        let mut response = assertion(&authenticator);
        alter(&mut response);
        assert_eq!(sign_in(&registered, authenticator.got(&response)), Err(rejected), "{place}");
    }
    let mut response = assertion(&authenticator);
    response.client["type"] = json!("webauthn.create");
    assert_eq!(sign_in(&registered, authenticator.got(&response)), Err(Rejected::Type));
    for handle in [None, Some(base64(b"another account")), Some(String::new())] {
        let mut response = assertion(&authenticator);
        response.user_handle = handle;
        assert_eq!(sign_in(&registered, authenticator.got(&response)), Err(Rejected::UserHandle));
    }
    let mut eligible = assertion(&authenticator);
    eligible.data[32] |= 0x08;
    assert_eq!(sign_in(&registered, authenticator.got(&eligible)), Err(Rejected::Backup));
}

#[test]
fn an_altered_signature_and_altered_data_are_rejected() {
    let mut authenticator = Authenticator::es256();
    let registered = enrol(authenticator.created(&creation(&authenticator))).unwrap();
    authenticator.counter = 2;
    let good = authenticator.got(&assertion(&authenticator));
    let signature = data_encoding::BASE64URL_NOPAD.decode(good["response"]["signature"].as_str().unwrap().as_bytes());
    let mut wrong = good.clone();
    for altered in [vec![], vec![0; 64], { signature.unwrap().into_iter().rev().collect() }] {
        wrong["response"]["signature"] = json!(base64(&altered));
        assert_eq!(sign_in(&registered, wrong.clone()), Err(Rejected::Signature));
    }
    wrong["response"]["signature"] = json!(base64(&[0; 513]));
    assert_eq!(sign_in(&registered, wrong.clone()), Err(Rejected::Malformed));
    // Signed with one counter, sent with another.
    let mut data = assertion(&authenticator).data;
    data[36] = 9;
    wrong = good.clone();
    wrong["response"]["authenticatorData"] = json!(base64(&data));
    assert_eq!(sign_in(&registered, wrong), Err(Rejected::Signature));
    let another = Authenticator::es256();
    assert_eq!(sign_in(&registered, another.got(&assertion(&authenticator))), Err(Rejected::Signature));
    for (member, value) in [("type", json!("password")), ("rawId", json!(base64(b"other")))] {
        let mut wrong = good.clone();
        wrong[member] = value;
        assert!(matches!(sign_in(&registered, wrong), Err(Rejected::Malformed | Rejected::CredentialID)));
    }
}

#[test]
fn a_counter_grows_or_stays_at_zero() {
    let mut authenticator = Authenticator::es256();
    for (enrolled, used, counted) in
        [(0, 0, true), (0, 1, true), (5, 6, true), (5, 5, false), (5, 4, false), (5, 0, false)]
    {
        authenticator.counter = enrolled;
        let registered = enrol(authenticator.created(&creation(&authenticator))).unwrap();
        authenticator.counter = used;
        let expected = if counted { Ok(used) } else { Err(Rejected::Counter) };
        assert_eq!(sign_in(&registered, authenticator.got(&assertion(&authenticator))), expected);
    }
}

#[test]
fn only_self_attestation_may_come_unasked() {
    let authenticator = Authenticator::es256();
    let response = creation(&authenticator);
    let text = |text: &str| Value::Text(text.into());
    let signature = |bytes: Vec<u8>| (text("sig"), Value::Bytes(bytes));
    let right = authenticator.sign(&Authenticator::signed(&response));
    let (algorithm, chain) = ((text("alg"), Value::from(-7)), (text("x5c"), Value::Array(Vec::new())));
    let attested = |format: &str, statement| enrol(authenticator.attested(&response, format, statement)).map(|_| ());
    assert_eq!(attested("packed", vec![algorithm.clone(), signature(right.clone())]), Ok(()));
    for (format, statement) in [
        ("packed", vec![algorithm.clone(), signature(vec![0; 70])]),
        ("packed", vec![(text("alg"), Value::from(-8)), signature(right.clone())]),
        ("packed", vec![algorithm.clone(), signature(right.clone()), chain]),
        ("packed", vec![algorithm]),
        ("packed", vec![]),
        ("none", vec![signature(right)]),
        ("fido-u2f", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(attested(format, statement), Err(Rejected::Attestation), "{format}");
    }
}

#[test]
fn keys_that_do_not_fit_their_algorithm_are_rejected() {
    let authenticator = Authenticator::es256();
    let rsa = |length: usize, exponent: &[u8]| {
        let number = |bytes: Vec<u8>| Value::Bytes(bytes);
        vec![(1, 3.into()), (3, (-257).into()), (-1, number(vec![0xff; length])), (-2, number(exponent.into()))]
    };
    let point = |length: usize| Value::Bytes(vec![1; length]);
    let cases: Vec<(Rejected, Vec<(i32, Value)>)> = vec![
        (Rejected::PublicKey, vec![(1, 2.into()), (3, (-7).into()), (-1, 2.into()), (-2, point(32)), (-3, point(32))]),
        (Rejected::PublicKey, vec![(1, 2.into()), (3, (-7).into()), (-1, 1.into()), (-2, point(31)), (-3, point(32))]),
        (
            Rejected::PublicKey,
            vec![(1, 2.into()), (3, (-7).into()), (-1, 1.into()), (-2, point(32)), (-3, true.into())],
        ),
        (Rejected::PublicKey, vec![(1, 1.into()), (3, (-7).into()), (-1, 6.into()), (-2, point(32))]),
        (Rejected::PublicKey, vec![(1, 1.into()), (3, (-8).into()), (-1, 7.into()), (-2, point(57))]),
        (Rejected::PublicKey, rsa(255, &[1, 0, 1])),
        (Rejected::PublicKey, rsa(513, &[1, 0, 1])),
        (Rejected::PublicKey, rsa(256, &[1])),
        (Rejected::PublicKey, rsa(256, &[4])),
        (Rejected::PublicKey, rsa(256, &[1; 5])),
        (Rejected::PublicKey, rsa(256, &[])),
        (Rejected::Algorithm, vec![(1, 2.into()), (3, (-35).into()), (-1, 2.into())]),
        (Rejected::Algorithm, vec![(1, 2.into()), (3, (-65535).into())]),
        (Rejected::Algorithm, vec![(1, 2.into())]),
        (Rejected::PublicKey, vec![(3, (-7).into())]),
        (Rejected::PublicKey, vec![(1, 2.into()), (1, 2.into()), (3, (-7).into())]),
    ];
    for (place, (rejected, members)) in cases.into_iter().enumerate() {
        let mut response = creation(&authenticator);
        response.data.truncate(55 + authenticator.id.len());
        let map = members.into_iter().map(|(label, value)| (Value::from(label), value)).collect();
        ciborium::into_writer(&Value::Map(map), &mut response.data).unwrap();
        assert_eq!(enrol(authenticator.created(&response)), Err(rejected), "{place}");
    }
}

#[test]
fn long_and_deep_attestations_are_rejected() {
    let mut authenticator = Authenticator::es256();
    authenticator.id = vec![7; 1023];
    assert!(enrol(authenticator.created(&creation(&authenticator))).is_ok());
    authenticator.id = vec![7; 1024];
    assert_eq!(enrol(authenticator.created(&creation(&authenticator))), Err(Rejected::CredentialID));
    authenticator.id = vec![];
    assert_eq!(enrol(authenticator.created(&creation(&authenticator))), Err(Rejected::CredentialID));
    authenticator.id = vec![7; 16];
    let statement = |length| vec![(Value::Text("x".into()), Value::Bytes(vec![0; length]))];
    let response = creation(&authenticator);
    assert_eq!(enrol(authenticator.attested(&response, "none", statement(48_000))), Err(Rejected::Malformed));
    let deep = (0..20).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    let statement = vec![(Value::Text("x".into()), deep)];
    assert_eq!(enrol(authenticator.attested(&response, "none", statement)), Err(Rejected::Malformed));
    let mut twice = authenticator.created(&response);
    twice["response"]["attestationObject"] = json!(base64(b"\xa2\x63fmt\x64none\x63fmt\x64none"));
    assert_eq!(enrol(twice), Err(Rejected::Malformed));
}
