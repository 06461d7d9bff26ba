//! An endpoint's life under dual control.

use universal_wallet_core::error::Code;
use universal_wallet_core::people::members;
use universal_wallet_core::people::model::Actor;
use universal_wallet_core::provisioning::pause;
use universal_wallet_core::store::Store;
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::webhooks::endpoints::{give_up, lapse};
use universal_wallet_core::webhooks::event::EventType;
use universal_wallet_core::webhooks::model::{EndpointStatus, RotationStatus};

use super::{ADMIN, BODY, CHECKER, MAKER, OTHER_MAKER, World};
use crate::support::{DAY_MS, HOUR_MS, caller, input, user};

#[test]
fn data_leaves_only_after_another_person_agreed_and_the_maker_claimed() {
    let mut world = World::new();
    for by in [CHECKER, ADMIN] {
        assert_eq!(world.request(by, BODY).unwrap_err(), Code::RoleRequired);
    }
    let endpoint = world.request(MAKER, BODY).unwrap();
    assert_eq!(endpoint.status, EndpointStatus::Pending);
    assert_eq!(endpoint.settings.events, [EventType::OperationCompleted, EventType::FloatToppedUp]);
    assert_eq!(world.claim(MAKER, &endpoint, "s").unwrap_err(), Code::InvalidState);
    for by in [MAKER, OTHER_MAKER, ADMIN] {
        assert_eq!(world.approve(by, endpoint.approval).unwrap_err(), Code::RoleRequired);
    }
    world.approve(CHECKER, endpoint.approval).unwrap();
    assert_eq!(world.claim(OTHER_MAKER, &endpoint, "s").unwrap_err(), Code::NotTheMaker);
    assert_eq!(world.claim(CHECKER, &endpoint, "s").unwrap_err(), Code::RoleRequired);
    let head = world.store.head().number;
    let claimed = world.claim(MAKER, &endpoint, "s").unwrap();
    assert_eq!((claimed.status, claimed.starts_after), (EndpointStatus::Active, head + 1));
    assert_eq!(claimed.secrets[0].digest, Digest::of(&[b"s"]));
    assert_eq!(world.claim(MAKER, &endpoint, "t").unwrap_err(), Code::AlreadyClaimed);
    world.store.must_verify();
}

