//! Attacks: guesses, stolen and foreign sessions, ambiguous paths and messages, bombs.

use serde_json::{Value, json};
use universal_wallet_tests::edge::{Edge, Setup};
use universal_wallet_tests::person::{cookie_of, sign_in};
use universal_wallet_tests::powers::real_now;
use universal_wallet_tests::raw::statuses;

use crate::world::World;

const WRONG: &str = "a wrong password";

#[test]
fn guesses_over_many_logins_and_addresses_at_once_are_counted_one_by_one() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    edge.stop_clock(real_now());
    let login = &distributor.maker.login;
    // Forty attempts at once from one address, half of them at one login.
    let answers: Vec<_> = std::thread::scope(|scope| {
        let guesses: Vec<_> = (0..40)
            .map(|number| {
                let login = if number % 2 == 0 { login.clone() } else { format!("nobody-{number}@bank.test") };
                let edge = &edge;
                scope.spawn(move || (number % 2 == 0, sign_in(edge, &login, WRONG, "192.0.2.1").status))
            })
            .collect();
        guesses.into_iter().map(|guess| guess.join().unwrap()).collect()
    });
    let looked_at = |own: bool| answers.iter().filter(|(of_login, status)| *of_login == own && *status == 401).count();
    assert_eq!(looked_at(true), 10, "ten of a login: {answers:?}");
    assert!(looked_at(true) + looked_at(false) <= 30, "thirty of an address: {answers:?}");
    assert!(answers.iter().all(|(_, status)| [401, 429].contains(status)), "{answers:?}");
    // The attacker's claims about its own address change nothing.
    for header in ["X-Forwarded-For", "X-Real-IP", "True-Client-IP", "Forwarded"] {
        let body = json!({ "login": login, "password": WRONG });
        let request = edge.post("/admin/v1/session").ip("192.0.2.1").header(header, "203.0.113.50").json(body);
        request.send().refused(429, "too_many_attempts");
    }
}

#[test]
fn a_known_and_an_unknown_login_run_the_same_steps() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let counted = |login: &str, ip: &str| {
        edge.reset_counts();
        sign_in(&edge, login, WRONG, ip).refused(401, "invalid_credentials");
        let counts = edge.counts();
        ["SIGN_INS", "USER", "DISTRIBUTOR", "ISSUER"].map(|kind| counts.calls(kind))
    };
    let known = counted(&distributor.maker.login, "192.0.2.1");
    assert_eq!(known, counted("nobody@bank.test", "192.0.2.2"));
    assert_eq!(known, [2, 1, 0, 0], "the records of address and login, then the one Argon2id of the person's object");
}

#[test]
fn a_password_is_taken_whole() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let person = &distributor.maker;
    let longest = "x".repeat(1024);
    let change = json!({ "current": person.password, "new": longest });
    edge.post("/admin/v1/session/password").person(person).json(change).send().ok();
    for wrong in [format!("{longest}x"), format!("{longest}{}", "y".repeat(40_000)), "x".repeat(1023)] {
        sign_in(&edge, &person.login, &wrong, "192.0.2.1").refused(401, "invalid_credentials");
    }
    sign_in(&edge, &person.login, &longest, "192.0.2.1").ok();
}

