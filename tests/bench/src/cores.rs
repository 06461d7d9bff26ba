//! The server and the load generator each on a core of their own, so that neither takes time from the other.

/// The cores of the server and of the load generator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cores(Option<[usize; 2]>);

impl Cores {
    /// Two of the cores available to this process; none if there is only one or the system cannot pin.
    pub(crate) fn find() -> Self {
        let cores = Self(system::first_and_last());
        match cores.0 {
            Some([server, generator]) => println!("Server on core {server}, load generator on core {generator}."),
            None => println!("Server and load generator share the cores: they cannot be pinned here."),
        }
        cores
    }

    /// No pinning: the system chooses the cores.
    #[cfg(test)]
    pub(crate) fn any() -> Self {
        Self(None)
    }

    /// Starts a program on the server's core; all its threads stay there.
    pub(crate) fn on_the_servers<T>(self, start: impl FnOnce() -> T) -> T {
        self.pin(0);
        let started = start();
        self.pin(1);
        started
    }

    fn pin(self, place: usize) {
        if let Some(core) = self.0.and_then(|cores| cores.get(place).copied()) {
            system::pin(core);
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    pub(super) fn first_and_last() -> Option<[usize; 2]> {
        let allowed = sched_getaffinity(None).ok()?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
        Some([cores.next()?, cores.next_back()?])
    }

    pub(super) fn pin(core: usize) {
        let mut set = CpuSet::new();
        set.set(core);
        if let Err(error) = sched_setaffinity(None, &set) {
            println!("Core {core} cannot be had ({error}): figures will scatter.");
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    pub(super) fn first_and_last() -> Option<[usize; 2]> {
        None
    }

    pub(super) fn pin(_: usize) {}
}