#[test]
fn a_body_with_mistakes_names_them_all() {
    let mut world = World::new();
    let caller = caller(&world.store, user(MAKER));
    let described = |length: usize| {
        let description = "x".repeat(length);
        format!(r#"{{"url":"https://a.example","events":["float.low"],"description":"{description}"}}"#)
    };
    let long = described(257);
    for (body, fields) in [
        ("{}", vec!["url", "events"]),
        (r#"{"url":"http://hooks.example.com","events":[]}"#, vec!["url", "events"]),
        (r#"{"url":"https://10.0.0.1","events":["operation.done"]}"#, vec!["url", "events[0]"]),
        (
            r#"{"url":"https://a.example","events":["float.low","float.low"],"description":7,"secret":"x"}"#,
            vec!["events", "description", "secret"],
        ),
        (&long, vec!["description"]),
    ] {
        let refused = world.store.clone();
        let moment = universal_wallet_core::audit::entry_builder::Moment { now: world.now, random: 0 };
        let error = universal_wallet_core::webhooks::requests::request(
            &mut world.store,
            moment,
            &caller,
            &input(body, None),
            false,
        );
        let Err(universal_wallet_core::error::Error::Refusal(refusal)) = error else { panic!("{body} was taken") };
        let named: Vec<&str> = refusal.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!((refusal.code, named), (Code::InvalidRequest, fields), "{body}");
        assert_eq!(world.store.writes, refused.writes);
    }
    assert!(world.request(MAKER, &described(256)).is_ok());
    // A blank description is none, and the order of the types does not matter.
    let body = r#"{"url":"https://a.example","events":["webhook.test","operation.created"],"description":"  "}"#;
    let endpoint = world.request(MAKER, body).unwrap();
    assert_eq!(endpoint.settings.description, None);
    assert_eq!(endpoint.settings.events, [EventType::OperationCreated, EventType::WebhookTest]);
}

#[test]
fn at_most_ten_endpoints_wait_or_send() {
    let mut world = World::new();
    let first = world.active();
    for _ in 1..10 {
        world.request(MAKER, BODY).unwrap();
    }
    assert_eq!(world.request(MAKER, BODY).unwrap_err(), Code::InvalidState);
    world.disable(ADMIN, &first).unwrap();
    let last = world.request(MAKER, BODY).unwrap();
    assert_eq!(world.enable(MAKER, &first).unwrap_err(), Code::InvalidState, "the place is taken");
    world.wait(7 * DAY_MS);
    assert_eq!(world.stored(&last).status, EndpointStatus::Lapsed);
    let approval = world.enable(MAKER, &first).unwrap();
    for _ in 0..10 {
        world.request(MAKER, BODY).unwrap();
    }
    assert_eq!(world.approve(CHECKER, approval).unwrap_err(), Code::InvalidState, "the limit is checked again");
}

#[test]
fn an_unclaimed_secret_lapses_after_a_day() {
    let mut world = World::new();
    let endpoint = world.request(MAKER, BODY).unwrap();
    world.approve(CHECKER, endpoint.approval).unwrap();
    world.wait(DAY_MS);
    assert_eq!(world.stored(&endpoint).status, EndpointStatus::Lapsed);
    assert_eq!(world.claim(MAKER, &endpoint, "s").unwrap_err(), Code::ClaimExpired);
    assert!(world.store.live_webhooks().unwrap().is_empty());

    let endpoint = world.active();
    let approval = world.rotate(OTHER_MAKER, &endpoint, "").unwrap();
    world.approve(CHECKER, approval).unwrap();
    world.wait(DAY_MS);
    let stored = world.stored(&endpoint);
    assert_eq!(stored.rotation.unwrap().status, RotationStatus::Lapsed);
    assert_eq!((stored.status, stored.secrets.len()), (EndpointStatus::Active, 1), "the old secret goes on");
    assert_eq!(world.claim(OTHER_MAKER, &endpoint, "s").unwrap_err(), Code::ClaimExpired);
    world.rotate(MAKER, &endpoint, "").unwrap();
    assert!(world.store.deadlines().count() == 1, "only the open request has a deadline");
    world.store.must_verify();
}

#[test]
fn a_person_whose_password_the_issuer_reset_claims_no_secret_for_a_day() {
    let mut world = World::new();
    let endpoint = world.request(MAKER, BODY).unwrap();
    world.approve(CHECKER, endpoint.approval).unwrap();
    let (account, now) = (world.store.member(user(MAKER)).unwrap().account().unwrap(), world.now);
    pause(&mut world.store, now, account).unwrap();
    assert_eq!(world.claim(MAKER, &world.stored(&endpoint), "s").unwrap_err(), Code::InvalidState);
}

#[test]
fn a_rotated_secret_signs_beside_the_new_one_for_its_overlap() {
    let mut world = World::new();
    let endpoint = world.active();
    let signing = |world: &World, at: i64| {
        let now = world.now.plus_ms(at);
        world.stored(&endpoint).secrets.iter().filter(|secret| secret.signs(now)).count()
    };
    for body in [r#"{"overlapHours":25}"#, r#"{"overlapHours":-1}"#, r#"{"overlapHours":"1"}"#] {
        assert_eq!(world.rotate(MAKER, &endpoint, body).unwrap_err(), Code::InvalidRequest);
    }
    let approval = world.rotate(OTHER_MAKER, &endpoint, "").unwrap();
    assert_eq!(world.rotate(MAKER, &endpoint, "").unwrap_err(), Code::InvalidState, "one at a time");
    assert_eq!(world.claim(OTHER_MAKER, &endpoint, "second").unwrap_err(), Code::InvalidState);
    world.approve(CHECKER, approval).unwrap();
    assert_eq!(world.claim(MAKER, &endpoint, "second").unwrap_err(), Code::NotTheMaker, "its maker alone");
    world.claim(OTHER_MAKER, &endpoint, "second").unwrap();
    assert_eq!(world.claim(OTHER_MAKER, &endpoint, "third").unwrap_err(), Code::AlreadyClaimed);
    assert_eq!((signing(&world, 0), signing(&world, 24 * HOUR_MS - 1), signing(&world, 24 * HOUR_MS)), (2, 2, 1));

    // Twice in a day: three secrets sign, and then no more.
    world.wait(HOUR_MS);
    let approval = world.rotate(MAKER, &endpoint, r#"{"overlapHours":2}"#).unwrap();
    world.approve(CHECKER, approval).unwrap();
    world.claim(MAKER, &endpoint, "third").unwrap();
    assert_eq!((signing(&world, 0), signing(&world, 2 * HOUR_MS)), (3, 1));
    assert_eq!(world.rotate(MAKER, &endpoint, "").unwrap_err(), Code::InvalidState);
    world.wait(2 * HOUR_MS);

    // Without overlap, a leaked secret ends with the claim.
    let approval = world.rotate(MAKER, &endpoint, r#"{"overlapHours":0}"#).unwrap();
    world.approve(CHECKER, approval).unwrap();
    world.claim(MAKER, &endpoint, "fourth").unwrap();
    assert_eq!(world.stored(&endpoint).secrets.len(), 1);
    assert_eq!(world.stored(&endpoint).secrets[0].digest, Digest::of(&[b"fourth"]));
}

#[test]
fn one_person_disables_and_two_enable() {
    let mut world = World::new();
    let endpoint = world.active();
    assert_eq!(world.enable(MAKER, &endpoint).unwrap_err(), Code::InvalidState);
    world.disable(CHECKER, &endpoint).unwrap();
    assert_eq!(world.disable(ADMIN, &endpoint).unwrap_err(), Code::InvalidState);
    for by in [CHECKER, ADMIN] {
        assert_eq!(world.enable(by, &endpoint).unwrap_err(), Code::RoleRequired);
    }
    let approval = world.enable(MAKER, &endpoint).unwrap();
    assert_eq!(world.enable(OTHER_MAKER, &endpoint).unwrap_err(), Code::AlreadyExists);
    assert_eq!(world.stored(&endpoint).status, EndpointStatus::Disabled);
    world.approve(CHECKER, approval).unwrap();
    let stored = world.stored(&endpoint);
    assert_eq!((stored.status, stored.enabled_at), (EndpointStatus::Active, Some(world.now)));
    assert_eq!(stored.starts_after, endpoint.starts_after, "it goes on where it stopped");
}

#[test]
fn an_endpoint_given_up_is_disabled_once_with_the_reason() {
    let mut world = World::new();
    let endpoint = world.active();
    for _ in 0..2 {
        let (now, id) = (world.now, endpoint.id);
        give_up(&mut world.store, now, id, "It answered 410.".into()).unwrap();
        assert_eq!(world.stored(&endpoint).reason.as_deref(), Some("It answered 410."));
    }
    let disabled = world.store.entries.values().filter(|entry| entry.text.contains("webhook.disabled")).count();
    assert_eq!(disabled, 1);
}

#[test]
fn requests_and_unclaimed_secrets_end_with_their_makers_role() {
    let mut world = World::new();
    let (waiting, approved, active) =
        (world.request(MAKER, BODY).unwrap(), world.request(MAKER, BODY).unwrap(), world.active());
    world.approve(CHECKER, approved.approval).unwrap();
    let rotation = world.rotate(MAKER, &active, "").unwrap();
    world.approve(CHECKER, rotation).unwrap();
    let (admin, target) = (caller(&world.store, user(ADMIN)), user(MAKER).to_string());
    let disable = input(r#"{"disabled":true}"#, None);
    world.run(|store, moment| members::change(store, moment, &admin, &target, &disable)).unwrap();
    assert_eq!(world.stored(&waiting).status, EndpointStatus::Lapsed);
    assert_eq!(world.stored(&approved).status, EndpointStatus::Lapsed);
    let active = world.stored(&active);
    assert_eq!((active.status, active.rotation.unwrap().status), (EndpointStatus::Active, RotationStatus::Lapsed));
    assert_eq!(world.store.deadlines().count(), 0);
    world.store.must_verify();
}

#[test]
fn rejected_and_withdrawn_requests_leave_nothing_open() {
    let mut world = World::new();
    let (rejected, withdrawn) = (world.request(MAKER, BODY).unwrap(), world.request(MAKER, BODY).unwrap());
    let (maker, checker) = (caller(&world.store, user(MAKER)), caller(&world.store, user(CHECKER)));
    let (no, nothing) = (input(r#"{"reason":"unknown receiver"}"#, None), input("", None));
    let id = rejected.approval.to_string();
    world
        .run(|store, moment| universal_wallet_core::approvals::decide::reject(store, moment.now, &checker, &id, &no))
        .unwrap();
    let id = withdrawn.approval.to_string();
    world
        .run(|store, moment| {
            universal_wallet_core::approvals::decide::withdraw(store, moment.now, &maker, &id, &nothing)
        })
        .unwrap();
    let rejected = world.stored(&rejected);
    assert_eq!((rejected.status, rejected.reason.as_deref()), (EndpointStatus::Rejected, Some("unknown receiver")));
    assert_eq!(world.stored(&withdrawn).status, EndpointStatus::Withdrawn);
    for endpoint in [rejected, withdrawn] {
        assert_eq!(world.claim(MAKER, &endpoint, "s").unwrap_err(), Code::InvalidState);
        assert_eq!(world.rotate(MAKER, &endpoint, "").unwrap_err(), Code::InvalidState);
        let (now, writes) = (world.now, world.store.writes);
        lapse(&mut world.store, now, Actor::System, endpoint.id, None).unwrap();
        assert_eq!(world.store.writes, writes, "nothing is left to lapse");
    }
}
