//! The example Worker and the real edge, each on a workerd of its own.

use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;

use crate::foreign::{Foreign, Play};
use crate::worker::{Kind, Worker};

const SALE: &str = r#"{"to":"+234 803 123 4567","amount":"12.50"}"#;

#[test]
fn a_sale_sent_again_moves_its_money_once() {
    Kind::ALL.into_iter().for_each(sent_again);
}

fn sent_again(kind: Kind) {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let worker = Worker::start_kind(kind, &edge.url, &distributor.id, &distributor.till().secret);
    let before = worker.send("GET", "/balance", "");
    assert_eq!(before, (200, r#"{"available":"50000.00","currency":"NGN"}"#.to_owned()));

    let (status, first) = worker.send("PUT", "/sales/7", SALE);
    assert_eq!(status, 200, "{first}");
    let (_, again) = worker.send("PUT", "/sales/7", SALE);
    let operation = |body: &str| serde_json::from_str::<serde_json::Value>(body).unwrap()["operationID"].clone();
    assert_eq!(operation(&first), operation(&again));
    assert_moved_once(&distributor, &worker);

    let (status, body) = worker.send("PUT", "/sales/7", r#"{"to":"100000","amount":"1"}"#);
    assert_eq!(status, 422, "another sale has no business under that number: {body}");
}

#[test]
fn a_sale_whose_answer_got_lost_moves_its_money_once() {
    Kind::ALL.into_iter().for_each(answer_lost);
}

fn answer_lost(kind: Kind) {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let port = edge.port();
    let way = Foreign::start(vec![Play::LoseAnswer(port), Play::Forward(port), Play::Forward(port)]);
    let worker = Worker::start_kind(kind, &way.url, &distributor.id, &distributor.till().secret);
    let (status, body) = worker.send("PUT", "/sales/7", SALE);
    assert_eq!(status, 200, "{body}");
    assert_eq!(way.received().len(), 2, "the first call was carried out and repeated");
    assert_moved_once(&distributor, &worker);
}

#[track_caller]
fn assert_moved_once(distributor: &Distributor<'_>, worker: &Worker) {
    distributor.await_nothing_processing(std::time::Duration::from_secs(20));
    assert_eq!(distributor.edge.wallet_balance("+2348031234567"), "12.50");
    assert!(worker.send("GET", "/balance", "").1.contains("49987.50"));
}
