//! Takes customers' cash-out requests as they come, and says when to hand out the money.
//!
//! ```sh
//! cargo run --example cash_out_poller --features stream
//! ```
//!
//! Each request is processed first and paid **after** the operation completed: only then is the
//! customer's wallet debited. One that a checker rejects goes back to the list of open requests; this
//! till leaves it alone from then on.
//!
//! A line goes to `payouts.journal` before a request is taken and another when its end is reported, so
//! that a till that restarts knows which requests it still has to pay out.
//!
//! The client comes from `UNIVERSAL_WALLET_URL`, `UNIVERSAL_WALLET_DISTRIBUTOR_ID` and
//! `UNIVERSAL_WALLET_API_KEY`; the key needs `read-transactions` and `perform-operations`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::time::Duration;

use futures_util::TryStreamExt;
use universal_wallet_sdk::Client;
use universal_wallet_sdk::id::OperationID;
use universal_wallet_sdk::wire::CashOutFulfillmentType;

const JOURNAL: &str = "payouts.journal";
const PAUSE: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    let mut payouts = Payouts::load()?;
    loop {
        if let Err(error) = round(&client, &mut payouts).await {
            // The SDK has already repeated the call; this loop waits out a temporary failure.
            match error.downcast_ref::<universal_wallet_sdk::Error>() {
                Some(passing) if passing.is_retryable() || passing.is_outcome_unknown() => {
                    eprintln!("{passing}; trying again");
                }
                _ => return Err(error),
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn round(client: &Client, payouts: &mut Payouts) -> Result<(), Box<dyn Error>> {
    take(client, payouts).await?;
    tell(client, payouts).await
}

/// Processes every open request that is new here, or whose processing got no answer. The same PUT
/// returns the same operation, so no key needs to be stored for it.
async fn take(client: &Client, payouts: &mut Payouts) -> Result<(), Box<dyn Error>> {
    let mut requests = client.cash_outs().stream();
    while let Some(request) = requests.try_next().await? {
        let id = request.operation_id;
        if payouts.is_told(&id) {
            continue;
        }
        payouts.note(&id, "taken")?;
        let receipt = client.process_cash_out(&id, CashOutFulfillmentType::Cash).reference("till 7").send().await?;
        println!("{} asked for {}: {receipt}", request.from, request.amount);
    }
    Ok(())
}

/// Reports the outcome of the requests taken.
async fn tell(client: &Client, payouts: &mut Payouts) -> Result<(), Box<dyn Error>> {
    for id in payouts.untold() {
        match client.operation(&id).send().await {
            Ok(operation) if !operation.has_ended() => continue,
            Ok(operation) if operation.is_completed() => println!("{id}: hand out {}", operation.amount),
            Ok(operation) => println!("do not pay: {operation}"),
            // The processing never arrived, so the request is still open.
            Err(error) if error.is_not_found() => continue,
            Err(error) => return Err(error.into()),
        }
        payouts.note(&id, "told")?;
    }
    Ok(())
}

/// Content of the journal: the requests taken, and whether their end was reported.
struct Payouts(BTreeMap<OperationID, bool>);

impl Payouts {
    fn load() -> Result<Self, Box<dyn Error>> {
        let journal = match fs::read_to_string(JOURNAL) {
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            journal => journal?,
        };
        let mut payouts = BTreeMap::new();
        for line in journal.lines() {
            let (id, state) = line.split_once('\t').ok_or(JOURNAL)?;
            payouts.insert(id.parse()?, state == "told");
        }
        Ok(Self(payouts))
    }

    fn is_told(&self, id: &OperationID) -> bool {
        self.0.get(id).copied().unwrap_or(false)
    }

    fn untold(&self) -> Vec<OperationID> {
        self.0.iter().filter(|(_, told)| !**told).map(|(id, _)| id.clone()).collect()
    }

    /// Appends a line and waits until it is on the disk.
    fn note(&mut self, id: &OperationID, state: &str) -> Result<(), std::io::Error> {
        let mut journal = OpenOptions::new().create(true).append(true).open(JOURNAL)?;
        writeln!(journal, "{id}\t{state}")?;
        journal.sync_all()?;
        self.0.insert(id.clone(), state == "told");
        Ok(())
    }
}
