//! Without valid secrets nothing is served, and no secret is ever shown.

use universal_wallet_tests::edge::Setup;

#[test]
fn a_secret_that_is_missing_or_short_is_503_everywhere_and_named() {
    for name in ["ISSUER_TOKEN", "KEY_PEPPER", "SESSION_SECRET"] {
        for value in [None, Some("only thirty-one characters here"), Some("")] {
            let edge = Setup::new().secret(name, value).start();
            for path in [
                "/healthz",
                "/issuer/v1/distributors/36e48800-22ce-4ea0-b37a-198f7978cd53",
                "/api/v1/distributors/36e48800-22ce-4ea0-b37a-198f7978cd53/balance",
                "/admin/v1/session",
                "/api/nothing",
            ] {
                let answer = edge.get(path).send();
                let refusal = answer.refused(503, "unavailable");
                assert!(refusal["message"].as_str().unwrap().contains(name), "{refusal}");
                assert!(answer.header("Retry-After").is_some());
                assert!(value.is_none_or(|value| value.is_empty() || !answer.text.contains(value)), "{answer}");
            }
        }
    }
}

#[test]
fn a_secret_of_32_characters_serves() {
    let edge = Setup::new().secret("KEY_PEPPER", Some("exactly thirty-two characters !!")).start();
    let health = edge.get("/healthz").send().ok();
    assert_eq!(health["status"], "ok");
    assert!(health["version"].is_string());
}

#[test]
fn the_issuers_previous_token_goes_on_working() {
    let edge = Setup::new().secret("ISSUER_TOKEN_PREVIOUS", Some("the issuer's token of the last year")).start();
    let path = "/issuer/v1/wallets/+2348031234567";
    edge.get(path).bearer("the issuer's token of the last year").send().ok();
    edge.get(path).issuer().send().ok();
    let wrong = edge.get(path).bearer("the issuer's token of the next year").send();
    wrong.refused(401, "invalid_api_key");
    assert_eq!(wrong.header("WWW-Authenticate"), Some("Bearer error=\"invalid_token\""));
    let none = edge.get(path).send();
    none.refused(401, "missing_api_key");
    assert_eq!(none.header("WWW-Authenticate"), Some("Bearer"));
}

#[test]
fn the_deployed_entry_has_no_testing_powers() {
    let edge = Setup::new().as_deployed().with_files().start();
    for power in ["sql", "clock", "counts"] {
        let answer =
            edge.post(&format!("/testing/{power}")).header("Content-Type", "application/json").body("{}").send();
        assert!([404, 405].contains(&answer.status), "{answer}");
    }
    edge.get("/healthz").send().ok();
    let page = edge.get("/").send();
    assert!(page.status == 200 && page.header("Content-Security-Policy").is_some(), "{}", page.status);
}

#[test]
fn the_log_holds_no_secret() {
    let edge = Setup::new().start();
    let distributor = edge.distributor();
    let key = distributor.till();
    distributor.cash_in(&key, "+2348031234567", "1.00").ok();
    edge.lose("WALLET", "after", "", 1);
    distributor.cash_in(&key, "+2348031234567", "1.00").ok();
    edge.get(&distributor.api("/balance")).bearer(&format!("{}x", key.secret)).send().refused(401, "invalid_api_key");
    let log = edge.log();
    let cookie = distributor.maker.cookie(&edge);
    for secret in [
        &*key.secret,
        &edge.secret("ISSUER_TOKEN"),
        &edge.secret("KEY_PEPPER"),
        &edge.secret("SESSION_SECRET"),
        &distributor.maker.password,
        cookie.split_once('=').unwrap().1,
    ] {
        assert!(!log.contains(secret));
    }
}
