//! A scripted server, one answer per call.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// The server's reaction to a call.
#[derive(Clone)]
pub(crate) enum Play {
    /// Sends these bytes and closes.
    Bytes(String),
    /// Closes without an answer.
    Close,
    /// Never answers.
    Silence,
    /// Sends zeros for ever.
    Flood,
    /// Sends a blank at intervals, for ever.
    Drip,
    /// Forwards the call to a port of this machine, and returns the answer.
    Forward(u16),
    /// Forwards the call, waits for the answer, and closes without it.
    LoseAnswer(u16),
}

/// An answer with a JSON body.
pub(crate) fn answer(status: u16, headers: &str, body: &str) -> Play {
    let length = body.len();
    Play::Bytes(format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n{headers}\r\n{body}"
    ))
}

pub(crate) struct Foreign {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<String>>>,
}

impl Foreign {
    /// Plays the scripted answers; after the last, it closes every connection unanswered.
    pub(crate) fn start(plays: Vec<Play>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let record = received.clone();
        thread::spawn(move || {
            let mut plays = plays.into_iter();
            for stream in listener.incoming().map_while(Result::ok) {
                let (play, record) = (plays.next().unwrap_or(Play::Close), record.clone());
                thread::spawn(move || serve(stream, play, &record));
            }
        });
        Self { url, received }
    }

    /// The received calls.
    pub(crate) fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, play: Play, record: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let call = read(&mut stream)?;
    record.lock().unwrap().push(call.clone());
    let head = b"HTTP/1.1 200 OK\r\n\r\n";
    match play {
        Play::Bytes(bytes) => stream.write_all(bytes.as_bytes()),
        Play::Close => Ok(()),
        // The connection stays open until the client gives up.
        Play::Silence => stream.read_to_end(&mut Vec::new()).map(drop),
        Play::Flood => {
            stream.write_all(head)?;
            loop {
                stream.write_all(&vec![b'0'; 65_536])?;
            }
        }
        Play::Forward(port) => stream.write_all(&forward(&call, port)?),
        Play::LoseAnswer(port) => forward(&call, port).map(drop),
        Play::Drip => {
            stream.write_all(head)?;
            loop {
                stream.write_all(b" ")?;
                thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

/// The complete answer to a call.
fn forward(call: &str, port: u16) -> std::io::Result<Vec<u8>> {
    let mut onward = TcpStream::connect(("127.0.0.1", port))?;
    onward.write_all(call.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes())?;
    let mut answer = Vec::new();
    onward.read_to_end(&mut answer)?;
    Ok(answer)
}

fn read(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut call = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&call).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok(text);
            }
        }
        let mut part = [0; 4096];
        let count = stream.read(&mut part)?;
        call.extend_from_slice(&part[..count]);
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
}
