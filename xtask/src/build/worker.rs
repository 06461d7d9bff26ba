//! The Workers of this workspace.

use std::path::PathBuf;

use crate::workspace;

/// The Worker to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worker {
    /// The edge, as deployed.
    Edge,
    /// The edge with faults that tests can cause, to see that it recovers.
    EdgeWithFaults,
    /// The example of a Worker that calls the edge through the SDK.
    Client,
}

impl Worker {
    /// The folder of the finished files: `worker.js`, the generated glue and the wasm.
    pub(crate) fn folder(self) -> PathBuf {
        workspace::target().join(match self {
            Self::Edge => "edge",
            Self::EdgeWithFaults => "edge-faults",
            Self::Client => "worker-client",
        })
    }

    /// The hand-written JavaScript around the wasm.
    pub(super) fn shell(self) -> PathBuf {
        workspace::root().join(match self {
            Self::Edge | Self::EdgeWithFaults => "edge/shell",
            Self::Client => "tests/worker-client/shell",
        })
    }

    /// The API's description, if the Worker serves one.
    pub(super) fn description(self) -> Option<PathBuf> {
        match self {
            Self::Edge | Self::EdgeWithFaults => Some(workspace::root().join("edge/openapi.json")),
            Self::Client => None,
        }
    }

    /// The cargo arguments that build it.
    pub(super) fn cargo_options(self) -> &'static [&'static str] {
        match self {
            Self::Edge => &["--package", "universal-wallet-edge"],
            Self::EdgeWithFaults => &["--package", "universal-wallet-edge", "--features", "fault_injection"],
            Self::Client => &["--package", "universal-wallet-worker-client"],
        }
    }

    /// The cargo profile: what is deployed is optimised as a whole, which takes minutes.
    pub(super) fn profile(self) -> &'static str {
        match self {
            Self::Edge => "release",
            Self::EdgeWithFaults | Self::Client => "quick",
        }
    }

    /// The wasm that cargo writes.
    pub(super) fn wasm(self) -> PathBuf {
        let name = match self {
            Self::Edge | Self::EdgeWithFaults => "universal_wallet_edge",
            Self::Client => "universal_wallet_worker_client",
        };
        workspace::target().join("wasm/wasm32-unknown-unknown").join(self.profile()).join(name).with_extension("wasm")
    }

    /// The module name that the shell imports.
    pub(super) fn module(self) -> &'static str {
        match self {
            Self::Edge | Self::EdgeWithFaults => "edge",
            Self::Client => "client",
        }
    }

    /// The files that wasm-bindgen writes.
    pub(crate) fn generated(self) -> [String; 2] {
        [format!("{}.js", self.module()), format!("{}_bg.wasm", self.module())]
    }
}
