//! Texts that the rules parse.

use std::collections::BTreeSet;

use universal_wallet_core::id::DistributorID;
use universal_wallet_core::keys::token::{Peppers, Recognised};
use universal_wallet_core::text::body::Body;
use universal_wallet_core::text::cursor as cursors;
use universal_wallet_core::text::ip::{IPBlock, client_address, cover};
use universal_wallet_sdk::{Amount, Phone, ShortCode, Timestamp};
use uuid::Uuid;

fn distributor(number: u128) -> DistributorID {
    DistributorID::from_uuid(Uuid::from_u128(number))
}

/// An API key: only a minted key is ours, and only for the distributor it was minted for.
pub fn key(data: &[u8]) {
    let peppers = Peppers::new("a pepper of thirty-two characters", "another one of thirty-two letters");
    let minted = |owner| {
        peppers
            .mint(distributor(owner), |bytes| {
                bytes.fill(7);
                Ok(())
            })
            .unwrap()
    };
    let (mine, other) = (minted(1), minted(2));
    // A fuzzer cannot find whole keys, so the text after a `!` is laid over a genuine one.
    let mut laid_over = mine.text.as_bytes().to_vec();
    if let Some(change) = data.strip_prefix(b"!") {
        for pair in change.chunks_exact(2) {
            let place = usize::from(pair[0]) % laid_over.len();
            laid_over[place] = pair[1];
        }
    }
    for text in [data, &laid_over] {
        match peppers.recognise(text, distributor(1)) {
            Recognised::Ours(digest) => {
                assert!(text == mine.text.as_bytes() && digest == mine.digest, "a key that nobody minted");
            }
            Recognised::Misaddressed => assert_eq!(text, other.text.as_bytes()),
            Recognised::Forged => assert!(text != mine.text.as_bytes() && text != other.text.as_bytes()),
        }
    }
}

/// An amount: digits, at most two of them hundredths, unchanged when written and read again.
pub fn amount(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (whole, hundredths) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let right = digits(whole, 15) && hundredths.is_none_or(|rest| digits(rest, 2));
    let read = text.parse::<Amount>();
    assert_eq!(read.is_ok(), right, "{text:?}");
    let Ok(read) = read else { return };
    let minor: i128 = format!("{whole}{:0<2}", hundredths.unwrap_or_default()).parse().unwrap();
    assert_eq!(i128::from(read.minor()), minor, "{text:?}");
    assert_eq!(read.to_string().parse::<Amount>(), Ok(read));
    assert!(Amount::from_minor(read.minor()) == Some(read) && read <= Amount::MAX);
}

/// A phone number: its bare form alone is its identity, and parses to itself.
pub fn phone(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(phone) = text.parse::<Phone>() {
        let bare = phone.bare();
        let digits = bare.strip_prefix('+').unwrap();
        assert!((7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()), "{text:?}");
        assert!(!digits.starts_with('0') && text.chars().count() <= 32, "{text:?}");
        assert_eq!(bare.parse::<Phone>().unwrap(), phone);
        assert_eq!(phone.as_str(), text, "the spelling stays");
    }
    if let Ok(code) = text.parse::<ShortCode>() {
        assert_eq!(code.to_string(), text);
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        assert_eq!(time.to_string().parse::<Timestamp>().unwrap(), time);
    }
}

/// A key's list of addresses, one a line, and a client's address on the last: each block parses to
/// itself in its normal form, admits its own first address, and never the one all Workers share.
pub fn ip_list(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let client = client_address(text.lines().last());
    let shared = "2a06:98c0:3600::103".parse().unwrap();
    for block in text.lines().filter_map(|line| line.parse::<IPBlock>().ok()) {
        let normal = block.to_string();
        assert_eq!(normal.parse::<IPBlock>(), Ok(block), "{text:?}");
        let first = normal.split('/').next().unwrap().parse().unwrap();
        assert!(block.contains(first) && cover(&[block], block) && !block.contains(shared), "{text:?}");
        if let Some(client) = client {
            assert_eq!(block.contains(client), cover(&[block], IPBlock::of(client)), "{text:?}");
        }
    }
}

/// A cursor: a list accepts only cursors made for it.
pub fn cursor(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(number) = cursors::read(distributor(1), "operations", text) {
        assert_eq!(cursors::make(distributor(1), "operations", number), text);
        assert_eq!(cursors::read(distributor(2), "operations", text), None);
        assert_eq!(cursors::read(distributor(1), "audit", text), None);
    }
    let number = data.iter().fold(0_u64, |number, byte| number.wrapping_mul(257).wrapping_add(u64::from(*byte)));
    let made = cursors::make(distributor(1), "operations", number);
    assert_eq!(cursors::read(distributor(1), "operations", &made), Some(number));
}

/// A request body: an accepted body is an object of the JSON's own members, each once, and every
/// member that no reader takes is refused.
pub fn body(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(mut body) = Body::parse(text) else { return };
    let json: serde_json::Value = serde_json::from_str(text).unwrap();
    let members = json.as_object().expect("what is read is an object");
    let known = ["amount", "phoneTo", "label", "allowedIPs", "expiresInDays", "disabled", "users", "memo"];
    for name in known {
        assert_eq!(body.has(name), members.contains_key(name));
        assert_eq!(body.is_given(name), members.get(name).is_some_and(|value| !value.is_null()));
    }
    let amount = body.moved_amount("amount");
    assert!(amount.is_none_or(|amount| !amount.is_zero()));
    let days = body.integer("expiresInDays", 1, 365);
    assert!(days.is_none_or(|days| (1..=365).contains(&days)));
    let memo = body.line("memo", 256);
    assert!(memo.is_none_or(|memo| memo.chars().count() <= 256 && !memo.chars().any(char::is_control)));
    let phone: Option<Phone> = body.parsed("phoneTo");
    assert!(phone.is_none() || members["phoneTo"].is_string());
    body.required_text("label");
    body.boolean("disabled");
    body.list::<IPBlock>("allowedIPs");
    body.objects("users", |user| {
        user.text("login");
        user.list::<String>("roles");
        Some(())
    });
    let unknown = members.keys().map(String::as_str).collect::<BTreeSet<_>>();
    let any_unknown = unknown.iter().any(|name| !known.contains(name));
    assert!(!(any_unknown && body.finish().is_ok()), "an unknown member was taken: {text:?}");
}
