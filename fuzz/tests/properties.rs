//! The fuzz targets as property tests: on the corpus, and on bytes around it.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use universal_wallet_fuzz::TARGETS;

/// The corpus of a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let files = fs::read_dir(&folder).into_iter().flatten().flatten();
    files.filter_map(|file| fs::read(file.path()).ok()).collect()
}

#[test]
fn every_kept_input_holds() {
    for (name, target) in TARGETS {
        let kept = corpus(name);
        assert!(kept.len() >= 3, "{name} has too small a corpus");
        for data in kept {
            target(&data);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_hold(data in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,60}") {
        for (_, target) in TARGETS {
            target(&data);
            target(text.as_bytes());
        }
    }

    #[test]
    fn bytes_near_what_is_kept_hold(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        for (name, target) in TARGETS {
            let kept = corpus(name);
            let mut data = which.get(&kept).clone();
            for (place, byte) in &changes {
                if !data.is_empty() {
                    let place = place.index(data.len());
                    data[place] = *byte;
                }
            }
            target(&data);
        }
    }
}
