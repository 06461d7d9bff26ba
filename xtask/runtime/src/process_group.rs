use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::error::Error;

/// Time that a program has to end when asked, before it is killed.
const STOP: Duration = Duration::from_secs(5);

/// A program and its descendants. They end with this value, and with this process, however that ends.
#[derive(Debug)]
pub struct ProcessGroup {
    leader: Child,
    guard: Option<Child>,
}

/// Waits for its input to close, which the system does when the process at the other end ends, even by SIGKILL.
/// Then it ends the group `$1`; a process that ignores SIGTERM has three seconds.
const GUARD: &str = "read -r _; kill -s TERM -- \"-$1\" && sleep 3; kill -s KILL -- \"-$1\"";

impl ProcessGroup {
    /// Starts the program as the leader of a group of its own, which Ctrl-C in the terminal does not reach.
    pub fn start(command: &mut Command) -> Result<Self, Error> {
        let program = command.get_program().to_string_lossy().into_owned();
        let leader = command.process_group(0).spawn().map_err(Error::io(format!("start {program}")))?;
        // The value exists before the guard, so that the program ends when the guard cannot start.
        let mut group = Self { leader, guard: None };
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "guard", &group.id().to_string()]);
        guard.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        group.guard = Some(guard.spawn().map_err(Error::io("start a shell"))?);
        Ok(group)
    }

    /// The leader's process ID, which is also the group's.
    pub fn id(&self) -> u32 {
        self.leader.id()
    }

    /// The leader's output, once, if it was started with a pipe.
    pub fn take_output(&mut self) -> Option<ChildStdout> {
        self.leader.stdout.take()
    }

    /// The leader's exit status after it has ended by itself.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>, Error> {
        self.leader.try_wait().map_err(Error::io("look after a program"))
    }

    /// Kills the group, and waits until the leader has ended.
    pub fn kill(mut self) -> Result<(), Error> {
        self.signal(Signal::KILL)?;
        self.leader.wait().map(drop).map_err(Error::io("wait for a program"))
    }

    /// Ends the group, first by asking.
    pub fn stop(mut self) -> Result<(), Error> {
        self.signal(Signal::TERM)?;
        let deadline = Instant::now() + STOP;
        while self.ended()?.is_none() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<(), Error> {
        match i32::try_from(self.id()).ok().and_then(Pid::from_raw) {
            Some(group) => kill_process_group(group, signal).map_err(|error| Error::io("end a program")(error.into())),
            None => Ok(()),
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        // Errors here would mean that a process has already ended. The guard is killed before its input closes, so it
        // ends nothing; remaining children of the leader are ended too.
        let _ = self.signal(Signal::KILL);
        let _ = self.leader.wait();
        if let Some(guard) = &mut self.guard {
            let _ = guard.kill();
            let _ = guard.wait();
        }
    }
}
