//! A key that this deployment did not mint, or minted for another distributor, is refused without a
//! call to any object.

use universal_wallet_sdk::key::{ALPHABET, checksum};
use universal_wallet_tests::edge::{Edge, Setup};

/// The key's first 50 characters with a valid checksum.
fn with_checksum(text: &str) -> String {
    let sum = checksum(text.as_bytes());
    format!("{text}{}", String::from_utf8(sum.to_vec()).unwrap())
}

/// The text with another digit at one place.
fn altered(text: &str, place: usize) -> String {
    let digit = text.as_bytes()[place];
    let next = ALPHABET[(ALPHABET.iter().position(|other| *other == digit).unwrap() + 1) % 62];
    let mut bytes = text.as_bytes().to_vec();
    bytes[place] = next;
    String::from_utf8(bytes).unwrap()
}

#[test]
fn keys_of_every_wrong_shape_are_401_and_call_no_object() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.till().secret;
    let other_deployment = Edge::start();
    let foreign = other_deployment.distributor().till().secret;
    let body = &key[..50];
    let mut wrong = vec![
        "uwk_".to_owned(),
        key[..55].to_owned(),
        format!("{key}0"),
        key.to_lowercase(),
        key.replacen("uwk_", "UWK_", 1),
        key.replacen("uwk_", "uwt_", 1),
        key.replacen("uwk_", "", 1),
        altered(&key, 55),
        with_checksum(&altered(body, 4)),
        with_checksum(&altered(body, 37)),
        with_checksum(&altered(body, 38)),
        with_checksum(&altered(body, 43)),
        foreign,
        format!("{}-{}", &key[..20], &key[21..]),
        format!("{}%00", &key[..53]),
        "x".repeat(8000),
        format!("{key},{key}"),
        format!("{key} {key}"),
    ];
    // A single wrong digit anywhere is detected without any secret.
    wrong.extend((4..56).step_by(7).map(|place| altered(&key, place)));
    edge.reset_counts();
    for token in &wrong {
        for path in ["/balance", "/operations", "/api-key", "/operations/op_1"] {
            let answer = edge.get(&distributor.api(path)).bearer(token).send();
            answer.refused(401, "invalid_api_key");
            assert_eq!(answer.header("WWW-Authenticate"), Some("Bearer error=\"invalid_token\""));
        }
        let answer = edge.post(&distributor.api("/operations")).bearer(token).body("{").send();
        answer.refused(401, "invalid_api_key");
    }
    for header in ["", "Bearer", "Bearer  ", "Basic dXNlcjpwYXNz", &key] {
        let answer = edge.get(&distributor.api("/balance")).header("Authorization", header).send();
        answer.refused(401, "missing_api_key");
        assert_eq!(answer.header("WWW-Authenticate"), Some("Bearer"));
    }
    edge.get(&distributor.api("/balance")).send().refused(401, "missing_api_key");
    edge.get(&distributor.api("/balance")).bearer(&key).bearer(&key).send().refused(401, "invalid_api_key");
    edge.get(&distributor.api("/balance"))
        .bearer("x")
        .header("Authorization", "Basic a")
        .send()
        .refused(401, "invalid_api_key");
    assert_eq!(edge.counts().all_calls(), 0);

    for scheme in ["bearer", "BEARER", "BeArEr"] {
        edge.get(&distributor.api("/balance")).header("Authorization", &format!("{scheme} {key}")).send().ok();
    }
    assert_eq!(edge.counts().all_calls(), 3);
}

#[test]
fn a_key_of_another_distributor_is_403_and_calls_no_object() {
    let edge = Edge::start();
    let (first, second) = (edge.distributor(), edge.distributor());
    let key = first.till();
    edge.reset_counts();
    let nobody = "/api/v1/distributors/00000000-0000-4000-8000-000000000000";
    for path in [second.api("/balance"), format!("{nobody}/balance"), second.api("/operations")] {
        edge.get(&path).key(&key).send().refused(403, "distributor_mismatch");
    }
    assert_eq!(edge.counts().all_calls(), 0);
    let upper = format!("/api/v1/distributors/{}/balance", first.id.to_uppercase());
    edge.get(&upper).key(&key).send().ok();
    assert_eq!(edge.counts().all_calls(), 1);
    let malformed = "/api/v1/distributors/first/balance";
    edge.get(malformed).key(&key).send().refused(404, "not_found");
    let balance = second.api("/balance");
    edge.get(&format!("{balance}/")).key(&key).send().refused(404, "not_found");
}

#[test]
fn keys_outlive_a_change_of_the_pepper_while_it_is_named_as_previous() {
    let pepper = "the first pepper of this deployment".to_owned();
    let old = Setup::new().secret("KEY_PEPPER", Some(&pepper)).start();
    let distributor = old.distributor();
    let key = distributor.till();
    let path = distributor.api("/balance");
    let renewed = |previous: Option<&str>| {
        let setup = Setup::new().secret("KEY_PEPPER", Some("the second pepper of this deployment"));
        setup.secret("KEY_PEPPER_PREVIOUS", previous).start()
    };
    let without = renewed(None);
    without.get(&path).key(&key).send().refused(401, "invalid_api_key");
    // Genuine again: the lookup reaches storage that does not have the key's distributor.
    let with = renewed(Some(&format!("some other pepper of long ago 123,{pepper}")));
    with.get(&path).key(&key).send().refused(404, "not_found");
}

#[test]
fn cookies_that_this_deployment_did_not_make_call_no_object() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let genuine = distributor.maker.cookie(&edge);
    let (name, value) = genuine.split_once('=').unwrap();
    let parts: Vec<&str> = value.split('.').collect();
    edge.reset_counts();
    for value in [
        String::new(),
        "x".into(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], altered(parts[2], 3)),
        format!("{}.{}.{}", parts[0], altered(parts[1], 3), parts[2]),
        format!("{}.{}.{}.{}", parts[0], parts[1], parts[2], parts[2]),
        format!("{}.{}.{}", "zz", parts[1], parts[2]),
        "a".repeat(5000),
    ] {
        for path in [distributor.console(""), distributor.console("/api-keys"), "/admin/v1/session".into()] {
            let answer = edge.get(&path).header("Cookie", &format!("{name}={value}")).send();
            answer.refused(401, "not_signed_in");
            assert_eq!(answer.header("WWW-Authenticate"), Some("Session"));
        }
    }
    assert_eq!(edge.counts().all_calls(), 0);
}