#[test]
fn no_session_is_fixed_replayed_or_made_up() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (maker, checker) = (&distributor.maker, &distributor.checker);
    let enemys = cookie_of(&checker.sign_in(&edge));
    // A sign-in does not adopt a cookie from before it.
    let body = json!({ "login": maker.login, "password": maker.password });
    let answer = edge.post("/admin/v1/session").ip("192.0.2.1").header("Cookie", &enemys).json(body).send();
    let own = cookie_of(&answer);
    assert_ne!(own, enemys);
    let who = |cookie: &str| edge.get("/admin/v1/session").header("Cookie", cookie).send();
    assert_eq!(who(&enemys).ok()["userID"], json!(checker.account(&edge)));
    assert_eq!(who(&own).ok()["userID"], json!(maker.account(&edge)));
    // Parts of two sessions do not make a session.
    let parts = |cookie: &str| cookie.split_once('=').unwrap().1.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (parts(&own), parts(&enemys));
    for mixed in [
        [&a[0], &b[1], &b[2]],
        [&a[0], &b[1], &a[2]],
        [&b[0], &a[1], &a[2]],
        [&a[0], &a[1], &b[2]],
        [&a[0].to_uppercase(), &a[1], &a[2]],
    ] {
        let made_up = format!("__Host-uw_session={}", mixed.map(String::as_str).join("."));
        // In capitals the hexadecimal login is the same login: the same session or none, never another.
        let answer = who(&made_up);
        assert!(answer.status == 401 || answer.ok()["userID"] == json!(maker.account(&edge)), "{answer}");
    }
    for name in ["uw_session", "__host-uw_session", "__Secure-uw_session", " __Host-uw_session2"] {
        who(&own.replace("__Host-uw_session", name)).refused(401, "not_signed_in");
    }
    assert_eq!(edge.delete("/admin/v1/session").header("Cookie", &own).send().status, 204);
    for path in ["/admin/v1/session".to_owned(), distributor.console(""), distributor.console("/audit")] {
        edge.get(&path).header("Cookie", &own).send().refused(401, "not_signed_in");
    }
    let change = json!({ "current": maker.password, "new": "my own long password" });
    let change = edge.post("/admin/v1/session/password").header("Cookie", &own).json(change);
    change.send().refused(401, "not_signed_in");
}

