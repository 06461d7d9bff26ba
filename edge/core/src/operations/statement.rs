//! Statement of one UTC day: balances, totals and the entries that changed the float, as JSON, CSV or camt.053.001.08.
//! The closing balance of a day is the opening balance of the next.

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::{Amount, Timestamp};

use crate::audit::chain::Content;
use crate::error::InternalError;
use crate::id::DistributorID;
use crate::text::digest::Digest;
use crate::text::json_text;
use crate::total::Total;

/// Format of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object.
    Json,
    /// Lines with a header.
    Csv,
    /// ISO 20022 bank-to-customer statement.
    Camt053,
}

/// Kind of an entry that changes the float.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Movement {
    /// Float became wallet balance.
    CashIn,
    /// A wallet could not take a cash-in, and the money came back.
    CashInReturned,
    /// Wallet balance became float.
    CashOut,
    /// The issuer issued e-money.
    TopUp,
    /// The issuer redeemed e-money.
    Redemption,
}

impl Movement {
    /// The movement of an entry that changed the balance.
    pub fn of(kind: &str) -> Option<Self> {
        match kind {
            "operation.created" | "operation.approved" => Some(Self::CashIn),
            "operation.returned" => Some(Self::CashInReturned),
            "operation.captured" => Some(Self::CashOut),
            "float.topped-up" => Some(Self::TopUp),
            "float.redeemed" => Some(Self::Redemption),
            _ => None,
        }
    }

    /// Wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CashIn => "cash-in",
            Self::CashInReturned => "cash-in-returned",
            Self::CashOut => "cash-out",
            Self::TopUp => "top-up",
            Self::Redemption => "redemption",
        }
    }
}

/// Count and amount of one kind of movement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sum {
    /// Number of movements.
    pub count: u64,
    /// Sum of their amounts.
    pub amount: Total,
}

/// Totals of a day: opening − cashIns + cashInsReturned + cashOuts + topUps − redemptions = closing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DayTotals {
    /// Cash-ins that left the float.
    pub cash_ins: Sum,
    /// Cash-ins that their wallets could not take.
    pub cash_ins_returned: Sum,
    /// Cash-outs that reached the float.
    pub cash_outs: Sum,
    /// Top-ups.
    pub top_ups: Sum,
    /// Redemptions.
    pub redemptions: Sum,
}

/// A day's totals as far as entries below a number tell.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    /// The UTC day.
    pub day: i64,
    /// The number.
    pub below: u64,
    /// Totals of the day.
    pub totals: DayTotals,
    /// Number of operations of all days up to then.
    pub operations: u64,
}

/// An entry that changed the float.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "StatementEntry"))]
pub struct Line {
    /// Number of the entry in the chain.
    pub sequence_number: u64,
    /// Time of the entry.
    pub at: Timestamp,
    /// Kind of the movement.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub movement: Movement,
    /// The operation, for a cash-in or cash-out.
    #[serde(rename = "operationID", skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<String>,
    /// The issuer's reference, for a top-up or redemption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Change of the float, signed.
    pub amount: Total,
    /// Balance after the entry.
    pub balance: Amount,
    /// `tx_` and the entry's hash.
    #[serde(rename = "blockchainID")]
    pub blockchain_id: String,
}

impl Line {
    /// The line of an entry after this balance; `None` if the entry left the balance as it was.
    pub fn of(before: Amount, content: Content, hash: &Digest) -> Result<Option<Self>, InternalError> {
        let balance = content.book.balance;
        if balance == before {
            return Ok(None);
        }
        let movement = Movement::of(&content.kind)
            .ok_or_else(|| InternalError::new("an entry of another kind that changed the balance"))?;
        let is_float = matches!(movement, Movement::TopUp | Movement::Redemption);
        let reference = content.details.get("reference").and_then(|reference| reference.as_str()).map(str::to_owned);
        Ok(Some(Self {
            sequence_number: content.number,
            at: content.at,
            movement,
            operation_id: (!is_float).then_some(content.subject),
            reference: reference.filter(|_| is_float),
            amount: Total::default().plus(balance).minus(before),
            balance,
            blockchain_id: format!("tx_{hash}"),
        }))
    }

    /// The line in a format; `first` if no line precedes it.
    pub fn text(&self, format: Format, currency: &str, first: bool) -> Result<String, InternalError> {
        let Self { sequence_number, at, movement, operation_id, reference, amount, balance, blockchain_id } = self;
        let (movement, operation) = (movement.as_str(), operation_id.as_deref().unwrap_or_default());
        let reference = reference.as_deref().unwrap_or_default();
        Ok(match format {
            Format::Json => format!("{}{}", if first { "" } else { "," }, json_text::write(self)?),
            Format::Csv => format!(
                "{sequence_number},{at},{movement},{operation},{},{amount},{balance},{blockchain_id},\n",
                quoted(reference)
            ),
            Format::Camt053 => {
                let sign = direction(*amount);
                let reversal = if self.movement == Movement::CashInReturned { "<RvslInd>true</RvslInd>" } else { "" };
                let about = if operation.is_empty() { reference } else { operation };
                format!(
                    "<Ntry><NtryRef>{sequence_number}</NtryRef><Amt Ccy=\"{currency}\">{}</Amt>\
                     <CdtDbtInd>{sign}</CdtDbtInd>{reversal}<Sts><Cd>BOOK</Cd></Sts>\
                     <BookgDt><DtTm>{at}</DtTm></BookgDt><BkTxCd><Prtry><Cd>{movement}</Cd></Prtry></BkTxCd>\
                     <AddtlNtryInf>{} balance {balance} {blockchain_id}</AddtlNtryInf></Ntry>\n",
                    self.amount.size(),
                    escaped(about)
                )
            }
        })
    }
}

