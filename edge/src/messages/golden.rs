//! Golden files: the exact encoding of every message. Changing one requires a new version; see [`super::envelope`].

use std::fs;
use std::rc::Rc;

use expect_test::{ExpectFile, expect_file};
use serde::Serialize;
use serde::de::DeserializeOwned;
use universal_wallet_core::audit::verify::Anchor;
use universal_wallet_core::id::{DeliveryID, DistributorID, OperationID, UserID, WebhookID};
use universal_wallet_core::people::account::Membership;
use universal_wallet_core::people::codes::CodeDigest;
use universal_wallet_core::people::model::{Login, Role};
use universal_wallet_core::people::second_factor::events::{FactorEvent, MemberFactors};
use universal_wallet_core::people::second_factor::factors::Method;
use universal_wallet_core::people::second_factor::proof::SecondFactor;
use universal_wallet_core::people::second_factor::webauthn::RelyingParty;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::text::input::{Idempotency, Input, Unread};
use universal_wallet_core::text::json_text;
use universal_wallet_core::text::secret::Secret;
use universal_wallet_core::webhooks::event::EventType;
use universal_wallet_sdk::Timestamp;
use uuid::Uuid;

use super::call::{Call, Principal};
use super::envelope::{self, Receiver};
use super::second_factor::{FactorAct, FactorCall, PasskeySignIn, Proof};
use super::to_distributor::{ConsoleCaller, ExportFormat, ExportPage, Listener, NewMember, ToDistributor};
use super::to_issuer::ToIssuer;
use super::to_sign_ins::ToSignIns;
use super::to_user::ToUser;
use super::to_wallet::ToWallet;
use super::to_webhook::{Ownership, ToWebhook};
use super::wallet_movement::{MovementKind, WalletMovement};
use crate::http::answer::{Origin, Scheme};
use crate::http::routes::Route;
use crate::platform::log::{self, Context};

const UUID: Uuid = Uuid::from_u128(0x36e4_8800_22ce_4ea0_b37a_198f_7978_cd53);
const AT: Timestamp = Timestamp::from_unix_ms(1_795_543_668_123);

fn enter(route: &str) {
    log::enter(Rc::new(Context { request_id: UUID.to_string(), route: route.into(), object: "Worker" }));
}

fn distributor() -> DistributorID {
    DistributorID::from_uuid(UUID)
}

fn webhook() -> WebhookID {
    WebhookID::from_uuid(UUID)
}

fn operation() -> OperationID {
    OperationID::from_uuid(UUID)
}

fn user() -> UserID {
    UserID::from_uuid(UUID)
}

fn caller() -> ConsoleCaller {
    let second_factor = SecondFactor { enrolled: true, verified_at: Some(AT) };
    ConsoleCaller { account: user(), must_change_password: false, second_factor }
}

fn login() -> Login {
    "maker@demo.test".parse().unwrap()
}

fn code() -> CodeDigest {
    CodeDigest::parse("0123456789abcdef-fedcba9876543210").unwrap()
}

fn input(body: Result<String, Unread>, idempotency_key: Option<&str>) -> Input {
    Input { body, idempotency_key: idempotency_key.map(str::to_owned) }
}

/// Compares the encoded messages with the file, and checks that each decodes to the same message.
fn check<M: Serialize + DeserializeOwned>(receiver: Receiver, messages: Vec<M>, golden: ExpectFile) {
    enter("signIn");
    let mut lines = String::new();
    for message in messages {
        let text = envelope::write(receiver, &json_text::write(&message).unwrap());
        let read: M = envelope::read(receiver, &text).unwrap();
        assert_eq!(envelope::write(receiver, &json_text::write(&read).unwrap()), text);
        lines.extend([text.as_str(), "\n"]);
    }
    golden.assert_eq(&lines);
}

/// The request for a page of an export with these filters.
fn export(filters: &str) -> ToDistributor {
    let reader = serde_json::json!({ "Key": { "digest": Digest::ZERO, "address": "203.0.113.7" } });
    ToDistributor::Export {
        export: ExportPage {
            format: ExportFormat::Csv,
            next: 7,
            until: AT,
            balance: "1.00".parse().unwrap(),
            reading: serde_json::from_value(serde_json::json!({ "end": 9, "reader": reader })).unwrap(),
            has_lines: false,
            filters: filters.into(),
        },
    }
}

