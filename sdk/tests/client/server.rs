//! A scripted server, which also gives answers that no honest one would.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use universal_wallet_sdk::key::{ApiKey, checksum};
use universal_wallet_sdk::{Client, ClientBuilder};

pub(crate) const DISTRIBUTOR: &str = "36e48800-22ce-4ea0-b37a-198f7978cd53";

/// The server's reaction to one call.
#[derive(Clone)]
pub(crate) enum Play {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Sends these bytes, then one more at intervals, for ever.
    Drip(Vec<u8>, Duration),
    /// Sends these bytes, then zeros, for ever.
    Flood(Vec<u8>),
    /// Closes without an answer.
    Close,
    /// Keeps the connection open and never answers.
    Silence,
}

/// An answer with a JSON body.
pub(crate) fn json(status: u16, headers: &str, body: &str) -> Play {
    answer(status, &format!("content-type: application/json\r\n{headers}"), body)
}

pub(crate) fn answer(status: u16, headers: &str, body: &str) -> Play {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Status\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n");
    Play::Bytes((head + body).into_bytes())
}

/// The API's own error.
pub(crate) fn error(status: u16, code: &str, headers: &str) -> Play {
    let body = format!(
        r#"{{"error":"Status","message":"The sentence of {code}.","code":"{code}","requestID":"req-1","later":1}}"#
    );
    json(status, headers, &body)
}

pub(crate) fn balance() -> Play {
    json(200, "", r#"{"balance":"50000.00","available":"45000.00","held":"5000.00","currency":"NGN"}"#)
}

pub(crate) fn receipt() -> Play {
    json(200, "", r#"{"operationID":"op_36e48800-22ce-4ea0-b37a-198f7978cd53","status":"completed"}"#)
}

/// A received call.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) at: Instant,
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) struct Server {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    /// Plays the scripted answers in order; after the last, it closes every connection unanswered.
    pub(crate) async fn start(plays: impl IntoIterator<Item = Play>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let plays: Vec<Play> = plays.into_iter().collect();
        let record = received.clone();
        tokio::spawn(async move {
            let mut plays = plays.into_iter();
            while let Ok((stream, _)) = listener.accept().await {
                let play = plays.next().unwrap_or(Play::Close);
                tokio::spawn(serve(stream, play, record.clone()));
            }
        });
        Self { url, received }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder(&self.url, DISTRIBUTOR.parse().unwrap(), key())
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }
}

async fn serve(mut stream: TcpStream, play: Play, record: Arc<Mutex<Vec<Received>>>) -> std::io::Result<()> {
    let received = read(&mut stream).await?;
    record.lock().unwrap().push(received);
    match play {
        Play::Bytes(bytes) => stream.write_all(&bytes).await?,
        Play::Drip(bytes, pause) => {
            stream.write_all(&bytes).await?;
            loop {
                tokio::time::sleep(pause).await;
                stream.write_all(b" ").await?;
            }
        }
        Play::Flood(bytes) => {
            stream.write_all(&bytes).await?;
            loop {
                stream.write_all(&vec![b'0'; 65_536]).await?;
            }
        }
        Play::Close => {}
        // The connection stays open until the client gives up.
        Play::Silence => while stream.read(&mut [0; 64]).await? > 0 {},
    }
    stream.shutdown().await
}

async fn read(stream: &mut TcpStream) -> std::io::Result<Received> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let line = lines.next().unwrap_or_default().to_owned();
            let headers: Vec<_> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let length = headers.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, length)| length);
            if body.len() >= length.parse().unwrap() {
                return Ok(Received { at: Instant::now(), line, headers, body: body.to_owned() });
            }
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// A key whose tags are no server's, so it opens nothing.
pub(crate) fn key_text() -> String {
    let before = "uwk_SecretOfNobodyThatIsOnlyForTests01234567890123";
    format!("{before}{}", String::from_utf8_lossy(&checksum(before.as_bytes())))
}

pub(crate) fn key() -> ApiKey {
    key_text().parse().unwrap()
}
