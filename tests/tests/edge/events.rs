//! Members receive events for as long as their session and their membership last.

use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest as _;
use tungstenite::{Error, Message, WebSocket};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::person::{Person, cookie_of};
use universal_wallet_tests::powers::{HOUR_MS, real_now};

const MINUTE_MS: i64 = 60_000;
const PATIENCE: Duration = Duration::from_secs(30);

type Socket = WebSocket<TcpStream>;

/// Opens the stream of events with a cookie; the status if it is refused.
fn listen(distributor: &Distributor<'_>, cookie: &str, query: &str, origin: Option<&str>) -> Result<Socket, u16> {
    let edge = distributor.edge;
    let path = distributor.console(&format!("/events{query}"));
    let url = format!("{}{path}", edge.url.replace("http:", "ws:"));
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("Cookie", cookie.parse().unwrap());
    if let Some(origin) = origin {
        request.headers_mut().insert("Origin", origin.parse().unwrap());
    }
    let stream = TcpStream::connect(("127.0.0.1", edge.port())).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    match tungstenite::client(request, stream) {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::HandshakeError::Failure(Error::Http(answer))) => Err(answer.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

fn open(distributor: &Distributor<'_>, person: &Person) -> Socket {
    listen(distributor, &person.cookie(distributor.edge), "", None).unwrap()
}

/// The next message of that type.
fn next(socket: &mut Socket, kind: &str) -> Value {
    loop {
        let message = socket.read().unwrap_or_else(|error| panic!("no {kind}: {error}"));
        let message: Value = serde_json::from_str(message.to_text().unwrap()).unwrap();
        let mut members: Vec<_> = message.as_object().unwrap().keys().collect();
        members.sort();
        assert_eq!(members, ["at", "id", "type"]);
        if message["type"] == kind {
            return message;
        }
    }
}

/// The close code of the stream.
fn closed(socket: &mut Socket) -> u16 {
    loop {
        if let Message::Close(frame) = socket.read().unwrap() {
            return frame.unwrap().code.into();
        }
    }
}

#[test]
fn members_hear_what_happens_with_its_type_id_and_time() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let (mut maker, mut checker) = (open(&distributor, &distributor.maker), open(&distributor, &distributor.checker));
    let key = distributor.till();
    for socket in [&mut maker, &mut checker] {
        for kind in ["api-key.requested", "api-key.approved", "api-key.claimed"] {
            assert_eq!(next(socket, kind)["id"], json!(key.id), "{kind}");
        }
    }
    edge.get(&distributor.api("/balance")).key(&key).ip("192.0.2.1").send().ok();
    assert_eq!(next(&mut checker, "api-key.new-address")["id"], json!(key.id));
    // Events of another distributor do not arrive.
    edge.distributor().till();
    let second = distributor.till();
    assert_eq!(next(&mut maker, "api-key.requested")["id"], json!(second.id));
}

#[test]
fn only_members_of_this_page_listen() {
    let edge = Edge::start();
    let (distributor, other) = (edge.distributor(), edge.distributor());
    let cookie = distributor.maker.cookie(&edge);
    assert_eq!(listen(&distributor, &cookie, "", Some("https://evil.example")).unwrap_err(), 403);
    assert_eq!(listen(&distributor, &other.maker.cookie(&edge), "", None).unwrap_err(), 404);
    assert_eq!(listen(&distributor, "__Host-uw_session=x", "", None).unwrap_err(), 401);
    listen(&distributor, &cookie, "", Some(&edge.url)).unwrap();
    let shows = |person: &Person| listen(&distributor, &cookie, &format!("?person={}", person.account(&edge)), None);
    shows(&distributor.maker).unwrap();
    assert_eq!(shows(&distributor.checker).unwrap_err(), 409);
    for malformed in ["?person=x", "?person=", "?who=x"] {
        assert_eq!(listen(&distributor, &cookie, malformed, None).unwrap_err(), 400, "{malformed}");
    }
    edge.get(&distributor.console("/events")).person(&distributor.maker).send().refused(400, "invalid_request");
}

#[test]
fn the_stream_closes_with_4401_when_the_session_ends() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let mut stays = open(&distributor, &distributor.maker);
    let admin = &distributor.admin;
    // Signing out closes the stream.
    let cookie = cookie_of(&admin.sign_in(&edge));
    let mut socket = listen(&distributor, &cookie, "", None).unwrap();
    edge.delete("/admin/v1/session").header("Cookie", &cookie).send().ok();
    assert_eq!(closed(&mut socket), 4401);
    assert_eq!(listen(&distributor, &cookie, "", None).unwrap_err(), 401);
    // Another two people reset the password.
    let checker = cookie_of(&distributor.checker.sign_in(&edge));
    let mut socket = listen(&distributor, &checker, "", None).unwrap();
    let reset = distributor.console(&format!("/users/{}/reset-password", distributor.checker.id));
    let asked = edge.post(&reset).person(admin).send().ok();
    let mut second = Person::new(&["checker"]);
    let added = edge.post(&distributor.issued("/users")).issuer().json(second.in_body()).send().ok();
    added["userID"].as_str().unwrap().clone_into(&mut second.id);
    distributor.approve(&second, asked["approvalID"].as_str().unwrap()).ok();
    assert_eq!(closed(&mut socket), 4401);
    // The other listeners are told, whether or not the closed streams answered.
    next(&mut stays, "user.reset");
}

