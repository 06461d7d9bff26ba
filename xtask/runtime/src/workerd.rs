use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::capnp;
use crate::error::Error;
use crate::options::Options;
use crate::process_group::ProcessGroup;
use crate::project::Project;

/// Time limit until workerd listens; it takes some seconds on a busy machine.
const START: Duration = Duration::from_mins(1);

/// A running workerd. It ends with this value, and with this process.
#[derive(Debug)]
pub struct Workerd {
    process: ProcessGroup,
    port: u16,
}

/// The program in npm's folder of packages. The one in `.bin` is a script that starts it, and would outlive its end.
pub fn workerd_in(node_modules: &Path) -> PathBuf {
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "64" };
    node_modules.join(format!("@cloudflare/workerd-{system}-{machine}/bin/workerd"))
}

impl Workerd {
    /// Starts the build and waits until it listens. Its output goes to `workerd.log` in the state folder.
    pub fn start(options: Options) -> Result<Self, Error> {
        if options.port != 0 {
            check_port(options.port)?;
        }
        // workerd resolves relative paths from its configuration's folder.
        let options = absolute(options)?;
        let state = &options.state_dir;
        let storage = state.join(capnp::STORAGE);
        fs::create_dir_all(&storage).map_err(Error::io(format!("create {}", storage.display())))?;
        let config = state.join("workerd.capnp");
        let text = capnp::config(&options, &Project::read()?)?;
        fs::write(&config, text).map_err(Error::io(format!("write {}", config.display())))?;
        let log = state.join("workerd.log");
        let file = File::create(&log).map_err(Error::io(format!("write {}", log.display())))?;
        let errors = file.try_clone().map_err(Error::io("share the log"))?;

        let mut command = Command::new(&options.workerd);
        command.args(["serve", "--experimental", "--import-path=/", "--control-fd=1"]);
        command.arg(format!("--socket-addr=http=127.0.0.1:{}", options.port));
        command.arg(format!("--directory-path={}={}", capnp::STORAGE, storage.display())).arg(&config);
        command.env_clear().envs(options.secrets.iter());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors);
        let mut process = ProcessGroup::start(&mut command)?;
        let ports = process.take_output().map(|output| listen(output, file));
        let Some(port) = ports.and_then(|ports| await_port(&mut process, &ports)) else {
            return Err(not_started(&log, options.port));
        };
        Ok(Self { process, port })
    }

    /// `http://127.0.0.1:` and the port.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port of the Worker.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process ID.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The exit status after workerd has ended by itself.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>, Error> {
        self.process.ended()
    }

    /// Kills workerd, as a power cut would, and waits until it has ended.
    pub fn kill(self) -> Result<(), Error> {
        self.process.kill()
    }

    /// Ends workerd, first by asking.
    pub fn stop(self) -> Result<(), Error> {
        self.process.stop()
    }
}

/// The port, unless workerd exits or the time is up.
fn await_port(process: &mut ProcessGroup, ports: &Receiver<u16>) -> Option<u16> {
    let deadline = Instant::now() + START;
    loop {
        match ports.recv_timeout(Duration::from_millis(50)) {
            Ok(port) => return Some(port),
            Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {
                if !matches!(process.ended(), Ok(None)) {
                    return None;
                }
            }
            Err(_) => return None,
        }
    }
}

/// Copies workerd's output to the log, except its messages on the ports it listens on.
fn listen(output: ChildStdout, mut log: File) -> Receiver<u16> {
    let (send, receive) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            match port_in(&line) {
                // The receiver may have given up waiting.
                Some(port) => drop(send.send(port)),
                // A full disk must not stop the Worker.
                None => drop(writeln!(log, "{line}")),
            }
        }
    });
    receive
}

/// The port in a control message: `{"event":"listen","socket":"http","port":8787}`.
fn port_in(line: &str) -> Option<u16> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if message.get("event")? != "listen" {
        return None;
    }
    message.get("port")?.as_u64()?.try_into().ok()
}

/// Whether the port is free.
pub fn check_port(port: u16) -> Result<(), Error> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(Error::PortTaken(port)),
        Err(error) => Err(Error::io(format!("listen on port {port}"))(error)),
    }
}

fn absolute(mut options: Options) -> Result<Options, Error> {
    let folders = [&mut options.build_dir, &mut options.state_dir, &mut options.workerd];
    for path in folders.into_iter().chain(&mut options.assets_dir) {
        *path = std::path::absolute(&*path).map_err(Error::io("find the current folder"))?;
    }
    Ok(options)
}

fn not_started(log: &Path, port: u16) -> Error {
    let text = fs::read_to_string(log).unwrap_or_default();
    if text.contains("Address already in use") { Error::PortTaken(port) } else { Error::NotStarted(text) }
}

#[cfg(test)]
mod tests {
    use super::port_in;

    #[test]
    fn only_a_listen_message_tells_the_port() {
        assert_eq!(port_in(r#"{"event":"listen","socket":"http","port":8787}"#), Some(8787));
        assert_eq!(port_in(r#"{"event":"listen-inspector","port":9229}"#), None);
        assert_eq!(port_in(r#"{"event":"listen","port":70000}"#), None);
        assert_eq!(port_in("listening on 8787"), None);
    }
}