#[test]
fn messages_to_a_distributor() {
    let member =
        NewMember { login: login(), name: "Mary Maker".into(), roles: vec![Role::Maker, Role::Viewer], code: code() };
    let idempotency = Idempotency { scope: "issuer:users".into(), value: "one".into(), request: Digest::ZERO };
    let id = distributor();
    let messages = vec![
        ToDistributor::Create {
            id,
            name: "First Agents".into(),
            currency: "NGN".into(),
            members: vec![member.clone()],
        },
        ToDistributor::AddMember { member: member.clone(), idempotency: Some(idempotency.clone()) },
        ToDistributor::AddMember { member, idempotency: None },
        ToDistributor::Exists,
        ToDistributor::Membership { account: user() },
        ToDistributor::Invited { login: login(), code: code() },
        ToDistributor::Join { login: login(), code: code(), account: user() },
        ToDistributor::FactorEvent {
            account: user(),
            event: FactorEvent::Enrolled(Method::Totp),
            has: MemberFactors { enrolled: vec![Method::Totp], recovery_codes_left: 8, ..MemberFactors::default() },
        },
        ToDistributor::Leave { account: user() },
        ToDistributor::Pause { account: user(), idempotency: Some(idempotency) },
        ToDistributor::OpenRequest {
            id: operation(),
            from: "+234 801 234 5678".parse().unwrap(),
            amount: "5000.00".parse().unwrap(),
            memo: None,
            announcement: 1,
        },
        ToDistributor::CancelRequest { id: operation() },
        ToDistributor::SessionEnded { account: user() },
        export(""),
        export("status=completed"),
        ToDistributor::WebhookWork {
            webhook: webhook(),
            again: vec![(7, EventType::OperationCompleted)],
            from: Some(9),
            awaited: vec![(8, 8)],
        },
        ToDistributor::WebhookFailing { webhook: webhook(), since: Some(AT) },
        ToDistributor::WebhookGivenUp { webhook: webhook(), reason: "Gone.".into() },
    ];
    check(Receiver::Distributor, messages, expect_file!["golden/distributor.txt"]);
}

