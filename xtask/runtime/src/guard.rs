use std::process::{Child, Command, Stdio};

use std::os::unix::process::CommandExt as _;

use crate::Error;

/// Ends a process group when this process ends, however it ends.
///
/// A shell waits for the pipe that only this process holds to close, which the system does even after SIGKILL. It then
/// ends the group, gently at first. Dropping the guard calls it off.
#[derive(Debug)]
pub struct Guard(Child);

/// `$1` is the group. What ignores SIGTERM has three seconds.
const SCRIPT: &str = "read -r _; kill -s TERM -- \"-$1\" && sleep 3; kill -s KILL -- \"-$1\"";

impl Guard {
    /// Watches over the group that this process leads.
    pub fn over(leader: u32) -> Result<Self, Error> {
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "guard", &leader.to_string()]);
        // Its own group, so that Ctrl-C at the terminal does not reach it.
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        shell.spawn().map(Self).map_err(Error::io("start a shell"))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Killed before its pipe closes, it ends nothing. An error here would mean that it is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