impl DayTotals {
    /// Adds a movement.
    pub fn add(&mut self, movement: Movement, amount: Total) {
        let sum = match movement {
            Movement::CashIn => &mut self.cash_ins,
            Movement::CashInReturned => &mut self.cash_ins_returned,
            Movement::CashOut => &mut self.cash_outs,
            Movement::TopUp => &mut self.top_ups,
            Movement::Redemption => &mut self.redemptions,
        };
        sum.count += 1;
        sum.amount = sum.amount.plus_total(amount);
    }

    /// The change of the float that the totals tell.
    pub fn change(&self) -> Total {
        let plus = self.cash_ins_returned.amount.plus_total(self.cash_outs.amount).plus_total(self.top_ups.amount);
        plus.less(self.cash_ins.amount).less(self.redemptions.amount)
    }

    fn both(sums: &[&Sum]) -> Sum {
        let mut both = Sum::default();
        for sum in sums {
            both.count += sum.count;
            both.amount = both.amount.plus_total(sum.amount);
        }
        both
    }
}

/// A statement without its entries.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Statement {
    /// The distributor.
    #[serde(rename = "distributorID")]
    pub distributor_id: DistributorID,
    /// The UTC day.
    pub date: String,
    /// False while the day is not over.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Balance before the first entry of the day.
    pub opening_balance: Amount,
    /// Balance after the last entry of the day.
    pub closing_balance: Amount,
    /// The deployment's currency.
    pub currency: String,
    /// Totals of the day.
    pub totals: DayTotals,
    /// Hash of the chain's last entry of the day.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub head: Digest,
}

impl Statement {
    /// The part before the entries; `now` is the time of the answer.
    pub fn beginning(&self, format: Format, now: Timestamp) -> Result<String, InternalError> {
        Ok(match format {
            Format::Json => {
                let text = json_text::write(self)?;
                format!("{},\"entries\":[", text.strip_suffix('}').unwrap_or(&text))
            }
            Format::Csv => self.csv(),
            Format::Camt053 => self.camt053(now),
        })
    }

    fn csv(&self) -> String {
        let Self { date, opening_balance, closing_balance, totals, head, .. } = self;
        let total = |name: &str, sum: &Sum| format!(",,total-{name},,,{},,,{}\n", sum.amount, sum.count);
        let closing = if self.is_final { "closing-balance" } else { "interim-balance" };
        [
            "sequenceNumber,at,type,operationID,reference,amount,balance,blockchainID,count\n".to_owned(),
            format!(",{date}T00:00:00.000Z,opening-balance,,,,{opening_balance},,\n"),
            format!(",{date}T23:59:59.999Z,{closing},,,,{closing_balance},tx_{head},\n"),
            total("cash-ins", &totals.cash_ins),
            total("cash-ins-returned", &totals.cash_ins_returned),
            total("cash-outs", &totals.cash_outs),
            total("top-ups", &totals.top_ups),
            total("redemptions", &totals.redemptions),
        ]
        .concat()
    }

    fn camt053(&self, now: Timestamp) -> String {
        let Self { date, currency, totals, head, .. } = self;
        let credits = DayTotals::both(&[&totals.cash_ins_returned, &totals.cash_outs, &totals.top_ups]);
        let debits = DayTotals::both(&[&totals.cash_ins, &totals.redemptions]);
        let all = DayTotals::both(&[&credits, &debits]);
        let net = credits.amount.less(debits.amount);
        let size = net.size();
        let account = self.distributor_id.uuid().simple().to_string();
        let balance = |code: &str, amount: Amount, day: &str| {
            format!(
                "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"{currency}\">{amount}</Amt>\
                 <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
            )
        };
        let sum = |name: &str, sum: &Sum| {
            format!("<{name}><NbOfNtries>{}</NbOfNtries><Sum>{}</Sum></{name}>", sum.count, sum.amount)
        };
        // At most 35 characters.
        let name: String = head.to_string().chars().take(16).collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\n\
             <GrpHdr><MsgId>{date}-{name}</MsgId><CreDtTm>{now}</CreDtTm></GrpHdr>\n\
             <Stmt><Id>{date}-{name}</Id><CreDtTm>{now}</CreDtTm>\
             <FrToDt><FrDtTm>{date}T00:00:00.000Z</FrDtTm><ToDtTm>{date}T23:59:59.999Z</ToDtTm></FrToDt>\
             <Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>\n\
             {}{}\
             <TxsSummry><TtlNtries><NbOfNtries>{}</NbOfNtries><Sum>{}</Sum><TtlNetNtry><Amt>{size}</Amt>\
             <CdtDbtInd>{}</CdtDbtInd></TtlNetNtry></TtlNtries>{}{}</TxsSummry>\n",
            balance("OPBD", self.opening_balance, date),
            balance(if self.is_final { "CLBD" } else { "ITBD" }, self.closing_balance, date),
            all.count,
            all.amount,
            direction(net),
            sum("TtlCdtNtries", &credits),
            sum("TtlDbtNtries", &debits),
        )
    }
}

/// The part after the entries.
pub const fn ending(format: Format) -> &'static str {
    match format {
        Format::Json => "]}\n",
        Format::Csv => "",
        Format::Camt053 => "</Stmt></BkToCstmrStmt></Document>\n",
    }
}

/// Credit or debit of the float's account.
fn direction(amount: Total) -> &'static str {
    if amount < Total::default() { "DBIT" } else { "CRDT" }
}

/// A text as a CSV field.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// A text inside an XML element.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests;