#[test]
fn messages_to_a_webhook() {
    let of = Ownership { distributor: distributor(), webhook: webhook() };
    let secret = Secret::from("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned());
    let messages = vec![
        ToWebhook::Keep { of, secret },
        ToWebhook::Poke { of },
        ToWebhook::Deliveries { before: Some(7), limit: 100 },
        ToWebhook::Test { of },
        ToWebhook::Resend { of, delivery: DeliveryID::from_uuid(UUID) },
    ];
    check(Receiver::Webhook, messages, expect_file!["golden/webhook.txt"]);
}

#[test]
fn listeners_of_a_distributor() {
    let listener = Listener { caller: caller(), login: login(), token: Digest::ZERO };
    check(Receiver::DistributorListener, vec![listener], expect_file!["golden/distributor.listener.txt"]);
}

#[test]
fn messages_to_a_wallet() {
    let from = "+2348012345678".parse().unwrap();
    let messages = vec![
        ToWallet::Funds,
        ToWallet::Verify,
        ToWallet::Request { from, input: input(Ok("{}".into()), Some("k")) },
        ToWallet::RequestOf { operation: operation() },
    ];
    check(Receiver::Wallet, messages, expect_file!["golden/wallet.txt"]);
}

#[test]
fn movements_of_a_wallet() {
    enter("createOperation");
    let mut lines = String::new();
    for kind in [MovementKind::Credit("5000.00".parse().unwrap()), MovementKind::Capture, MovementKind::Release] {
        let movement = WalletMovement { operation: operation(), kind };
        lines.extend([envelope::write(Receiver::WalletMovement, &movement.text()).as_str(), "\n"]);
    }
    expect_file!["golden/wallet.movement.txt"].assert_eq(&lines);
}

#[test]
fn messages_to_a_user() {
    let half = || String::from("half").into();
    let membership = Membership { distributor: distributor(), member: user() };
    let messages = vec![
        ToUser::SignIn { password: String::from("correct horse").into(), device: Some("0123abcd".into()) },
        ToUser::NoteDevice { device: "0123abcd".into() },
        ToUser::SignInByCode { code: code() },
        ToUser::Session { token: Digest::ZERO },
        ToUser::EndOf { token: Digest::ZERO },
        ToUser::SignOut { token: Digest::ZERO },
        ToUser::ChangePassword { token: Digest::ZERO, current: half(), new: half() },
        ToUser::Invite { distributor: distributor() },
        ToUser::Start { code: code(), membership, name: "Mary Maker".into() },
        ToUser::Abandon { code: code() },
        ToUser::Finish { login: login(), code: code(), password: None },
        ToUser::InvitedBy { token: Digest::ZERO },
        ToUser::BeginJoining { token: Digest::ZERO, membership },
        ToUser::Forget { membership },
        ToUser::Look,
        ToUser::Reset { by: membership, unknown: vec![membership], code: code() },
        ToUser::ResetByIssuer { told: vec![membership], code: code(), call: Some("one".into()) },
    ];
    check(Receiver::User, messages.into_iter().chain(about_factors()).collect(), expect_file!["golden/user.txt"]);
}

fn about_factors() -> Vec<ToUser> {
    let party = || RelyingParty { id: "wallet.example".into(), origin: "https://wallet.example".into() };
    let code = || String::from("287082").into();
    let credential = || {
        json_text::read(
            r#"{"id":"AAAA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"","signature":""}}"#,
        )
        .unwrap()
    };
    let created = r#"{"id":"AAAA","type":"public-key","response":{"clientDataJSON":"e30","attestationObject":"oA"}}"#;
    let acts = vec![
        FactorAct::ProofOptions,
        FactorAct::Prove(Proof::Totp(code())),
        FactorAct::Prove(Proof::RecoveryCode(code())),
        FactorAct::Prove(Proof::Passkey(credential())),
        FactorAct::BeginTotp { password: None },
        FactorAct::ConfirmTotp { code: code() },
        FactorAct::BeginPasskey { password: Some(code()) },
        FactorAct::EnrolPasskey { name: "Laptop".into(), credential: json_text::read(created).unwrap() },
        FactorAct::List,
        FactorAct::Remove { factor: "fac_1".into(), required: true },
        FactorAct::MakeRecoveryCodes,
    ];
    let call = |act| FactorCall { token: Digest::ZERO, party: party(), act };
    let mut messages: Vec<ToUser> = acts.into_iter().map(|act| ToUser::Factor(Box::new(call(act)))).collect();
    messages.push(ToUser::SignInByPasskey(Box::new(PasskeySignIn {
        party: party(),
        challenge: vec![1, 2, 3].into(),
        until: AT,
        credential: credential(),
    })));
    messages
}

#[test]
fn messages_to_the_issuer() {
    let anchor = Anchor { number: 7, hash: Digest::ZERO, at: AT };
    let messages = vec![
        ToIssuer::Begin { id: Some(distributor()), idempotency_key: None, request: Digest::ZERO },
        ToIssuer::Created { id: distributor() },
        ToIssuer::Remember {
            idempotency: Idempotency { scope: "one".into(), value: "two".into(), request: Digest::ZERO },
        },
        ToIssuer::CreateMerchant { input: input(Err(Unread::NotJson), None) },
        ToIssuer::Merchant { short_code: "100000".into() },
        ToIssuer::Distributors { after: None },
        ToIssuer::Anchor { distributor: distributor(), anchor },
        ToIssuer::AnchorOf { distributor: distributor() },
    ];
    check(Receiver::Issuer, messages, expect_file!["golden/issuer.txt"]);
}

#[test]
fn messages_to_a_record_of_failed_sign_ins() {
    let messages = vec![
        ToSignIns::Try { login: Digest::ZERO },
        ToSignIns::TryFromAnywhere,
        ToSignIns::SucceededFromAnywhere,
        ToSignIns::TryCode { login: Digest::ZERO },
        ToSignIns::Succeeded { login: Digest::ZERO },
    ];
    check(Receiver::SignIns, messages, expect_file!["golden/sign-ins.txt"]);
}

#[test]
fn calls() {
    let mut lines = String::new();
    let principals = [Principal::Key(Digest::of(&[b"key"])), Principal::Person(caller()), Principal::Issuer];
    let bodies = [Ok("{\"memo\":\n\"a b\"}".into()), Ok(String::new()), Err(Unread::NotJson)];
    for (route, (principal, body)) in
        [Route::CreateOperation, Route::ClaimKey, Route::GetPosition].into_iter().zip(principals.iter().zip(bodies))
    {
        enter(route.id());
        let call = Call {
            origin: Origin { request_id: UUID.to_string(), scheme: Scheme::Session },
            route,
            distributor: distributor(),
            subject: "op_1".into(),
            query: "limit=1&offset=2".into(),
            ip: None,
            input: input(body, Some("")),
        };
        let text = call.message(principal).unwrap();
        let opened = envelope::open(&text).unwrap();
        let (_, read) = Call::read(opened.content_for(Receiver::DistributorCall).unwrap()).unwrap();
        assert_eq!((read.message(principal).unwrap(), read.route), (text.clone(), route));
        lines.extend([text.as_str(), "\n"]);
    }
    expect_file!["golden/distributor.call.txt"].assert_eq(&lines);
}

#[test]
fn a_call_that_is_cut_short_or_of_an_unknown_route_is_not_read() {
    enter("approve");
    for content in ["", "K", "X\n", "I\n36e48800-22ce-4ea0-b37a-198f7978cd53\n\n\n\n", "Iwho\nid\n\n\n\n\n+"] {
        assert!(Call::read(content).is_err(), "{content:?}");
    }
    let whole = format!("I\n{UUID}\n\n\n\n\n+");
    assert!(Call::read(&whole).is_ok());
    enter("aRouteOfALaterVersion");
    assert!(Call::read(&whole).is_err());
}

#[test]
fn every_golden_file_is_compared() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/messages/golden");
    let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != "replies.txt").collect();
    names.sort();
    let receivers = [
        Receiver::DistributorCall,
        Receiver::DistributorListener,
        Receiver::Distributor,
        Receiver::Issuer,
        Receiver::SignIns,
        Receiver::User,
        Receiver::WalletMovement,
        Receiver::Wallet,
        Receiver::Webhook,
    ];
    assert_eq!(names, receivers.map(|receiver| format!("{}.txt", receiver.as_str())));
}
