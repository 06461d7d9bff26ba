//! The requests, each built by a method of [`Client`](crate::Client) and then sent.

mod amount;
mod body;
mod bound;
mod cash_in;
mod cash_out;
mod cash_outs;
mod download;
mod export;
#[cfg(feature = "stream")]
mod items;
mod operations;
mod process_cash_out;
mod query;
mod read;
mod statement;
mod wait_for;
mod withdraw;

pub use bound::Bound;
pub use cash_in::{CashIn, Recipient};
pub use cash_out::CashOut;
pub use cash_outs::CashOuts;
pub use download::Download;
pub use export::{Export, ExportFormat};
pub use operations::{OperationPage, Operations};
pub use process_cash_out::ProcessCashOut;
pub use read::Read;
pub use statement::{StatementFile, StatementFormat};
pub use wait_for::WaitFor;
pub use withdraw::Withdraw;
