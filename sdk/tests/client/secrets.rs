//! Neither Debug nor an error's text holds the key.

use std::env;

use universal_wallet_sdk::wire::CashOutFulfillmentType;
use universal_wallet_sdk::{Client, Error, ShortCode};

use crate::child;
use crate::server::{DISTRIBUTOR, Play, Server, answer, error, json, key, key_text};

pub(crate) fn everything(error: &Error) -> String {
    let sources = std::iter::successors(std::error::Error::source(error), |error| error.source());
    let sources: Vec<_> = sources.map(|error| format!("{error} {error:?}")).collect();
    format!("{error} {error:?} {error:#?} {sources:?}")
}

fn assert_secret(text: &str) {
    let key = key_text();
    // Neither the key nor a part that would help to guess it.
    assert!(!text.contains(&key[4..14]), "{text}");
}

#[tokio::test]
async fn no_debug_holds_the_key() {
    let server = Server::start([]).await;
    let client = server.client();
    let operation = format!("op_{DISTRIBUTOR}").parse().unwrap();
    let phone: universal_wallet_sdk::Phone = "+2348031234567".parse().unwrap();
    assert_secret(&format!("{:?} {:?} {client:?}", key(), server.builder()));
    assert_secret(&format!("{:?} {:?} {:?}", client.balance(), client.operations(), client.cash_outs()));
    let cash_out = client.cash_out(phone, 1, CashOutFulfillmentType::Cash);
    assert_secret(&format!("{:?} {cash_out:?}", client.cash_in("100000".parse::<ShortCode>().unwrap(), 1)));
    assert!(!format!("{cash_out:?}").contains("8031234"), "a customer's number is personal");
    assert_secret(&format!("{:?}", client.process_cash_out(&operation, CashOutFulfillmentType::Cash)));
}

#[tokio::test]
async fn no_error_holds_the_key_even_where_the_server_repeats_it() {
    let key = key_text();
    let echo = format!(
        r#"{{"error":"{key}","message":"Bearer {key}","code":"{key}","requestID":"{key}",
        "errors":[{{"field":"{key}","message":"{key}"}}]}}"#
    );
    let escaped = echo.replace("uwk_", "\\u0075wk_");
    for play in [
        error(401, "revoked_api_key", ""),
        json(400, "", &echo),
        json(400, "", &escaped),
        json(200, &format!("x-request-id: {key}\r\n"), &format!(r#"{{"balance":"{key}"}}"#)),
        json(200, "", &format!(r#""{key}""#)),
        answer(500, &format!("x-request-id: {key}\r\n"), &key),
        answer(302, &format!("location: http://127.0.0.1/{key}\r\n"), ""),
        Play::Close,
        Play::Bytes(key.clone().into_bytes()),
    ] {
        let server = Server::start([play]).await;
        let client = server.builder().max_attempts(1).build().unwrap();
        assert_secret(&everything(&client.balance().send().await.unwrap_err()));
    }
}

#[tokio::test]
async fn a_rejected_key_with_a_wrong_checksum_is_said_to_look_mistyped() {
    let swapped = key_text().replacen("Secret", "Sceret", 1);
    let server = Server::start([error(401, "invalid_api_key", ""), error(401, "invalid_api_key", "")]).await;
    let mistyped = Client::builder(&server.url, DISTRIBUTOR.parse().unwrap(), swapped.parse().unwrap());
    let failed = mistyped.build().unwrap().balance().send().await.unwrap_err();
    assert!(failed.is_unauthorized() && failed.to_string().contains("looks mistyped"), "{failed}");
    assert!(!everything(&failed).contains("Sceret"));
    let failed = server.client().balance().send().await.unwrap_err();
    assert!(failed.is_unauthorized() && !failed.to_string().contains("mistyped"), "{failed}");
}

#[test]
fn a_text_that_is_no_key_is_told_offline_and_not_repeated() {
    let key = key_text();
    for (text, says) in [
        (&key[..30], "32 to 128 characters"),
        (&format!("{key}\n"), "a line's end"),
        (&key.replace('S', "-"), "character"),
        (&key[4..], "uwk_"),
        ("", "uwk_"),
    ] {
        let failed = Error::from(text.parse::<universal_wallet_sdk::key::ApiKey>().unwrap_err());
        assert!(failed.is_invalid_input() && failed.to_string().contains(says), "{failed}");
        assert_secret(&everything(&failed));
    }
}

#[tokio::test]
async fn the_environment_is_checked_and_its_key_not_shown() {
    if let Ok(says) = env::var("CHILD_SAYS") {
        match Client::from_env() {
            Ok(client) => assert_eq!(says, format!("{:?}", client.balance()).contains("wallet.example").to_string()),
            Err(failed) => {
                assert!(failed.to_string().contains(&says), "{failed}");
                assert_secret(&everything(&failed));
            }
        }
        return;
    }
    let key = key_text();
    for (url, distributor, key, says) in [
        ("https://wallet.example", DISTRIBUTOR, key.as_str(), "true"),
        ("https://wallet.example", DISTRIBUTOR, &key[..30], "UNIVERSAL_WALLET_API_KEY: this API key is incomplete"),
        ("https://wallet.example", "7", &key, "UNIVERSAL_WALLET_DISTRIBUTOR_ID"),
        ("wallet.example", DISTRIBUTOR, &key, "the base URL"),
    ] {
        let variables = [
            ("CHILD_SAYS", says),
            ("UNIVERSAL_WALLET_URL", url),
            ("UNIVERSAL_WALLET_DISTRIBUTOR_ID", distributor),
            ("UNIVERSAL_WALLET_API_KEY", key),
        ];
        let test = "secrets::the_environment_is_checked_and_its_key_not_shown";
        child::run(test, &variables).await;
    }
    let test = "secrets::the_environment_is_checked_and_its_key_not_shown";
    child::run(test, &[("CHILD_SAYS", "UNIVERSAL_WALLET_URL is not set")]).await;
}