#[test]
fn every_write_of_the_page_is_refused_to_another_sites_page() {
    use universal_wallet_edge::http::routes::{Access, Route};
    let edge = Edge::start();
    let world = World::new(&edge);
    let before = world.stored();
    let mut tried = 0;
    for route in Route::ALL {
        let (method, pattern) = (route.method(), route.pattern());
        if !matches!(route.access(), Access::Console(_) | Access::Session) || method == "GET" {
            continue;
        }
        let path = pattern.replacen('*', &world.distributor.id, 1).replacen('*', &world.approval, 1);
        for (name, value) in [
            ("Origin", "https://evil.example"),
            ("Origin", "null"),
            ("Origin", "http://127.0.0.1"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ] {
            let request = edge.request(method, &path).person(&world.distributor.checker).header(name, value);
            request.json(json!({})).send().refused(403, "cross_site_request");
            tried += 1;
        }
        // A form on another site can post without a preflight, but cannot send JSON.
        if method != "POST" {
            continue;
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            let request = edge.request(method, &path).person(&world.distributor.checker);
            let answer = request.header("Content-Type", kind).body("{}").send();
            assert!((400..500).contains(&answer.status), "{answer}");
            tried += 1;
        }
    }
    assert_eq!(world.stored(), before);
    println!("{tried} forged writes");
}

#[test]
fn answers_are_framed_cached_and_sniffed_nowhere() {
    let edge = Setup::new().with_files().start();
    let distributor = edge.distributor();
    let till = distributor.till();
    for answer in [
        edge.get("/healthz").send(),
        edge.get(&distributor.api("/balance")).key(&till).send(),
        edge.get(&distributor.api("/balance")).send(),
        edge.get(&distributor.api("/operations/export?format=csv")).key(&till).send(),
        edge.get(&distributor.console("")).person(&distributor.maker).send(),
        edge.get("/issuer/v1/none").send(),
        edge.request("OPTIONS", "/healthz").send(),
    ] {
        assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{answer}");
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"), "{answer}");
        assert!(answer.header("Strict-Transport-Security").is_some(), "{answer}");
        assert!(answer.header("Access-Control-Allow-Origin").is_none(), "{answer}");
    }
    let page = edge.get("/").send();
    assert!(page.header("Content-Security-Policy").unwrap().contains("frame-ancestors 'none'"));
    assert_eq!(page.header("X-Frame-Options"), Some("DENY"));
    // Input that could poison a cache in front is not repeated.
    for header in ["Host", "X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "Forwarded"]
    {
        for path in ["/".to_owned(), distributor.api("/operations?limit=1")] {
            let bytes = format!(
                "GET {path} HTTP/1.1\r\nConnection: close\r\nAuthorization: Bearer {}\r\n{}{header}: evil.example\r\n\r\n",
                till.secret,
                if header == "Host" { "" } else { "Host: edge.test\r\n" },
            );
            let answer = edge.raw(bytes.as_bytes());
            assert!(!answer.is_empty() && !answer.contains("evil.example"), "{header} {path}: {answer}");
        }
    }
}

#[test]
fn a_path_means_one_thing() {
    let edge = Setup::new().with_files().start();
    let world = World::new(&edge);
    let d = &world.distributor;
    let (id, key) = (&d.id, &world.key.secret);
    let before = world.stored();
    let other = edge.distributor();
    let paths = [
        format!("/api/v1/distributors/{id}/%62alance"),
        format!("/api/v1/distributors/{id}//balance"),
        format!("//api/v1/distributors/{id}/balance"),
        format!("/API/v1/distributors/{id}/balance"),
        format!("/api/V1/distributors/{id}/balance"),
        format!("/api/v1/distributors/{id}/balance/"),
        format!("/api/v1/distributors/{id}/balance/."),
        format!("/api/v1/distributors/{id}/balance;x=1"),
        format!("/api/v1/distributors/{id}/balance%00"),
        format!("/api/v1/distributors/{id}%2Fbalance"),
        format!("/api/v1/distributors/{id}/operations/..%2f..%2f{}%2fbalance", other.id),
        format!("/api/v1/distributors/{id}%2f..%2f{}/balance", other.id),
        format!("/api%2fv1/distributors/{id}/balance"),
        format!("/%61pi/v1/distributors/{id}/balance"),
        format!("/api\\v1\\distributors\\{id}\\balance"),
        format!("/healthz/../api/v1/distributors/{}/balance", other.id),
        format!("/api/v1/distributors/{id}/../{}/balance", other.id),
        format!("/api/v1/distributors/{id}/%2e%2e/{}/balance", other.id),
        format!("/api/v1/distributors/{id}/.%2e/{}/operations", other.id),
        format!("/issuer/v1/../v1/distributors/{id}"),
        format!("/admin/v1/%2e%2e/v1/distributors/{id}"),
        format!("/api/v1/distributors/{{{id}}}/balance"),
        format!("/api/v1/distributors/urn:uuid:{id}/balance"),
        format!("/api/v1/distributors/{}/balance", id.replace('-', "")),
        "/testing/../api/v1".to_owned(),
        "http://evil.example/api/v1/distributors".to_owned(),
    ];
    for path in &paths {
        for method in ["GET", "POST"] {
            let bytes = format!(
                "{method} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
                 Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
            );
            let answer = edge.raw(bytes.as_bytes());
            let codes = statuses(&answer);
            assert!(codes.iter().all(|code| (300..500).contains(code)), "{method} {path}: {answer}");
            assert!(!answer.contains("\"balance\""), "{method} {path}: {answer}");
        }
    }
    assert_eq!(world.stored(), before);
    println!("{} paths", paths.len() * 2);
}

#[test]
fn no_message_hides_another_one() {
    let edge = Edge::start();
    let world = World::new(&edge);
    let d = &world.distributor;
    let key = &world.key.secret;
    let hidden = json!({ "operationType": "cash-in", "amount": "3.33", "phoneTo": "+2348031234567" }).to_string();
    let inner = format!(
        "POST {} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{hidden}",
        d.api("/operations"),
        hidden.len(),
    );
    let before = world.stored();
    let length = inner.len();
    let shapes = [
        format!("Content-Length: 0\r\nContent-Length: {length}\r\n\r\n"),
        format!("Content-Length: {length}\r\nContent-Length: 0\r\n\r\n"),
        format!("Content-Length: 0, {length}\r\n\r\n"),
        format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n\r\n0\r\n\r\n"),
        format!("Transfer-Encoding: xchunked\r\nContent-Length: {length}\r\n\r\n"),
        format!("Transfer-Encoding : chunked\r\nContent-Length: {length}\r\n\r\n"),
        format!("Transfer-Encoding:\x0bchunked\r\nContent-Length: {length}\r\n\r\n"),
        format!("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: {length}\r\n\r\n"),
        format!("Transfer-Encoding: identity, chunked\r\nContent-Length: {length}\r\n\r\n"),
        format!("X-Folded: a\r\n Content-Length: 0\r\nContent-Length: {length}\r\n\r\n"),
        format!("Content-Length: +{length}\r\n\r\n"),
        format!("Content-Length: 0x{length:x}\r\n\r\n"),
        format!("Content-Length : {length}\r\n\r\n"),
        format!("Content-Length: {length}\n\n"),
        format!("X: a\rContent-Length: 0\r\nContent-Length: {length}\r\n\r\n"),
    ];
    let attacks = shapes.len();
    for shape in shapes {
        // The attacker's own call, whose body is a call that an intermediary might take for a second one.
        let bytes = format!(
            "POST {} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer no\r\nContent-Type: application/json\r\n{shape}{inner}",
            d.api("/operations")
        );
        let answer = edge.raw(bytes.as_bytes());
        let codes = statuses(&answer);
        // The inner call runs only if the outer one ends at the one length that it declares.
        let ends_there = !shape.contains(&length.to_string()) || codes.iter().all(|code| *code >= 400);
        assert!(ends_there, "{shape:?}: {answer}");
        assert_eq!(world.stored(), before, "{shape:?}: {answer}");
    }
    // Values that would end a header or a line of the log.
    edge.get("/healthz").header("Idempotency-Key", "a%0d%0aSet-Cookie:%20x=1").send().ok();
    let answer = edge.get(&d.api("/operations?limit=1%0d%0aSet-Cookie:x=1&cursor=%0a%7B%22level%22%3A%22error%22%7D"));
    let answer = answer.key(&world.key).send();
    assert!(answer.status == 400 && answer.header("Set-Cookie").is_none(), "{answer}");
    for line in edge.log().lines().filter(|line| line.contains("level")) {
        let at = line.find('{').unwrap_or(0);
        assert!(serde_json::from_str::<Value>(&line[at..]).is_ok(), "a line of the log that is none: {line}");
    }
    println!("{attacks} shapes of smuggling");
}

#[test]
fn bombs_are_refused_with_few_words() {
    let edge = Edge::start();
    let world = World::new(&edge);
    let before = world.stored();
    let many = |name: &dyn Fn(usize) -> String| {
        let members: Vec<_> = (0..3000).map(|number| format!("\"{}\":0", name(number))).collect();
        format!("{{{}}}", members.join(","))
    };
    let bombs = [
        "[".repeat(60_000),
        "{\"a\":".repeat(12_000),
        format!("{{\"amount\":{}1{}}}", "[".repeat(200), "]".repeat(200)),
        format!("{{\"amount\":{}}}", "9".repeat(60_000)),
        format!("{{\"amount\":\"{}\"}}", "9".repeat(60_000)),
        "{\"amount\":1e999999999}".to_owned(),
        many(&|number| format!("m{number}")),
        many(&|_| "same".to_owned()),
        // Names that collide in one well-known hash.
        many(&|number| (0..12).map(|bit| if number >> bit & 1 == 0 { "Aa" } else { "BB" }).collect()),
        format!("{{\"users\":[{}]}}", vec!["{\"x\":0}"; 5000].join(",")),
        format!("{{\"allowedIPs\":[{}]}}", vec!["\"x\""; 12_000].join(",")),
        format!("{{\"{}\":0}}", "n".repeat(60_000)),
        format!("{{\"login\":\"{}\",\"password\":\"{}\"}}", "\\u0000".repeat(5000), "x".repeat(30_000)),
    ];
    let mut tried = 0;
    for (method, path, who) in world.with_body() {
        for bomb in &bombs {
            let request = world.call(method, &path, who).header("Content-Type", "application/json");
            let answer = request.body(bomb.as_bytes().to_vec()).send();
            assert!((400..500).contains(&answer.status), "{method} {path}: {}", answer.status);
            assert!(answer.text.len() < 16 * 1024, "{} bytes of {method} {path}", answer.text.len());
            tried += 1;
        }
    }
    assert_eq!(world.stored(), before);
    println!("{tried} bombs");
}
