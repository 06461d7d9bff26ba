//! Compares a block's output with the output on the page. A `…` stands for any text.

use serde_json::Value;

/// Whether the text matches the pattern, whose `…` stand for any text.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('…');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut last = "";
    for piece in pieces {
        last = piece;
        match rest.find(piece) {
            Some(place) => rest = rest.get(place + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.is_empty() || (pattern.contains('…') && (last.is_empty() || text.ends_with(last)))
}

/// Whether a JSON value has the same members, kinds and values.
fn is_same(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (Value::Object(value), Value::Object(expected)) => {
            value.len() == expected.len()
                && expected.iter().all(|(name, one)| value.get(name).is_some_and(|value| is_same(value, one)))
        }
        (Value::Array(value), Value::Array(expected)) => {
            value.len() == expected.len() && value.iter().zip(expected).all(|(value, one)| is_same(value, one))
        }
        (Value::String(value), Value::String(expected)) => is_like(value, expected),
        (Value::Number(_), Value::String(expected)) => expected == "…",
        _ => value == expected,
    }
}

/// Fails if the output differs from the page.
#[track_caller]
pub(crate) fn check(language: &str, printed: &str, expected: &str, place: &str) {
    // Headers end their lines as HTTP does.
    let printed = printed.replace("\r\n", "\n");
    let (printed, expected) = (printed.trim(), expected.trim());
    let same = if language == "json" {
        let value: Value =
            serde_json::from_str(printed).unwrap_or_else(|_| panic!("{place}: it prints no JSON but\n{printed}"));
        is_same(&value, &serde_json::from_str(expected).unwrap_or_else(|error| panic!("{place}: {error}")))
    } else {
        is_like(printed, expected)
    };
    assert!(same, "{place}: it prints\n{printed}\nand the page says\n{expected}");
}

#[test]
fn what_differs_is_left_open_and_nothing_else() {
    for (text, pattern, like) in [
        ("op_1 is completed", "op_… is completed", true),
        ("op_1 is pending", "op_… is completed", false),
        ("50000.00", "50000.00", true),
        ("50000.001", "50000.00", false),
        ("a", "…", true),
        ("xab", "…b", true),
        ("abab", "…ab", true),
        ("", "a", false),
    ] {
        assert_eq!(is_like(text, pattern), like, "{text} {pattern}");
    }
    let value: Value = serde_json::from_str(r#"{"a":"op_1","b":[1,null]}"#).unwrap();
    for (expected, same) in [
        (r#"{"a":"op_…","b":[1,null]}"#, true),
        (r#"{"a":"op_…"}"#, false),
        (r#"{"a":"op_…","b":[1,null],"c":1}"#, false),
        (r#"{"a":"…","b":[1,2]}"#, false),
    ] {
        assert_eq!(is_same(&value, &serde_json::from_str(expected).unwrap()), same, "{expected}");
    }
}
