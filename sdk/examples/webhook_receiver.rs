//! Receives the wallet's messages with axum, and says what happened.
//!
//! ```sh
//! UNIVERSAL_WALLET_WEBHOOK_SECRET=whsec_… cargo run --example webhook_receiver --features webhook -- 127.0.0.1:8080
//! ```
//!
//! The secret is the one that claiming the endpoint shows. Put a server with TLS in front: messages come over https only.

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use universal_wallet_sdk::Timestamp;
use universal_wallet_sdk::webhook::{Claim, Data, Event, EventType, InMemory, ReplayGuard, Verifier};

struct Receiver {
    verifier: Verifier,
    /// A shop with a database keeps this in it, in the transaction that books the message.
    handled: InMemory,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let secret = env::var("UNIVERSAL_WALLET_WEBHOOK_SECRET")?;
    let receiver = Receiver { verifier: Verifier::new(secret.trim().parse()?), handled: InMemory::new() };
    let routes = Router::new()
        .route("/webhooks", post(receive))
        // No message is longer.
        .layer(DefaultBodyLimit::max(64 * 1024))
        .with_state(Arc::new(receiver));
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on http://{}/webhooks", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}

/// The body has to be verified as it came, so it is taken as bytes and not as JSON.
async fn receive(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = Timestamp::now();
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let message = match receiver.verifier.verify(header, &body, now) {
        Ok(message) => message,
        Err(error) => {
            eprintln!("refused: {error}");
            return StatusCode::BAD_REQUEST;
        }
    };
    match receiver.handled.claim(&message.id, now).await {
        Ok(Claim::New) => {}
        Ok(Claim::Running) => return StatusCode::SERVICE_UNAVAILABLE,
        Ok(Claim::Done) => return StatusCode::OK,
        Err(never) => match never {},
    }
    handle(&message.event);
    match receiver.handled.done(&message.id).await {
        Ok(()) => StatusCode::OK,
        Err(never) => match never {},
    }
}

/// Messages come in no promised order, so each is judged by itself and by its status.
fn handle(event: &Event) {
    match (&event.kind, &event.data) {
        (EventType::OperationCompleted, Data::Operation(operation)) => {
            println!("{operation}: {} moved", operation.amount);
        }
        (EventType::CashOutRequested, Data::CashOut(request)) => {
            println!("{} asks for {}", request.from, request.amount);
        }
        (EventType::FloatToppedUp, Data::Float(movement)) => println!("the float is {}", movement.balance),
        (kind, _) => println!("{kind}: nothing to do"),
    }
}