#[test]
fn the_stream_closes_with_4401_twelve_hours_after_it_was_opened() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = real_now();
    edge.stop_clock(start);
    let mut socket = open(&distributor, &distributor.maker);
    edge.stop_clock(start + 12 * HOUR_MS);
    distributor.top_up("1.00");
    assert_eq!(closed(&mut socket), 4401);
}

#[test]
fn the_stream_closes_with_4401_once_its_session_was_idle_for_half_an_hour() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let start = real_now();
    edge.stop_clock(start);
    edge.let_alarms_come(false);
    let used = cookie_of(&distributor.checker.sign_in(&edge));
    let (mut idle, mut busy) = (open(&distributor, &distributor.maker), listen(&distributor, &used, "", None).unwrap());
    edge.stop_clock(start + 29 * MINUTE_MS);
    edge.get("/admin/v1/session").header("Cookie", &used).send().ok();
    edge.stop_clock(start + 30 * MINUTE_MS);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    assert_eq!(closed(&mut idle), 4401);
    distributor.top_up("1.00");
    next(&mut busy, "float.topped-up");
    // To ask is no use of the session.
    edge.stop_clock(start + 59 * MINUTE_MS);
    edge.alarm("DISTRIBUTOR", &distributor.id);
    assert_eq!(closed(&mut busy), 4401);
}

#[test]
fn the_stream_closes_with_4403_when_the_membership_ends() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let mut leaver = Person::new(&["maker"]);
    let added = edge.post(&distributor.issued("/users")).issuer().json(leaver.in_body()).send().ok();
    added["userID"].as_str().unwrap().clone_into(&mut leaver.id);
    let (mut leaves, mut stays) = (open(&distributor, &leaver), open(&distributor, &distributor.maker));
    let path = distributor.console(&format!("/users/{}", leaver.id));
    edge.patch(&path).person(&distributor.admin).json(json!({ "disabled": true })).send().ok();
    assert_eq!(closed(&mut leaves), 4403);
    next(&mut stays, "user.tightened");
    assert!([401, 404].contains(&listen(&distributor, &leaver.cookie(&edge), "", None).unwrap_err()));
}

#[test]
fn a_sixth_window_of_a_person_closes_their_oldest_with_4408() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let mut windows: Vec<Socket> = (0..5).map(|_| open(&distributor, &distributor.maker)).collect();
    let mut others = open(&distributor, &distributor.checker);
    windows.push(open(&distributor, &distributor.maker));
    assert_eq!(closed(&mut windows[0]), 4408);
    windows.push(open(&distributor, &distributor.maker));
    assert_eq!(closed(&mut windows[1]), 4408);
    distributor.top_up("1.00");
    for socket in windows.iter_mut().skip(2).chain([&mut others]) {
        next(socket, "float.topped-up");
    }
}
