use serde_json::json;

use super::*;

fn refused(text: &str, read: impl FnOnce(&mut Body)) -> Refusal {
    match Body::parse(text) {
        Err(refusal) => refusal,
        Ok(mut body) => {
            read(&mut body);
            body.finish().unwrap_err()
        }
    }
}

#[test]
fn a_body_other_than_a_json_object_is_invalid_json() {
    for text in ["", "  ", "[]", "null", "1", "{", "{\"a\":1}x", "{'a':1}", "{\"a\":NaN}", "\u{feff}{}"] {
        assert_eq!(refused(text, |_| {}).code, Code::InvalidJson, "{text:?}");
    }
    for (text, words) in [
        ("\u{feff}{}", "byte order mark"),
        (r#"{"a":"\ud800"}"#, "half of a character"),
        (r#"{"a":"\udc00"}"#, "half of a character"),
    ] {
        let refusal = refused(text, |_| {});
        assert_eq!(refusal.code, Code::InvalidJson, "{text:?}");
        assert!(refusal.message.contains(words), "{text:?}: {}", refusal.message);
    }
    let deep = "[".repeat(100_000);
    assert_eq!(refused(&deep, |_| {}).code, Code::InvalidJson);
}

#[test]
fn repeated_and_unknown_members_are_named() {
    let refusal = refused(r#"{"amount":"1","amount":"2"}"#, |_| {});
    assert_eq!((refusal.code, refusal.fields[0].field.as_str()), (Code::InvalidRequest, "amount"));
    let refusal = refused(r#"{"users":[{"login":"a","login":"b"}]}"#, |_| {});
    assert_eq!(refusal.fields[0].field, "users[0].login");
    let refusal = refused(r#"{"more":1}"#, |_| {});
    assert_eq!((refusal.code, refusal.fields[0].field.as_str()), (Code::InvalidRequest, "more"));
}

#[test]
fn a_wrong_amount_alone_has_its_own_code() {
    for amount in ["1", "\"1.005\"", "\"\"", "null", "\"0\"", "\"-1\"", "[]"] {
        let refusal = refused(&format!(r#"{{"amount":{amount}}}"#), |body| {
            body.moved_amount("amount");
        });
        assert_eq!(refusal.code, Code::InvalidAmount, "{amount}");
    }
    let refusal = refused(r#"{"amount":"x","memo":1}"#, |body| {
        body.moved_amount("amount");
        body.line("memo", 256);
    });
    assert_eq!((refusal.code, refusal.fields.len()), (Code::InvalidRequest, 2));
}

#[test]
fn lengths_count_characters_and_control_characters_are_refused() {
    let emoji = "🙂".repeat(256);
    let mut body = Body::parse(&format!(r#"{{"memo":"{emoji}"}}"#)).unwrap();
    assert_eq!(body.line("memo", 256), Some(emoji.clone()));
    body.finish().unwrap();
    for memo in [format!("{emoji}x"), "a\\u0000".into(), "a\\nb".into(), "\\u0085".into()] {
        let refusal = refused(&format!(r#"{{"memo":"{memo}"}}"#), |body| {
            body.line("memo", 256);
        });
        assert_eq!(refusal.fields[0].field, "memo");
    }
}

#[test]
fn texts_for_people_show_something() {
    let read = |text: &str, read: fn(&mut Body) -> Option<String>| {
        let mut body = Body::parse(&json!({ "text": text }).to_string()).unwrap();
        let text = read(&mut body);
        body.finish().map(|()| text)
    };
    let remark = |text: &str| read(text, |body| body.remark("text", 5));
    let title = |text: &str| read(text, |body| body.title("text", 5));
    for blank in ["", "  ", "\u{a0}"] {
        assert_eq!(remark(blank), Ok(None), "{blank:?}");
        assert!(title(blank).is_err(), "{blank:?}");
    }
    for invisible in ["\u{200b}", "\u{3164}", "\u{2800}", "\u{ad}", "\u{202e}"] {
        assert!(remark(invisible).is_err() && title(invisible).is_err(), "{invisible:?}");
    }
    assert_eq!(remark(" a "), Ok(Some(" a ".into())));
    assert_eq!(title("  abcde  "), Ok(Some("abcde".into())));
    assert!(remark("abcdef").is_err() && title("abcdef").is_err());
}
